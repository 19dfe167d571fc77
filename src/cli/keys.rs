//! Keys that a user types or lists.

use clap::ArgMatches;
use rolo::record::Key;

use super::failure::Failure;

/// How a text is to be read as a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// By its look.
    Guess,
    Id,
    Url,
    Email,
    EmailHash,
    Phone,
    Handle,
}

/// The arguments that give keys, by their names in the matches.
const ARGUMENTS: [(&str, KeyForm); 7] = [
    ("keys", KeyForm::Guess),
    ("id", KeyForm::Id),
    ("url", KeyForm::Url),
    ("email", KeyForm::Email),
    ("email_hash", KeyForm::EmailHash),
    ("phone", KeyForm::Phone),
    ("handle", KeyForm::Handle),
];

/// A key with the text it was given as.
#[derive(Debug, Clone)]
pub(crate) struct GivenKey {
    pub(crate) text: String,
    pub(crate) key: Key,
}

impl KeyForm {
    /// Reads a text as a key of this form.
    pub(crate) fn read(self, text: &str) -> Result<Key, String> {
        let key = match self {
            Self::Guess => Key::guess(text),
            Self::Id => match text.split_once(':') {
                Some((source, id)) => Key::foreign_id(source.trim(), id.trim()),
                None => Key::id(text),
            },
            Self::Url => Key::url(text),
            Self::Email => Key::email(text),
            Self::EmailHash => Key::email_hash(text),
            Self::Phone => Key::phone(text),
            Self::Handle => match text.split_once(':') {
                Some((network, name)) => Key::handle(network.trim(), name.trim()),
                None => {
                    return Err(format!(
                        "{text:?} is no handle; write network:name, for example github:janedoe"
                    ));
                }
            },
        };
        key.map_err(|error| error.to_string())
    }
}

/// The keys of the command line, in the order in which they were typed.
///
/// # Errors
/// A text that cannot be read as the key it was given as.
pub(crate) fn typed_keys(matches: &ArgMatches) -> Result<Vec<GivenKey>, Failure> {
    let mut typed: Vec<(usize, KeyForm, &String)> = Vec::new();
    for (name, form) in ARGUMENTS {
        let texts = matches.get_many::<String>(name).into_iter().flatten();
        let places = matches.indices_of(name).into_iter().flatten();
        typed.extend(places.zip(texts).map(|(place, text)| (place, form, text)));
    }
    typed.sort_by_key(|&(place, ..)| place);
    let read = |(_, form, text): (usize, KeyForm, &String)| {
        let key = form.read(text).map_err(Failure::Usage)?;
        Ok(GivenKey { text: text.clone(), key })
    };
    typed.into_iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::parse;

    fn typed(line: &str) -> Result<Vec<String>, Failure> {
        let (_, matches) = parse(line.split(' ').map(Into::into)).unwrap();
        let keys = typed_keys(matches.subcommand().unwrap().1)?;
        Ok(keys.into_iter().map(|given| given.text).collect())
    }

    #[test]
    fn keys_keep_the_order_in_which_they_were_typed() {
        let line = "rolo get db --email b@example.com linkedin.com/in/a --email c@example.com --id 7 x.com/d";
        let expected = ["b@example.com", "linkedin.com/in/a", "c@example.com", "7", "x.com/d"];
        assert_eq!(typed(line).unwrap(), expected);
    }

    #[test]
    fn a_text_that_is_no_key_of_its_form_is_a_mistake_of_the_user() {
        for line in [
            "rolo get db --email nobody",
            "rolo get db --handle janedoe",
            "rolo get db ???",
            "rolo get db --id x",
        ] {
            let failure = typed(line).unwrap_err();
            assert!(
                matches!(&failure, Failure::Usage(text) if text.contains("example")),
                "{line}: {failure:?}"
            );
        }
    }

    #[test]
    fn ids_of_other_sources_are_ids_too() {
        assert_eq!(KeyForm::Id.read("pdl:abc_0000").unwrap(), Key::foreign_id("pdl", "abc_0000").unwrap());
    }
}

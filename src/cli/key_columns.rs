//! Which columns of a CSV hold keys: by name, checked against the first rows; else by content alone.

use rolo::record::KeyKind;

use super::keys::KeyForm;

/// A column with keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyColumn {
    pub(crate) index: usize,
    pub(crate) name: String,
    pub(crate) form: KeyForm,
}

/// Forms, the surest key first.
const STRENGTH: [KeyForm; 5] =
    [KeyForm::Id, KeyForm::Url, KeyForm::Email, KeyForm::EmailHash, KeyForm::Phone];

/// A name of a form contains one of these (letters and digits only, lower case), or is one of those.
struct Names {
    form: KeyForm,
    contains: &'static [&'static str],
    is: &'static [&'static str],
    /// Not with one of these in it.
    without: &'static [&'static str],
}

/// The first that fits decides.
const NAMES: [Names; 5] = [
    Names {
        form: KeyForm::Id,
        contains: &["crustdatapersonid"],
        is: &["personid", "internalid"],
        without: &[],
    },
    Names {
        form: KeyForm::EmailHash,
        contains: &["emailhash", "hashedemail", "emailsha", "emailmd5", "sha256"],
        is: &["md5"],
        without: &[],
    },
    Names {
        form: KeyForm::Email,
        contains: &["email", "correo", "courriel"],
        is: &["mail"],
        without: &[
            "status",
            "optin",
            "optout",
            "sent",
            "verified",
            "valid",
            "domain",
            "subject",
            "count",
            "date",
            "type",
            "source",
            "bounce",
            "consent",
            "confidence",
            "open",
            "click",
            "owner",
            "number",
        ],
    },
    Names {
        form: KeyForm::Url,
        contains: &[
            "linkedin",
            "profileurl",
            "profilelink",
            "github",
            "twitter",
            "personurl",
            "salesnavigator",
        ],
        is: &["url", "profile", "link", "liurl", "social", "socialurl", "identifier", "originalidentifier"],
        without: &[
            "company",
            "employer",
            "account",
            "organi",
            "school",
            "image",
            "picture",
            "photo",
            "logo",
            "website",
            "homepage",
            "headline",
            "industry",
            "connections",
            "followers",
            "count",
            "status",
            "date",
        ],
    },
    Names {
        form: KeyForm::Phone,
        contains: &["phone", "mobile", "telefon", "téléphone"],
        is: &["tel", "cell", "handy"],
        without: &["type", "status", "country", "company", "verified", "valid", "count", "date", "extension"],
    },
];

/// The columns with keys, the surest first: profile URLs before e-mails before phones.
pub(crate) fn detect(header: &[String], sample: &[Vec<String>]) -> Vec<KeyColumn> {
    let named = |(index, name): (usize, &String)| {
        let form = form_of_name(name)?;
        fits(form, index, sample, 0.5).then(|| KeyColumn { index, name: name.clone(), form })
    };
    let mut found: Vec<KeyColumn> = header.iter().enumerate().filter_map(named).collect();
    if found.is_empty() {
        let content = |(index, name): (usize, &String)| {
            let form = form_of_content(index, sample)?;
            Some(KeyColumn { index, name: name.clone(), form })
        };
        found = header.iter().enumerate().filter_map(content).collect();
    }
    found.sort_by_key(|column| (STRENGTH.iter().position(|&form| form == column.form), column.index));
    found
}

/// How the column that the user named is to be read.
pub(crate) fn form_of(name: &str, index: usize, sample: &[Vec<String>]) -> KeyForm {
    let named = form_of_name(name).filter(|&form| fits(form, index, sample, 0.5));
    named.or_else(|| form_of_content(index, sample)).unwrap_or(KeyForm::Guess)
}

/// Whether a row cannot be a header, since one of its cells is a key.
pub(crate) fn is_data(row: &[String]) -> bool {
    row.iter().any(|cell| looks_like(KeyForm::Email, cell) || looks_like(KeyForm::Url, cell))
}

/// Whether a name is that of a column with keys.
pub(crate) fn is_key_name(name: &str) -> bool {
    form_of_name(name).is_some()
}

fn form_of_name(name: &str) -> Option<KeyForm> {
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    let fits = |names: &&Names| {
        (names.is.contains(&plain.as_str()) || names.contains.iter().any(|part| plain.contains(part)))
            && !names.without.iter().any(|part| plain.contains(part))
    };
    NAMES.iter().find(fits).map(|names| names.form)
}

fn filled(index: usize, sample: &[Vec<String>]) -> impl Iterator<Item = &String> {
    sample.iter().filter_map(move |row| row.get(index)).filter(|cell| !cell.trim().is_empty())
}

/// Whether enough of the filled cells can be read; a column that is empty at first may be filled later.
fn fits(form: KeyForm, index: usize, sample: &[Vec<String>], least: f64) -> bool {
    let (mut all, mut read) = (0u32, 0u32);
    for cell in filled(index, sample) {
        all += 1;
        read += u32::from(form.read(cell).is_ok());
    }
    f64::from(read) >= f64::from(all) * least
}

/// The form that at least three of five filled cells have at first sight.
fn form_of_content(index: usize, sample: &[Vec<String>]) -> Option<KeyForm> {
    let all = filled(index, sample).count();
    let most =
        |form: &KeyForm| filled(index, sample).filter(|cell| looks_like(*form, cell)).count() * 5 >= all * 3;
    [KeyForm::Url, KeyForm::Email, KeyForm::EmailHash].into_iter().filter(|_| all > 0).find(|form| most(form))
}

/// Whether a text is a key of a form beyond doubt. Pages that are no person's profile are not.
fn looks_like(form: KeyForm, text: &str) -> bool {
    let profile = [KeyKind::Handle, KeyKind::ForeignId, KeyKind::MemberToken];
    match form {
        KeyForm::Email => text.contains('@') && !text.contains('/') && form.read(text).is_ok(),
        KeyForm::Url => text.contains('/') && form.read(text).is_ok_and(|key| profile.contains(&key.kind())),
        _ => form.read(text).is_ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(header: &[&str], rows: &[&[&str]]) -> Vec<(usize, KeyForm)> {
        let own = |row: &[&str]| row.iter().map(|cell| cell.to_string()).collect::<Vec<String>>();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| own(row)).collect();
        detect(&own(header), &rows).into_iter().map(|column| (column.index, column.form)).collect()
    }

    #[test]
    fn columns_are_found_by_name_the_surest_first() {
        let header =
            ["First Name", "Mobile Phone", "E-Mail", "LinkedIn URL", "Company LinkedIn", "Email Status"];
        assert_eq!(found(&header, &[]), [(3, KeyForm::Url), (2, KeyForm::Email), (1, KeyForm::Phone)]);
    }

    #[test]
    fn a_name_is_not_believed_against_the_rows() {
        let header = ["email", "contact"];
        let rows: [&[&str]; 2] = [&["yes", "ann@example.com"], &["no", "bo@example.com"]];
        assert_eq!(found(&header, &rows), [(1, KeyForm::Email)]);
    }

    #[test]
    fn without_a_telling_name_the_content_tells() {
        let header = ["a", "b", "c"];
        let rows: [&[&str]; 3] = [
            &["Ann", "linkedin.com/in/ann-example", "https://acme.example"],
            &["Bo", "", "https://acme.example"],
            &["Cy", "https://de.linkedin.com/in/cy-example/", ""],
        ];
        assert_eq!(found(&header, &rows), [(1, KeyForm::Url)]);
    }

    #[test]
    fn a_file_without_keys_has_no_key_column() {
        assert_eq!(found(&["name", "city"], &[&["Ann", "Oslo"]]), []);
        assert_eq!(found(&["company_url"], &[&["https://www.linkedin.com/company/acme"]]), []);
    }

    #[test]
    fn a_row_with_a_key_in_it_is_no_header() {
        assert!(is_data(&["Ann".to_string(), "ann@example.com".to_string()]));
        assert!(!is_data(&["name".to_string(), "e-mail".to_string()]));
    }
}

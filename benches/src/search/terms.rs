//! Conditions as an index of terms has them: of whole people, each field with all its values.

/// A condition on the terms of a person.
#[derive(Clone)]
pub(crate) enum Expr {
    /// A value of the field is this text in lower case.
    Key(String, String),
    /// A value of the field is one of these texts, byte for byte.
    OneOf(String, Vec<String>),
    /// All these words.
    Words(String, Vec<String>),
    /// These words one after the other.
    Phrase(String, Vec<String>),
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
}

impl Expr {
    /// The same of some element of an array, whose fields begin with `prefix`. `None` if more than one term would have to be
    /// met by one element: an index of people's terms does not know elements.
    pub(crate) fn of_some_element(self, prefix: &str) -> Option<Self> {
        let named = |field: String| format!("{prefix}{field}");
        match self {
            Self::Key(field, text) => Some(Self::Key(named(field), text)),
            Self::OneOf(field, texts) => Some(Self::OneOf(named(field), texts)),
            Self::Words(field, words) if words.len() == 1 => Some(Self::Words(named(field), words)),
            Self::Phrase(field, words) => Some(Self::Phrase(named(field), words)),
            Self::Or(all) => all
                .into_iter()
                .map(|one| one.of_some_element(prefix))
                .collect::<Option<Vec<_>>>()
                .map(Self::Or),
            Self::Words(..) | Self::And(_) | Self::Not(_) => None,
        }
    }
}

//! The operators of the JSON grammar: their words, which fields they fit, and what they quantify.

use super::error::FilterError;
use super::parse::{FilterOptions, Grammar};
use super::tree::{Field, Quantifier};
use crate::schema::{NodeKind, Scalar};

/// An operator of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
    In,
    NotIn,
    Words,
    Phrase,
    NoPhrase,
    HasAll,
    GeoDistance,
    GeoExclude,
    Contains,
    IsNull,
    IsNotNull,
}

use Operator::{
    AtLeast, AtMost, Contains, Equal, GeoDistance, GeoExclude, Greater, HasAll, In, IsNotNull, IsNull, Less,
    NoPhrase, NotEqual, NotIn, Phrase, Words,
};

/// Every operator with its word, in the order of the documentation.
const WORDS: [(Operator, &str); 17] = [
    (Equal, "="),
    (NotEqual, "!="),
    (Less, "<"),
    (AtMost, "=<"),
    (Greater, ">"),
    (AtLeast, "=>"),
    (In, "in"),
    (NotIn, "not_in"),
    (Words, "(.)"),
    (Phrase, "[.]"),
    (NoPhrase, "(!)"),
    (HasAll, "has_all"),
    (GeoDistance, "geo_distance"),
    (GeoExclude, "geo_exclude"),
    (Contains, "contains"),
    (IsNull, "is_null"),
    (IsNotNull, "is_not_null"),
];

impl Operator {
    /// The operator of exactly this word, if the options have it.
    pub(super) fn parse(word: &str, options: &FilterOptions, at: &str) -> Result<Operator, FilterError> {
        match WORDS.iter().find(|(_, known)| *known == word) {
            Some((operator, _)) if operator.is_among(options) => Ok(*operator),
            Some((IsNull | IsNotNull, _)) if options.grammar == Grammar::Search => {
                Err(FilterError::Unsupported {
                    at: at.to_owned(),
                    operator: word.to_owned(),
                    why: "the null operators are switched off (option `null_operators`)",
                })
            }
            _ => Err(FilterError::UnknownOperator {
                at: at.to_owned(),
                found: word.to_owned(),
                hint: hint(word, options),
                accepted: WORDS
                    .iter()
                    .filter(|(operator, _)| operator.is_among(options))
                    .map(|(_, word)| *word)
                    .collect(),
            }),
        }
    }

    /// Whether the options have it.
    pub(super) fn is_among(self, options: &FilterOptions) -> bool {
        match options.grammar {
            Grammar::Search => self != Contains && (options.null_operators || !self.of_null()),
            Grammar::Suggest => {
                matches!(self, Equal | NotEqual | Less | AtMost | Greater | AtLeast | In | NotIn | Contains)
            }
        }
    }

    pub(super) fn word(self) -> &'static str {
        WORDS.iter().find(|(operator, _)| *operator == self).map_or("", |(_, word)| word)
    }

    pub(super) fn quantifier(self) -> Quantifier {
        match self {
            NotEqual | NotIn | NoPhrase | IsNull => Quantifier::No,
            HasAll => Quantifier::Each,
            _ => Quantifier::Some,
        }
    }

    /// Whether it asks for missing or present values, and takes no value itself.
    pub(super) fn of_null(self) -> bool {
        matches!(self, IsNull | IsNotNull)
    }

    /// Checks that it fits a field.
    pub(super) fn check(self, field: &Field, options: &FilterOptions, at: &str) -> Result<(), FilterError> {
        if self.fits(field) {
            return Ok(());
        }
        let fitting = Operator::fitting(field).filter(|operator| operator.is_among(options));
        let kind = NodeKind::Leaf { scalar: field.value.scalar, list: field.value.list };
        let article = if field.value.scalar == Scalar::Integer { "an" } else { "a" };
        let place = match self {
            HasAll if field.array.is_none() => " outside of arrays",
            GeoDistance | GeoExclude => " that names no place",
            _ => "",
        };
        Err(FilterError::WrongOperator {
            at: at.to_owned(),
            operator: self.word(),
            field: field.path.clone(),
            holds: format!("{article} {kind}{place}"),
            accepted: fitting.map(Operator::word).collect(),
        })
    }

    /// The operators that fit a field.
    pub(super) fn fitting(field: &Field) -> impl Iterator<Item = Operator> {
        WORDS.iter().map(|(operator, _)| *operator).filter(|operator| operator.fits(field))
    }

    fn fits(self, field: &Field) -> bool {
        let scalar = field.value.scalar;
        match self {
            Equal | NotEqual | IsNull | IsNotNull => true,
            Words | Phrase | NoPhrase | Contains => scalar == Scalar::String,
            In | NotIn => matches!(scalar, Scalar::String | Scalar::Integer | Scalar::Number),
            Less | AtMost | Greater | AtLeast => !matches!(scalar, Scalar::String | Scalar::Boolean),
            HasAll => field.array.is_some() && scalar != Scalar::Boolean,
            GeoDistance | GeoExclude => field.geo,
        }
    }
}

/// What somebody who wrote `word` may have meant.
fn hint(word: &str, options: &FilterOptions) -> Option<String> {
    let write = |operator: &str| Some(format!("write '{operator}'"));
    match word {
        ">=" => write("=>"),
        "<=" => write("=<"),
        "==" => write("="),
        "<>" => write("!="),
        "contains" if options.grammar == Grammar::Search => {
            Some("it exists in suggestions only: words are found by '(.)', a phrase by '[.]'".into())
        }
        _ => {
            let lower = word.to_lowercase();
            let meant = WORDS.iter().find(|(operator, known)| *known == lower && operator.is_among(options));
            meant.and_then(|(_, known)| write(known))
        }
    }
}

//! Tests of values in SQL, those of text above all.
//!
//! The functions of the engines know fewer characters than rolo's: `trim` of white space, a class of letters and numbers of those
//! that join words. So the texts of the file are looked at first: what a reader would have written stands wherever it means the same
//! for all of them, and the whole list of characters elsewhere.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

use super::clause::Clause;
use super::ranges::{in_ranges, present};
use super::{SqlEngine, SqlPrinter};
use crate::filter::{Condition, Field, Pattern, Test};
use crate::index::DictionaryReader;
use crate::plan::PlanError;
use crate::plan::leaf::{Leaf, SegmentView};
use crate::plan::values::passing;

/// White space, as a class of both engines: the Unicode property White_Space.
const WHITE_SPACE: &str =
    r"[\t-\r \x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]";
/// What Spark's lower case makes of a character depends on those around it, or are two characters.
const UNEVEN: [char; 2] = ['İ', 'Σ'];
/// What the lower case of those may be there.
const UNEVEN_LOWER: [char; 2] = ['\u{307}', 'ς'];

/// What a letter or number is to both engines.
static LETTER_OR_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant, which every test of words compiles")]
    Regex::new(r"[\p{L}\p{N}]").expect("a regular expression")
});

impl SqlPrinter<'_> {
    /// Whether a value, or an item of a list, passes the test of a condition.
    pub(super) fn passes(&self, condition: &Condition, value: &str) -> Result<Clause, PlanError> {
        let engine = self.engine;
        let clause = match &condition.test {
            Test::Present => present(value),
            Test::Folded(key) => {
                let folded = self.folded(&condition.field, value, Some(key))?;
                Clause::Plain(format!("{folded} = {}", engine.text(key)))
            }
            Test::OneOf(texts) => self.one_of(value, texts),
            Test::Words(words) => {
                let gap = self.gap(&condition.field)?;
                let each = words.iter().map(|word| self.words(value, std::slice::from_ref(word), &gap));
                Clause::all(each.collect())
            }
            Test::Phrase(words) => self.words(value, words, &self.gap(&condition.field)?),
            Test::Pattern(pattern) => match is_alternatives(pattern) {
                true => Clause::Plain(engine.finds(value, &engine.in_any_case(pattern.source()))),
                false => self.one_of(value, &self.values(condition)?),
            },
            Test::Text(_) | Test::Geo(_) => self.one_of(value, &self.values(condition)?),
            Test::Ranges(ranges) => in_ranges(engine, value, condition.field.value.scalar, ranges)
                .ok_or_else(|| self.not_portable(condition))?,
        };
        Ok(clause)
    }

    /// The key by which texts are equal without regard to case. `key`: the one that it is compared with.
    pub(super) fn folded(&self, field: &Field, value: &str, key: Option<&str>) -> Result<String, PlanError> {
        let simple = key.is_none_or(|key| !key.contains(UNEVEN_LOWER)) && self.folds_simply(field, key)?;
        Ok(match simple {
            true => format!("lower(trim({value}))"),
            false => {
                let trimmed = format!("^{WHITE_SPACE}+|{WHITE_SPACE}+$");
                self.engine.lower(&self.engine.without(value, &trimmed))
            }
        })
    }

    /// Whether the engine's own functions make of each text of a field, or of those with a key, what rolo makes of it.
    fn folds_simply(&self, field: &Field, key: Option<&str>) -> Result<bool, PlanError> {
        if field.long {
            return Ok(false);
        }
        let is_simple = |text: &str| {
            text.trim() == text.trim_matches(' ')
                && (self.engine == SqlEngine::DuckDb || !text.contains(UNEVEN))
        };
        let mut all = true;
        for (view, leaf) in self.leaves(field) {
            let Some(text) = leaf.text(view)? else { continue };
            let asked = match key {
                Some(key) => text.values.folded(key)?,
                None => 0..text.values.len(),
            };
            text.values.for_each(asked, |_, value| all &= is_simple(value))?;
        }
        Ok(all)
    }

    /// A class of what separates words, for regular expressions: right for every word of a field.
    fn gap(&self, field: &Field) -> Result<String, PlanError> {
        let mut others = BTreeSet::new();
        let mut note = |words: &DictionaryReader| {
            words.for_each(0..words.len(), |_, word| {
                let unknown = |c: &char| !c.is_ascii() && !is_letter_or_number(*c);
                others.extend(word.chars().filter(unknown));
            })
        };
        for (view, leaf) in self.leaves(field) {
            match field.long {
                true => leaf.long_text(view)?.map(|text| note(&text.words)).transpose()?,
                false => leaf.text(view)?.map(|text| note(&text.words)).transpose()?,
            };
        }
        let mut gap = String::from(r"[^\p{L}\p{N}");
        for other in others {
            let _ = write!(gap, r"\x{{{:x}}}", u32::from(other));
        }
        Ok(gap + "]")
    }

    /// Whether words stand in a text, one after the other.
    fn words(&self, value: &str, words: &[String], gap: &str) -> Clause {
        let words = words.join(&format!("{gap}+"));
        let pattern = format!("(^|{gap}){words}({gap}|$)");
        Clause::Plain(self.engine.finds(&self.engine.lower(value), &pattern))
    }

    fn one_of(&self, value: &str, texts: &[String]) -> Clause {
        let list: Vec<String> = texts.iter().map(|text| self.engine.text(text)).collect();
        match list.as_slice() {
            [] => Clause::False,
            [only] => Clause::Plain(format!("{value} = {only}")),
            _ => Clause::Plain(format!("{value} IN ({})", list.join(", "))),
        }
    }

    /// The values in the file that pass a test which the engines have no words for.
    fn values(&self, condition: &Condition) -> Result<Vec<String>, PlanError> {
        if condition.field.long {
            return Err(self.not_portable(condition));
        }
        let mut values = BTreeSet::new();
        for (view, leaf) in self.leaves(&condition.field) {
            if let Some(text) = leaf.text(view)? {
                let found = passing(&text, &condition.test, self.deadline)?;
                for id in found.iter() {
                    values.insert(text.values.value(id)?);
                }
            }
        }
        Ok(values.into_iter().collect())
    }

    /// The leaves of a field in each segment.
    fn leaves<'s>(&'s self, field: &'s Field) -> impl Iterator<Item = (&'s SegmentView<'s>, Leaf)> {
        self.views.iter().flat_map(|view| {
            field.reads.iter().flatten().filter_map(move |node| Some((view, view.leaf(*node)?)))
        })
    }
}

fn is_letter_or_number(c: char) -> bool {
    LETTER_OR_NUMBER.is_match(c.encode_utf8(&mut [0; 4]))
}

/// Whether a pattern says the same to every engine: words or phrases without anything special, with `|` between them.
fn is_alternatives(pattern: &Pattern) -> bool {
    pattern.source().chars().all(|c| c.is_ascii_alphanumeric() || c == ' ' || c == '|')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_class_of_white_space_has_all_of_it_and_nothing_else() {
        let class = Regex::new(&format!("^{WHITE_SPACE}$")).unwrap();
        for c in '\0'..=char::MAX {
            assert_eq!(class.is_match(c.encode_utf8(&mut [0; 4])), c.is_whitespace(), "{c:?}");
        }
    }
}

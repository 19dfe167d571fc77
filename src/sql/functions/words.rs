//! `has_words(text, words)` and `has_phrase(text, phrase)`: whether a text, or one of a list of texts, has all words of another, in
//! any order, or one after the other.
//!
//! ```sql
//! SELECT count(*) FROM people WHERE has_words(basic_profile.headline, 'engineer software');
//! SELECT count(*) FROM roles WHERE has_phrase(title, 'vice president') AND list = 'current';
//! SELECT count(*) FROM people WHERE has_words(skills.professional_network_skills, 'machine learning');
//! ```
//!
//! Words are runs of letters and numbers, compared without regard to case, as in filters (`record::text`): `has_words('C++ and Go',
//! 'go c')` is true, `has_words('Presales', 'sales')` is not. Of a list, all words have to be in the same text. Null where the text,
//! the list or the words are null; a text has no words at all, so `has_words('x', '!')` is true.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, StringViewArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use datafusion::common::utils::take_function_args;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature, Volatility};

use crate::record::text::{find_phrase, has_words, tokens};

/// Name of the function that asks for words in any order.
pub(crate) const HAS_WORDS: &str = "has_words";
/// Name of the function that asks for words one after the other.
pub(crate) const HAS_PHRASE: &str = "has_phrase";

/// The functions of words.
pub(super) fn all() -> [WordFunction; 2] {
    [WordFunction::new(HAS_WORDS), WordFunction::new(HAS_PHRASE)]
}

/// One of the functions.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct WordFunction {
    name: &'static str,
    signature: Signature,
}

impl WordFunction {
    fn new(name: &'static str) -> Self {
        Self { name, signature: Signature::user_defined(Volatility::Immutable) }
    }

    fn holds(&self, text: &str, words: &[String]) -> bool {
        if self.name == HAS_WORDS { has_words(text, words) } else { find_phrase(text, words) }
    }

    /// For texts, or lists of texts, row by row.
    fn of_rows(
        &self,
        texts: &ArrayRef,
        words: impl Fn(usize) -> Option<Arc<[String]>>,
    ) -> Result<BooleanArray> {
        if let Some(lists) = texts.as_list_opt::<i32>() {
            let said = (0..lists.len()).map(|row| {
                let words = words(row)?;
                lists.is_valid(row).then(|| lists.value(row)).map(|items| {
                    let items = items.as_string_view_opt();
                    items.is_some_and(|items| items.iter().flatten().any(|text| self.holds(text, &words)))
                })
            });
            return Ok(said.collect());
        }
        let Some(texts) = texts.as_string_view_opt() else {
            return exec_err!("{} takes texts, not {}", self.name, texts.data_type());
        };
        let said = texts.iter().enumerate().map(|(row, text)| Some(self.holds(text?, &words(row)?)));
        Ok(said.collect())
    }
}

impl ScalarUDFImpl for WordFunction {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        let [texts, words] = given else {
            return plan_err!("{} takes two arguments: a text or a list of texts, and words", self.name);
        };
        let text = |of: &DataType| of.is_string() || of.is_null();
        let texts = match texts {
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _)
                if text(item.data_type()) =>
            {
                let item = item.as_ref().clone().with_data_type(DataType::Utf8View);
                DataType::List(Arc::new(item))
            }
            of if text(of) => DataType::Utf8View,
            other => return plan_err!("{} takes a text or a list of texts, not {other}", self.name),
        };
        if !text(words) {
            return plan_err!("{} takes words as a text, not {words}", self.name);
        }
        Ok(vec![texts, DataType::Utf8View])
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let rows = args.number_rows;
        let [texts, words] = take_function_args(self.name, args.args)?;
        let constant = matches!((&texts, &words), (ColumnarValue::Scalar(_), ColumnarValue::Scalar(_)));
        let texts = texts.into_array(if constant { 1 } else { rows })?;
        let said = match words {
            ColumnarValue::Scalar(words) => {
                let words = words.try_as_str().flatten().map(words_of);
                self.of_rows(&texts, |_| words.clone())?
            }
            ColumnarValue::Array(words) => {
                let words = cast(&words, &DataType::Utf8View)?;
                let words: &StringViewArray = words.as_string_view();
                self.of_rows(&texts, |row| words.is_valid(row).then(|| words_of(words.value(row))))?
            }
        };
        if constant {
            return Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&said, 0)?));
        }
        Ok(ColumnarValue::Array(Arc::new(said)))
    }
}

fn words_of(text: &str) -> Arc<[String]> {
    tokens(text).map(|word| word.into_owned()).collect()
}

#[cfg(test)]
mod tests {
    use datafusion::execution::context::SessionContext;
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;
    use crate::sql::testing::{rows, try_rows};

    fn context() -> SessionContext {
        let context = SessionContext::new();
        crate::sql::functions::register(&context);
        context
    }

    fn said(expression: &str) -> String {
        rows(&context(), &format!("SELECT {expression}")).concat()
    }

    #[test]
    fn words_in_any_order_and_phrases_as_they_stand() {
        for (expression, expected) in [
            ("has_words('C++ and Go', 'go c')", "true"),
            ("has_words('Presales', 'sales')", "false"),
            ("has_phrase('Vice President, Sales', 'president sales')", "true"),
            ("has_phrase('Vice President, Sales', 'sales president')", "false"),
            ("has_words('x', '!')", "true"),
            ("has_words(NULL, 'x')", "NULL"),
            ("has_words('x', NULL)", "NULL"),
            ("has_words(['machine', 'learning'], 'machine learning')", "false"),
            ("has_words(['Go', NULL, 'Machine Learning'], 'learning machine')", "true"),
            ("has_phrase(arrow_cast([], 'List(Utf8)'), 'x')", "false"),
            ("has_phrase(arrow_cast(NULL, 'List(Utf8)'), 'x')", "NULL"),
            ("has_words(arrow_cast('Head of Sales', 'LargeUtf8'), 'sales')", "true"),
        ] {
            assert_eq!(said(expression), expected, "{expression}");
        }
    }

    #[test]
    fn words_may_differ_from_row_to_row() {
        let values = "(VALUES ('a b', 'b'), ('a b', 'c'), (NULL, 'c'), ('a', NULL)) AS t(text, words)";
        let found = rows(&context(), &format!("SELECT has_words(text, words) FROM {values}"));
        assert_eq!(found, ["true", "false", "NULL", "NULL"]);
    }

    #[test]
    fn what_is_no_text_is_refused_when_planned() {
        for wrong in ["has_words(1, 'x')", "has_words('x', 1)", "has_phrase('x')", "has_words([1], 'x')"] {
            assert_eq!(try_rows(&context(), &format!("SELECT {wrong}")), None, "{wrong}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn they_say_what_filters_say(text in "[aAbBé,. ]{0,8}", asked in "[abBÉ ]{0,4}") {
            let words: Vec<String> = tokens(&asked).map(|word| word.into_owned()).collect();
            let expression = |name: &str| said(&format!("{name}('{text}', '{asked}')"));
            prop_assert_eq!(expression(HAS_WORDS), has_words(&text, &words).to_string());
            prop_assert_eq!(expression(HAS_PHRASE), find_phrase(&text, &words).to_string());
        }
    }
}

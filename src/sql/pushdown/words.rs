//! `has_words(text, 'words')` and `has_phrase(text, 'phrase')`, by the index of words.

use datafusion::logical_expr::Expr;
use datafusion::logical_expr::expr::ScalarFunction;

use super::Pushed;
use super::leaf::constant;
use super::truth::{Pusher, Want};
use crate::filter::Test;
use crate::record::text::tokens;
use crate::schema::Scalar;
use crate::sql::functions::{HAS_PHRASE, HAS_WORDS};

/// The rows for which a function of words is what is wanted.
pub(super) fn rows(pusher: &Pusher<'_>, function: &ScalarFunction, want: Want) -> Option<Pushed> {
    let of_words = match function.name() {
        HAS_WORDS => true,
        HAS_PHRASE => false,
        _ => return None,
    };
    let [text, Expr::Literal(asked, _)] = function.args.as_slice() else { return None };
    let source = pusher.source(text).filter(|source| source.scalar() == Scalar::String)?;
    let Some(asked) = asked.try_as_str()? else { return Some(constant(want.is(None))) };
    let mut words: Vec<String> = tokens(asked).map(|word| word.into_owned()).collect();
    if words.is_empty() {
        // Every text has no words at all; which lists are null the indexes do not know.
        return (!source.is_list()).then(|| source.test(Test::Present, want));
    }
    if of_words {
        words.sort_unstable();
        words.dedup();
    }
    let test = if of_words { Test::Words(words) } else { Test::Phrase(words) };
    Some(source.test(test, want))
}

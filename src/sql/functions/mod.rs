//! Functions of SQL beside those of the engine.
//!
//! - `words`: `has_words`, `has_phrase`
//! - `same`: what functions hold beside their arguments

mod same;
mod words;

use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::ScalarUDF;

pub(crate) use same::Same;
pub(crate) use words::{HAS_PHRASE, HAS_WORDS};

/// Makes the functions known to a session.
pub(crate) fn register(context: &SessionContext) {
    for function in words::all() {
        context.register_udf(ScalarUDF::new_from_impl(function));
    }
}

//! Functions of SQL beside those of the engine.
//!
//! - `geo`: `geo_within`, `geo_distance`
//! - `words`: `has_words`, `has_phrase`
//! - `same`: what functions hold beside their arguments

mod geo;
mod same;
mod words;

use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::ScalarUDF;

pub(crate) use geo::{GEO_DISTANCE, GEO_WITHIN, area_of};
pub(crate) use same::Same;
pub(crate) use words::{HAS_PHRASE, HAS_WORDS};

/// Makes the functions known to a session.
pub(crate) fn register(context: &SessionContext) {
    for function in words::all() {
        context.register_udf(ScalarUDF::new_from_impl(function));
    }
    for function in geo::all() {
        context.register_udf(ScalarUDF::new_from_impl(function));
    }
}

//! What the optimizer learns about people: rules of our own, run after its own.
//!
//! - `person_joins`: joins on the person id narrow both sides, and semi-joins become conditions
//! - `side`: the table, and what its rows have to meet, behind one side of a join
//! - `top_k`: `ORDER BY ... LIMIT` reads only the sort keys of all rows

mod person_joins;
mod side;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::execution::session_state::SessionStateBuilder;

use person_joins::PersonJoins;

/// Adds the rules.
pub(crate) fn install(builder: SessionStateBuilder) -> SessionStateBuilder {
    builder.with_optimizer_rule(Arc::new(PersonJoins))
}

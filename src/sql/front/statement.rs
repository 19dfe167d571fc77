//! The statements there are.

use std::sync::Arc;

use datafusion::sql::sqlparser::ast::{ObjectName, Query};
use datafusion::sql::sqlparser::tokenizer::{Location, Span};

use super::{Pointer, Script};

/// A statement of a script: parsed, its names not looked up yet.
#[derive(Debug)]
pub struct Statement {
    pub(super) script: Script,
    pub(super) begin: Location,
    pub(super) end: Location,
    pub(crate) kind: Arc<Kind>,
}

impl Statement {
    /// Its text, without the semicolon.
    pub fn text(&self) -> &str {
        self.script.slice(self.begin, self.end)
    }

    /// The line of the script that it begins in, from 1.
    pub fn line(&self) -> u64 {
        self.begin.line
    }

    /// The character of that line that it begins with, from 1.
    pub fn column(&self) -> u64 {
        self.begin.column
    }

    /// Whether it tells how a query is answered: rows of two texts, the kind of a plan and the plan, which has lines.
    pub fn is_explain(&self) -> bool {
        matches!(*self.kind, Kind::Explain { .. })
    }

    /// Whether there may be other tables after it: it opens or closes a database, makes a view or drops one.
    pub fn changes_tables(&self) -> bool {
        matches!(
            *self.kind,
            Kind::Attach { .. } | Kind::Detach { .. } | Kind::CreateView { .. } | Kind::DropView { .. }
        )
    }

    /// What errors about it point with.
    pub(crate) fn pointer(&self) -> Pointer {
        Pointer::new(self.script.clone(), self.begin, self.end)
    }
}

/// What a statement does.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Answers rows.
    Query(Box<Query>),
    /// Tells how a query is answered; with `analyze`, by running it.
    Explain { query: Box<Query>, analyze: bool, verbose: bool },
    /// Lists the tables.
    ShowTables,
    /// Lists the columns of something.
    Describe(Subject),
    /// Counts what is in the columns of something.
    Summarize(Subject),
    /// Opens another database under a name.
    Attach { path: String, name: String, span: Span },
    /// Closes it.
    Detach { name: String, if_exists: bool, span: Span },
    /// Writes rows into a file.
    Copy { query: Box<Query>, path: String, format: Option<String>, span: Span },
    /// Gives a query a name, for the session.
    CreateView { name: ObjectName, query: Box<Query>, replace: bool },
    /// Takes that name away.
    DropView { names: Vec<ObjectName>, if_exists: bool },
}

impl Kind {
    /// The query in it.
    pub(crate) fn query(&self) -> Option<&Query> {
        match self {
            Self::Query(query)
            | Self::Explain { query, .. }
            | Self::Copy { query, .. }
            | Self::CreateView { query, .. } => Some(query),
            Self::Describe(subject) | Self::Summarize(subject) => Some(&subject.query),
            Self::ShowTables | Self::Attach { .. } | Self::Detach { .. } | Self::DropView { .. } => None,
        }
    }
}

/// A table or a query.
#[derive(Debug)]
pub(crate) struct Subject {
    /// The table's name, if it is one.
    pub(crate) table: Option<ObjectName>,
    /// The query, or that of all columns of the table.
    pub(crate) query: Box<Query>,
}

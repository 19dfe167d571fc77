//! What a name means, from the innermost query outwards.

use std::sync::Arc;

use datafusion::sql::sqlparser::ast::Ident;

use super::super::near;
use super::super::relation::{Found, Relation, Table};
use super::{NameError, parts_of, span_of, written};
use crate::schema::listed;

/// What the FROM of one query brings into scope.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub(super) relations: Vec<Relation>,
    /// Columns that USING made one of two.
    pub(super) merged: Vec<String>,
    /// After NATURAL JOIN any column may be such a one.
    pub(super) natural: bool,
    /// What the select list calls its items.
    pub(super) aliases: Vec<String>,
}

/// A query's scope and those around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Env<'e> {
    pub(super) scope: &'e Scope,
    pub(super) outer: Option<&'e Env<'e>>,
}

/// Where a select list's own names come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aliases {
    /// They are not there yet: select list, WHERE, joins.
    No,
    /// Columns come first: GROUP BY, HAVING, QUALIFY.
    Last,
    /// They come before columns: ORDER BY.
    First,
}

/// A name, looked up.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// Columns, behind so many parts that qualify them.
    Columns { found: Found, qualifiers: usize },
    /// A name that the select list gives.
    Own,
    /// For the planner to judge: a relation whose columns are not known.
    Left,
}

impl Env<'_> {
    fn chain(&self) -> impl Iterator<Item = &Scope> {
        std::iter::successors(Some(self), |env| env.outer).map(|env| env.scope)
    }

    /// What a name means here.
    pub(super) fn look_up(
        &self,
        idents: &[Ident],
        aliases: Aliases,
        tables: &[Arc<Table>],
    ) -> Result<Meaning, NameError> {
        let parts = parts_of(idents);
        let own_name = self.scope.aliases.iter().any(|alias| *alias == parts.join("."));
        if aliases == Aliases::First && own_name {
            return Ok(Meaning::Own);
        }
        for (depth, scope) in self.chain().enumerate() {
            if let Some(meaning) = scope.look_up(idents, &parts)? {
                return Ok(meaning);
            }
            if depth == 0 && aliases != Aliases::No && own_name {
                return Ok(Meaning::Own);
            }
        }
        NameError::new(span_of(idents), self.unknown(idents, &parts, tables))
    }

    fn unknown(&self, idents: &[Ident], parts: &[String], tables: &[Arc<Table>]) -> String {
        let name = written(idents);
        if self.scope.aliases.iter().any(|alias| *alias == parts.join(".")) {
            return format!(
                "{name} is a name that this SELECT gives: GROUP BY, HAVING, QUALIFY and ORDER BY know it; elsewhere write \
                 the expression, or put the SELECT into a subquery"
            );
        }
        let called = |length: usize| {
            let qualifier = parts.get(..length)?;
            let mut all = self.chain().flat_map(|scope| &scope.relations);
            all.find(|relation| relation.is_called(qualifier)).map(|relation| (relation, length))
        };
        match (1..parts.len()).rev().find_map(called) {
            Some((relation, length)) => {
                near::unknown_column(&written(idents.get(length..).unwrap_or_default()), &[relation], tables)
            }
            None => {
                let relations: Vec<&Relation> = self.chain().flat_map(|scope| &scope.relations).collect();
                near::unknown_column(&name, &relations, tables)
            }
        }
    }
}

impl Scope {
    /// `None` if nothing here is called so.
    fn look_up(&self, idents: &[Ident], parts: &[String]) -> Result<Option<Meaning>, NameError> {
        let mut exact = Vec::new();
        let mut short = Vec::new();
        let mut unknown = false;
        for relation in &self.relations {
            for qualifiers in 0..parts.len() {
                let (qualifier, name) = parts.split_at(qualifiers);
                if qualifiers > 0 && !relation.is_called(qualifier) {
                    continue;
                }
                unknown |= relation.columns.is_none();
                exact.extend(relation.exact(name).map(|found| (relation, found, qualifiers)));
                short.extend(relation.ending_in(name).into_iter().map(|found| (relation, found, qualifiers)));
            }
        }
        // A whole column before a field of a struct.
        if exact.iter().any(|(_, found, _)| found.fields == 0) {
            exact.retain(|(_, found, _)| found.fields == 0);
        }
        let candidates = if exact.is_empty() && !unknown { short } else { exact };
        match candidates.as_slice() {
            [] if unknown => Ok(Some(Meaning::Left)),
            [] => Ok(None),
            [(_, found, qualifiers)] => {
                Ok(Some(Meaning::Columns { found: found.clone(), qualifiers: *qualifiers }))
            }
            [(_, found, qualifiers), ..] if self.natural || self.merged.contains(&found.path) => {
                Ok(Some(Meaning::Columns { found: found.clone(), qualifiers: *qualifiers }))
            }
            several => {
                let shown = several.iter().map(|(relation, found, _)| match relation.name.last() {
                    Some(name) if self.relations.len() > 1 => format!("{name}.{}", found.path),
                    _ => found.path.clone(),
                });
                let message =
                    format!("{} is ambiguous: it could be {}", written(idents), listed(shown, "or"));
                NameError::new(span_of(idents), message)
            }
        }
    }
}

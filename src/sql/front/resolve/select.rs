//! A SELECT: FROM and joins, then the clauses.

use std::sync::Arc;

use datafusion::sql::sqlparser::ast::{
    Distinct, Expr, GroupByExpr, Ident, JoinConstraint, JoinOperator, ObjectName, Select, SelectFlavor,
    SelectItem, TableAlias, TableFactor, TableWithJoins, WildcardAdditionalOptions,
};

use super::super::near;
use super::super::parse::{normalized, stem};
use super::super::relation::{FILES, FUNCTIONS, Relation, Table};
use super::query::renamed;
use super::scope::{Aliases, Env, Scope};
use super::{Columns, NameError, Resolver, idents_of, parts_of, quoted, span_of, written};
use crate::sql::tables::MAIN;

impl Resolver<'_> {
    /// Answers the columns, and the scope that ORDER BY has.
    pub(super) fn select(
        &mut self,
        select: &mut Select,
        outer: Option<&Env<'_>>,
    ) -> Result<(Columns, Scope), NameError> {
        let mut scope = Scope::default();
        for from in &mut select.from {
            self.joined(from, &mut scope, outer)?;
        }
        if select.flavor == SelectFlavor::FromFirstNoSelect {
            select.projection = vec![SelectItem::Wildcard(WildcardAdditionalOptions::default())];
            select.flavor = SelectFlavor::Standard;
        }
        scope.aliases = given_names(&select.projection);
        let columns = self.items(&mut select.projection, &Env { scope: &scope, outer })?;
        if let Some(Distinct::On(expressions)) = &mut select.distinct {
            self.expressions(expressions, &Env { scope: &scope, outer }, Aliases::Last)?;
        }
        let env = Env { scope: &scope, outer };
        self.expressions(&mut select.selection, &env, Aliases::No)?;
        if let GroupByExpr::Expressions(expressions, _) = &mut select.group_by {
            self.expressions(expressions, &env, Aliases::Last)?;
        }
        self.expressions(&mut select.having, &env, Aliases::Last)?;
        self.expressions(&mut select.named_window, &env, Aliases::No)?;
        self.expressions(&mut select.qualify, &env, Aliases::Last)?;
        self.expressions(&mut select.sort_by, &env, Aliases::Last)?;
        // ORDER BY may also use the names that items got from how they were written.
        scope.aliases.extend(columns.iter().flatten().map(|column| column.name.clone()));
        Ok((columns, scope))
    }

    fn joined(
        &mut self,
        from: &mut TableWithJoins,
        scope: &mut Scope,
        outer: Option<&Env<'_>>,
    ) -> Result<(), NameError> {
        self.factor(&mut from.relation, scope, outer)?;
        for join in &mut from.joins {
            let left = scope.relations.len();
            self.factor(&mut join.relation, scope, outer)?;
            let Some(constraint) = constraint_of(&mut join.join_operator) else { continue };
            match constraint {
                JoinConstraint::On(on) => self.expressions(on, &Env { scope, outer }, Aliases::No)?,
                JoinConstraint::Using(names) => {
                    for name in names {
                        self.using(name, scope, left)?;
                    }
                }
                JoinConstraint::Natural => scope.natural = true,
                JoinConstraint::None => {}
            }
        }
        Ok(())
    }

    /// A column of USING has one name on both sides.
    fn using(&self, name: &mut ObjectName, scope: &mut Scope, left: usize) -> Result<(), NameError> {
        let Some(idents) = idents_of(name) else { return Ok(()) };
        let (before, after) = scope.relations.split_at(left);
        let of = |relations: &[Relation]| {
            let part =
                Scope { relations: relations.to_vec(), merged: scope.merged.clone(), ..Scope::default() };
            self.column_name(&mut name.clone(), &Env { scope: &part, outer: None })
        };
        let (first, second) = (of(before)?, of(after)?);
        if first != second {
            let (name, side) = (written(&idents), after.last().map(Relation::shown).unwrap_or_default());
            return NameError::new(
                span_of(&idents),
                format!(
                    "{name} is {first} on the left and {second} in {side}: USING needs one name, write ON instead"
                ),
            );
        }
        *name = ObjectName::from(vec![quoted(&first, span_of(&idents))]);
        scope.merged.push(first);
        Ok(())
    }

    fn factor(
        &mut self,
        factor: &mut TableFactor,
        scope: &mut Scope,
        outer: Option<&Env<'_>>,
    ) -> Result<(), NameError> {
        let relation = match factor {
            TableFactor::Table { name, alias, args: None, .. } => self.table(name, alias)?,
            TableFactor::Table { args: Some(_), .. } => self.called(factor, scope, outer)?,
            TableFactor::Derived { lateral, subquery, alias, .. } => {
                let env = Env { scope, outer };
                let columns = self.query(subquery, if *lateral { Some(&env) } else { outer })?;
                named(alias, None, columns)
            }
            TableFactor::NestedJoin { table_with_joins, alias: None } => {
                return self.joined(table_with_joins, scope, outer);
            }
            TableFactor::UNNEST { alias, array_exprs, .. } => {
                self.unnested(array_exprs)?;
                named(alias, None, None)
            }
            TableFactor::Function { alias, args, name, .. } => {
                self.expressions(args, &Env { scope, outer }, Aliases::No)?;
                named(alias, name.0.last().and_then(|part| part.as_ident()), None)
            }
            _ => named(&None, None, None),
        };
        scope.relations.push(relation);
        Ok(())
    }

    /// A table function.
    fn called(
        &mut self,
        factor: &mut TableFactor,
        scope: &Scope,
        outer: Option<&Env<'_>>,
    ) -> Result<Relation, NameError> {
        let call = without_alias(factor).map(|call| call.to_string());
        let TableFactor::Table { name, alias, args, .. } = factor else {
            return Ok(named(&None, None, None));
        };
        self.expressions(args, &Env { scope, outer }, Aliases::No)?;
        let table =
            self.tables.iter().find(|table| table.schema == FUNCTIONS && Some(&table.name) == call.as_ref());
        let own = name.0.last().and_then(|part| part.as_ident()).map(normalized);
        Ok(of_table(table.map(|table| &**table), alias, own.into_iter().collect()))
    }

    /// The engine unnests columns in a select list only.
    fn unnested(&mut self, arrays: &mut Vec<Expr>) -> Result<(), NameError> {
        let nothing = Scope::default();
        self.expressions(arrays, &Env { scope: &nothing, outer: None }, Aliases::No).map_err(|error| {
            let message = "UNNEST in FROM takes no columns: put SELECT *, unnest(path) AS item FROM ... into a subquery";
            NameError { span: error.span, message: message.into() }
        })
    }

    fn table(&self, name: &mut ObjectName, alias: &mut Option<TableAlias>) -> Result<Relation, NameError> {
        let Some(idents) = idents_of(name) else { return Ok(named(alias, None, None)) };
        let span = span_of(&idents);
        if let [file] = idents.as_slice()
            && file.quote_style == Some('\'')
        {
            let own = file.value.clone();
            *name = ObjectName::from(vec![quoted(FILES, span), quoted(&own, span)]);
            if alias.is_none() {
                let name = quoted(&stem(&own), span);
                *alias = Some(TableAlias { explicit: true, name, columns: Vec::new(), at: None });
            }
            let table = self.tables.iter().find(|table| table.schema == FILES && table.name == own);
            return Ok(of_table(table.map(|table| &**table), alias, Vec::new()));
        }
        let parts = parts_of(&idents);
        if let [only] = parts.as_slice()
            && let Some((_, columns)) = self.ctes.iter().rev().find(|(name, _)| name == only)
        {
            return Ok(named(alias, idents.last(), columns.clone()));
        }
        let (schema, own) = match parts.as_slice() {
            [own] => (MAIN, own.as_str()),
            [schema, own] | [_, schema, own] => (schema.as_str(), own.as_str()),
            _ => return NameError::new(span, format!("{} is no name of a table", written(&idents))),
        };
        match self.tables.iter().find(|table| table.schema == schema && table.name == own) {
            Some(table) => Ok(of_table(Some(table), alias, vec![schema.to_owned(), own.to_owned()])),
            None => {
                let known = |table: &&Arc<Table>| table.schema != FILES;
                let shown = |table: &Arc<Table>| match table.schema.as_str() {
                    MAIN => table.name.clone(),
                    schema => format!("{schema}.{}", table.name),
                };
                let mut names: Vec<String> = self.tables.iter().filter(known).map(shown).collect();
                names.extend(self.ctes.iter().map(|(name, _)| name.clone()));
                NameError::new(span, near::unknown_table(&written(&idents), &names))
            }
        }
    }
}

/// A table function with its arguments; `None` for other tables.
pub(crate) fn without_alias(factor: &TableFactor) -> Option<TableFactor> {
    let TableFactor::Table { args: Some(_), .. } = factor else { return None };
    let mut call = factor.clone();
    if let TableFactor::Table { alias, .. } = &mut call {
        *alias = None;
    }
    Some(call)
}

fn of_table(table: Option<&Table>, alias: &Option<TableAlias>, name: Vec<String>) -> Relation {
    let mut relation = named(alias, None, table.map(|table| table.columns.clone()));
    if alias.is_none() {
        relation.name = name;
    }
    // Columns that an alias renames are not those that other paths stand for.
    if alias.as_ref().is_none_or(|alias| alias.columns.is_empty()) {
        relation.extras = table.map(|table| table.extras.clone()).unwrap_or_default();
    }
    relation
}

fn named(alias: &Option<TableAlias>, own: Option<&Ident>, columns: Columns) -> Relation {
    let given: Vec<String> =
        alias.iter().flat_map(|a| &a.columns).map(|column| normalized(&column.name)).collect();
    let name = alias.as_ref().map(|alias| &alias.name).or(own).map(normalized);
    Relation { name: name.into_iter().collect(), columns: renamed(columns, &given), extras: Vec::new() }
}

fn constraint_of(operator: &mut JoinOperator) -> Option<&mut JoinConstraint> {
    use JoinOperator::{
        Anti, AsOf, CrossJoin, FullOuter, Inner, Join, Left, LeftAnti, LeftOuter, LeftSemi, Right, RightAnti,
        RightOuter, RightSemi, Semi, StraightJoin,
    };
    match operator {
        Join(on)
        | Inner(on)
        | Left(on)
        | LeftOuter(on)
        | Right(on)
        | RightOuter(on)
        | FullOuter(on)
        | CrossJoin(on)
        | Semi(on)
        | LeftSemi(on)
        | RightSemi(on)
        | Anti(on)
        | LeftAnti(on)
        | RightAnti(on)
        | StraightJoin(on)
        | AsOf { constraint: on, .. } => Some(on),
        _ => None,
    }
}

/// The names that AS gives.
fn given_names(items: &[SelectItem]) -> Vec<String> {
    let given = |item: &SelectItem| match item {
        SelectItem::ExprWithAlias { alias, .. } => Some(normalized(alias)),
        _ => None,
    };
    items.iter().filter_map(given).collect()
}

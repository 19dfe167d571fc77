//! Names inside expressions.

use std::ops::ControlFlow;

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{
    AccessExpr, BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList,
    FunctionArguments, Ident, ObjectName, OneOrManyWithParens, Query, Spanned, Subscript, Value, VisitMut,
    VisitorMut,
};

use super::super::parse::{normalized, under_own_name};
use super::super::relation::{Column, Found};
use super::scope::{Aliases, Env, Meaning};
use super::{NameError, Resolver, geo, parts_of, quoted, span_of, written};

impl Resolver<'_> {
    /// Resolves the names of expressions, and the queries inside them.
    pub(super) fn expressions(
        &mut self,
        expressions: &mut impl VisitMut,
        env: &Env<'_>,
        aliases: Aliases,
    ) -> Result<(), NameError> {
        let lambdas = self.lambda_names.len();
        let outcome = expressions.visit(&mut Names { resolver: self, env, aliases, queries: 0 });
        self.lambda_names.truncate(lambdas);
        match outcome {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(error) => Err(error),
        }
    }
}

struct Names<'r, 't, 'e> {
    resolver: &'r mut Resolver<'t>,
    env: &'e Env<'e>,
    aliases: Aliases,
    /// Queries around the visitor: they are resolved as a whole when they are entered.
    queries: usize,
}

impl VisitorMut for Names<'_, '_, '_> {
    type Break = NameError;

    fn pre_visit_query(&mut self, query: &mut Query) -> ControlFlow<NameError> {
        self.queries += 1;
        if self.queries > 1 {
            return ControlFlow::Continue(());
        }
        flow(self.resolver.query(query, Some(self.env)).map(|_| ()))
    }

    fn post_visit_query(&mut self, _: &mut Query) -> ControlFlow<NameError> {
        self.queries -= 1;
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expr: &mut Expr) -> ControlFlow<NameError> {
        if self.queries > 0 {
            return ControlFlow::Continue(());
        }
        name_compared(expr);
        flow(self.check_lists(expr).and_then(|()| self.replace(expr)))
    }
}

/// The planner takes columns of the rows behind ANY and ALL for those of a table of the same name outside: they get another.
fn name_compared(expr: &mut Expr) {
    if let Expr::AnyOp { right, .. } | Expr::AllOp { right, .. } = expr
        && let Expr::Subquery(query) = &mut **right
        && let Ok(named) = under_own_name((**query).clone())
    {
        **query = named;
    }
}

fn flow(outcome: Result<(), NameError>) -> ControlFlow<NameError> {
    match outcome {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => ControlFlow::Break(error),
    }
}

impl Names<'_, '_, '_> {
    fn replace(&mut self, expr: &mut Expr) -> Result<(), NameError> {
        match expr {
            Expr::Identifier(ident) => {
                let ident = ident.clone();
                self.name(expr, &[ident])
            }
            Expr::CompoundIdentifier(idents) => {
                let idents = idents.clone();
                self.name(expr, &idents)
            }
            Expr::CompoundFieldAccess { root, access_chain } => self.access(root, access_chain),
            Expr::Function(function) => {
                let look_up = |idents: &[Ident]| match self
                    .env
                    .look_up(idents, self.aliases, self.resolver.tables)
                    .ok()?
                {
                    Meaning::Columns { found, qualifiers } => Some((found, qualifiers)),
                    Meaning::Own | Meaning::Left => None,
                };
                geo::with_coordinates(function, &look_up);
                Ok(())
            }
            Expr::Lambda(lambda) => {
                let names = match &lambda.params {
                    OneOrManyWithParens::One(one) => std::slice::from_ref(one),
                    OneOrManyWithParens::Many(many) => many.as_slice(),
                };
                self.resolver.lambda_names.extend(names.iter().map(|parameter| normalized(&parameter.name)));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn name(&mut self, expr: &mut Expr, idents: &[Ident]) -> Result<(), NameError> {
        if let Some(found) = self.found(idents)? {
            *expr = found;
        }
        Ok(())
    }

    /// The expression that reads what a name means; `None` to leave it as written.
    fn found(&self, idents: &[Ident]) -> Result<Option<Expr>, NameError> {
        let first = idents.first().map(normalized).unwrap_or_default();
        if self.resolver.lambda_names.contains(&first) || first.starts_with('@') {
            return Ok(None);
        }
        Ok(match self.env.look_up(idents, self.aliases, self.resolver.tables)? {
            // To the planner a name of several parts would be a column of a table.
            Meaning::Own if idents.len() > 1 => {
                let name = parts_of(idents).join(".");
                Some(Expr::Identifier(quoted(&name, span_of(idents))))
            }
            Meaning::Own | Meaning::Left => None,
            Meaning::Columns { found, qualifiers } => Some(read(&found, idents, qualifiers)),
        })
    }

    /// `path[1].name`: the parts in front of the first bracket are a name, those behind are fields.
    fn access(&mut self, root: &mut Box<Expr>, chain: &mut Vec<AccessExpr>) -> Result<(), NameError> {
        if let Expr::Identifier(first) = &**root {
            let mut idents = vec![first.clone()];
            idents.extend(chain.iter().map_while(|access| match access {
                AccessExpr::Dot(Expr::Identifier(ident)) => Some(ident.clone()),
                _ => None,
            }));
            if let Some(found) = self.found(&idents)? {
                chain.drain(..idents.len() - 1);
                **root = found;
            }
        }
        for access in chain {
            if let AccessExpr::Dot(Expr::Identifier(ident)) = access {
                let index = Expr::value(Value::SingleQuotedString(normalized(ident)));
                *access = AccessExpr::Subscript(Subscript::Index { index });
            }
        }
        Ok(())
    }

    /// A list is no single value: says what to write.
    fn check_lists(&self, expr: &Expr) -> Result<(), NameError> {
        use BinaryOperator::{Eq, Gt, GtEq, Lt, LtEq, NotEq, Spaceship};
        match expr {
            Expr::BinaryOp { left, op: op @ (Eq | NotEq | Lt | LtEq | Gt | GtEq | Spaceship), right } => {
                self.check_compared(left, right, &op.to_string())?;
                self.check_compared(right, left, &op.to_string())
            }
            Expr::Like { expr, pattern, .. } => self.check_compared(expr, pattern, "LIKE"),
            Expr::ILike { expr, pattern, .. } => self.check_compared(expr, pattern, "ILIKE"),
            Expr::SimilarTo { expr, pattern, .. } => self.check_compared(expr, pattern, "SIMILAR TO"),
            Expr::Between { expr, low, .. } => self.check_compared(expr, low, "BETWEEN"),
            Expr::InList { expr, list, .. } => match list.first() {
                Some(first) => self.check_compared(expr, first, "IN"),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }

    fn check_compared(&self, list: &Expr, other: &Expr, operator: &str) -> Result<(), NameError> {
        let Some((path, column)) = self.column(list).filter(|(_, column)| column.is_list()) else {
            return Ok(());
        };
        if !self.is_single(other) {
            return Ok(());
        }
        let of_objects = match &column.of {
            Some(DataType::List(item) | DataType::LargeList(item)) => {
                matches!(item.data_type(), DataType::Struct(_))
            }
            _ => false,
        };
        let table = self.resolver.tables.iter().find(|table| table.arrays.contains(&column.name));
        let advice = match (table, operator) {
            (Some(table), _) => format!("its elements are the rows of {}", table.name),
            (None, _) if of_objects => "its elements have fields: read one with UNNEST".into(),
            (None, "=") => format!("write {other} = ANY({path})"),
            (None, "IN") => format!("write array_has_any({path}, [{other}, ...])"),
            (None, "<>" | "!=") => format!("write NOT ({other} = ANY({path}))"),
            (None, _) => format!(
                "write {other} = ANY({path}) for a whole value, or compare the items of UNNEST({path})"
            ),
        };
        NameError::new(
            list.span(),
            format!("{path} is a list, and {operator} compares single values: {advice}"),
        )
    }

    /// The column that an expression is, with its name as written.
    fn column(&self, expr: &Expr) -> Option<(String, Column)> {
        let idents = match expr {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(idents) => idents,
            Expr::Nested(inner) => return self.column(inner),
            _ => return None,
        };
        match self.env.look_up(idents, self.aliases, self.resolver.tables).ok()? {
            Meaning::Columns { found, .. } if found.fields == 0 => match found.columns.as_slice() {
                [column] => Some((written(idents), column.clone())),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether an expression has a single value for sure.
    fn is_single(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Value(value) => !matches!(value.value, Value::Null | Value::Placeholder(_)),
            Expr::TypedString(_) | Expr::Interval(_) | Expr::BinaryOp { .. } => true,
            Expr::Nested(inner) => self.is_single(inner),
            Expr::UnaryOp { expr, .. } => self.is_single(expr),
            Expr::Function(function) => {
                let name = function.name.to_string().to_lowercase();
                matches!(name.as_str(), "lower" | "upper" | "trim" | "concat" | "now")
            }
            _ => self.column(expr).is_some_and(|(_, column)| column.of.is_some() && !column.is_list()),
        }
    }
}

/// Reads columns that were found: one, or the first of several that is not null.
pub(super) fn read(found: &Found, idents: &[Ident], qualifiers: usize) -> Expr {
    let span = span_of(idents);
    let column = |column: &Column| {
        let mut name: Vec<Ident> = idents.iter().take(qualifiers).cloned().collect();
        name.push(quoted(&column.name, span));
        name.extend(idents.iter().skip(idents.len().saturating_sub(found.fields)).cloned());
        match name.as_slice() {
            [only] => Expr::Identifier(only.clone()),
            _ => Expr::CompoundIdentifier(name),
        }
    };
    match found.columns.as_slice() {
        [only] => column(only),
        several => coalesce(several.iter().map(column).collect(), span_start(idents)),
    }
}

fn span_start(idents: &[Ident]) -> Ident {
    Ident { value: "coalesce".into(), quote_style: None, span: span_of(idents) }
}

fn coalesce(values: Vec<Expr>, name: Ident) -> Expr {
    let args = values.into_iter().map(|value| FunctionArg::Unnamed(FunctionArgExpr::Expr(value))).collect();
    Expr::Function(Function {
        name: ObjectName::from(vec![name]),
        uses_odbc_syntax: false,
        parameters: FunctionArguments::None,
        args: FunctionArguments::List(FunctionArgumentList {
            duplicate_treatment: None,
            args,
            clauses: Vec::new(),
        }),
        filter: None,
        null_treatment: None,
        over: None,
        within_group: Vec::new(),
    })
}

//! The select list, and what its columns are called.

use arrow::datatypes::DataType;
use datafusion::sql::sqlparser::ast::{
    ExceptSelectItem, ExcludeSelectItem, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments,
    Ident, ObjectName, RenameSelectItem, SelectItem, SelectItemQualifiedWildcardKind,
    WildcardAdditionalOptions,
};
use datafusion::sql::sqlparser::tokenizer::Span;

use super::super::parse::normalized;
use super::super::relation::{Column, Found, Relation};
use super::scope::{Aliases, Env, Meaning, Scope};
use super::{Columns, NameError, Resolver, idents_of, parts_of, quoted, span_of, written};

impl Resolver<'_> {
    /// Resolves a select list. Answers its columns, and the names that it gives.
    pub(super) fn items(&mut self, items: &mut Vec<SelectItem>, env: &Env<'_>) -> Result<Columns, NameError> {
        let mut resolved: Vec<SelectItem> = Vec::new();
        let mut columns: Columns = Some(Vec::new());
        for item in std::mem::take(items) {
            for item in self.branch(item, env)? {
                let (item, new) = self.item(item, env, columns.as_deref().unwrap_or_default())?;
                resolved.push(item);
                columns = columns.zip(new).map(|(mut columns, new)| {
                    columns.extend(new);
                    columns
                });
            }
        }
        *items = resolved;
        Ok(columns)
    }

    /// `basic_profile.*` is an item for each column below it; everything else is itself.
    fn branch(&self, item: SelectItem, env: &Env<'_>) -> Result<Vec<SelectItem>, NameError> {
        let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(name), _) = &item
        else {
            return Ok(vec![item]);
        };
        let Some(idents) = idents_of(name) else { return Ok(vec![item]) };
        let parts = parts_of(&idents);
        let relations = &env.scope.relations;
        if relations.iter().any(|relation| relation.is_called(&parts)) {
            return Ok(vec![item]);
        }
        let mut found: Vec<(&Relation, usize, Vec<Column>)> = Vec::new();
        for relation in relations {
            for qualifiers in 0..parts.len() {
                let (qualifier, branch) = parts.split_at(qualifiers);
                if qualifiers == 0 || relation.is_called(qualifier) {
                    let below = relation.below(branch);
                    found.extend((!below.is_empty()).then_some((relation, qualifiers, below)));
                }
            }
        }
        let span = span_of(&idents);
        match found.as_slice() {
            [(_, qualifiers, below)] => Ok(below
                .iter()
                .map(|column| {
                    let mut name: Vec<Ident> = idents.iter().take(*qualifiers).cloned().collect();
                    name.push(quoted(&column.name, span));
                    SelectItem::UnnamedExpr(Expr::CompoundIdentifier(name))
                })
                .collect()),
            [] if relations.iter().any(|relation| relation.columns.is_none()) => Ok(vec![item]),
            [] => {
                let what = "is neither a table of this FROM nor the beginning of paths";
                NameError::new(span, format!("{} {what}", written(&idents)))
            }
            [(first, ..), (second, ..), ..] => {
                let (name, first, second) = (written(&idents), first.shown(), second.shown());
                NameError::new(
                    span,
                    format!("{name}.* is ambiguous: write {first}.{name}.* or {second}.{name}.*"),
                )
            }
        }
    }

    fn item(
        &mut self,
        item: SelectItem,
        env: &Env<'_>,
        before: &[Column],
    ) -> Result<(SelectItem, Columns), NameError> {
        match item {
            SelectItem::UnnamedExpr(expr) => self.unnamed(expr, env, before),
            SelectItem::ExprWithAlias { mut expr, alias } => {
                let of = self.type_of(&expr, env);
                self.expressions(&mut expr, env, Aliases::No)?;
                let column = Column { name: normalized(&alias), of };
                Ok((SelectItem::ExprWithAlias { expr, alias }, Some(vec![column])))
            }
            SelectItem::Wildcard(mut options) => {
                let columns = all_columns(env.scope, None);
                let columns = self.options(&mut options, columns, env)?;
                Ok((SelectItem::Wildcard(options), columns))
            }
            SelectItem::QualifiedWildcard(kind, mut options) => {
                let name = match &kind {
                    SelectItemQualifiedWildcardKind::ObjectName(name) => {
                        idents_of(name).map(|name| parts_of(&name))
                    }
                    SelectItemQualifiedWildcardKind::Expr(_) => None,
                };
                let columns = name.and_then(|name| all_columns(env.scope, Some(&name)));
                let columns = self.options(&mut options, columns, env)?;
                Ok((SelectItem::QualifiedWildcard(kind, options), columns))
            }
            other => Ok((other, None)),
        }
    }

    /// An item without AS is called as it was written.
    fn unnamed(
        &mut self,
        mut expr: Expr,
        env: &Env<'_>,
        before: &[Column],
    ) -> Result<(SelectItem, Columns), NameError> {
        let of = self.type_of(&expr, env);
        let idents = match &expr {
            Expr::Identifier(ident) => Some(vec![ident.clone()]),
            Expr::CompoundIdentifier(idents) => Some(idents.clone()),
            _ => None,
        };
        let text = expr.to_string();
        // A list becomes rows under its item's name; a struct becomes columns with names of their own.
        let unnests = matches!(&expr, Expr::Function(f) if f.name.to_string().eq_ignore_ascii_case("unnest"));
        let name = match &idents {
            Some(idents) => match env.look_up(idents, Aliases::No, self.tables)? {
                Meaning::Own | Meaning::Left => {
                    let name = idents.last().map(normalized).unwrap_or_default();
                    self.expressions(&mut expr, env, Aliases::No)?;
                    return Ok((SelectItem::UnnamedExpr(expr), Some(vec![Column { name, of }])));
                }
                Meaning::Columns { found, qualifiers } => {
                    let name = item_name(&found, idents, qualifiers);
                    let own =
                        found.fields == 0 && found.columns.first().is_some_and(|column| column.name == name);
                    if own && !before.iter().any(|column| column.name == name) {
                        self.expressions(&mut expr, env, Aliases::No)?;
                        return Ok((SelectItem::UnnamedExpr(expr), Some(vec![Column { name, of }])));
                    }
                    name
                }
            },
            None if unnests && !self.is_unnested_list(&expr, env) => {
                self.expressions(&mut expr, env, Aliases::No)?;
                return Ok((SelectItem::UnnamedExpr(expr), None));
            }
            None => text.clone(),
        };
        self.expressions(&mut expr, env, Aliases::No)?;
        let name = free_name(name, &text, before);
        let alias = quoted(&name, Span::empty());
        Ok((SelectItem::ExprWithAlias { expr, alias }, Some(vec![Column { name, of }])))
    }

    /// Whether it is `unnest(path)` of a list.
    fn is_unnested_list(&self, expr: &Expr, env: &Env<'_>) -> bool {
        let Expr::Function(Function { args: FunctionArguments::List(list), .. }) = expr else { return false };
        let [FunctionArg::Unnamed(FunctionArgExpr::Expr(of))] = list.args.as_slice() else { return false };
        let column = Column { name: String::new(), of: self.type_of(of, env) };
        column.is_list()
    }

    fn type_of(&self, expr: &Expr, env: &Env<'_>) -> Option<DataType> {
        let idents = match expr {
            Expr::Identifier(ident) => std::slice::from_ref(ident),
            Expr::CompoundIdentifier(idents) => idents.as_slice(),
            _ => return None,
        };
        match env.look_up(idents, Aliases::No, self.tables).ok()? {
            Meaning::Columns { found, .. } if found.fields == 0 => found.columns.first()?.of.clone(),
            _ => None,
        }
    }

    /// EXCLUDE, EXCEPT, REPLACE and RENAME take paths too.
    fn options(
        &mut self,
        options: &mut WildcardAdditionalOptions,
        columns: Columns,
        env: &Env<'_>,
    ) -> Result<Columns, NameError> {
        let mut left_out: Vec<String> = Vec::new();
        match &mut options.opt_exclude {
            Some(ExcludeSelectItem::Single(name)) => left_out.push(self.column_name(name, env)?),
            Some(ExcludeSelectItem::Multiple(names)) => {
                for name in names {
                    left_out.push(self.column_name(name, env)?);
                }
            }
            None => {}
        }
        if let Some(ExceptSelectItem { first_element, additional_elements }) = &mut options.opt_except {
            for ident in std::iter::once(first_element).chain(additional_elements) {
                left_out.push(self.column_ident(ident, env)?);
            }
        }
        for replaced in options.opt_replace.iter_mut().flat_map(|replace| &mut replace.items) {
            self.expressions(&mut replaced.expr, env, Aliases::No)?;
            self.column_ident(&mut replaced.column_name, env)?;
        }
        let mut renamed: Vec<(String, String)> = Vec::new();
        let renames = match &mut options.opt_rename {
            Some(RenameSelectItem::Single(one)) => std::slice::from_mut(one),
            Some(RenameSelectItem::Multiple(many)) => many.as_mut_slice(),
            None => &mut [],
        };
        for rename in renames {
            renamed.push((self.column_ident(&mut rename.ident, env)?, normalized(&rename.alias)));
        }
        Ok(columns.map(|mut columns| {
            columns.retain(|column| !left_out.contains(&column.name));
            for column in &mut columns {
                if let Some((_, to)) = renamed.iter().find(|(from, _)| *from == column.name) {
                    column.name.clone_from(to);
                }
            }
            columns
        }))
    }

    /// A path that names a column becomes one identifier.
    pub(super) fn column_name(&self, name: &mut ObjectName, env: &Env<'_>) -> Result<String, NameError> {
        let Some(idents) = idents_of(name) else { return Ok(name.to_string()) };
        let column = self.one_column(&idents, env)?;
        *name = ObjectName::from(vec![quoted(&column, span_of(&idents))]);
        Ok(column)
    }

    fn column_ident(&self, ident: &mut Ident, env: &Env<'_>) -> Result<String, NameError> {
        let column = self.one_column(std::slice::from_ref(ident), env)?;
        *ident = quoted(&column, ident.span);
        Ok(column)
    }

    fn one_column(&self, idents: &[Ident], env: &Env<'_>) -> Result<String, NameError> {
        match env.look_up(idents, Aliases::No, self.tables)? {
            Meaning::Own | Meaning::Left => Ok(parts_of(idents).join(".")),
            Meaning::Columns { found: Found { columns, fields: 0, .. }, .. } if columns.len() == 1 => {
                Ok(columns.into_iter().map(|column| column.name).collect())
            }
            Meaning::Columns { .. } => {
                NameError::new(span_of(idents), format!("{} is not one column", written(idents)))
            }
        }
    }
}

/// The path as written, without what qualifies it; a column is called as its table calls it, capitals included.
fn item_name(found: &Found, idents: &[Ident], qualifiers: usize) -> String {
    let name = parts_of(idents.get(qualifiers..).unwrap_or_default()).join(".");
    if found.fields == 0 && name.eq_ignore_ascii_case(&found.path) {
        return found.path.clone();
    }
    match found.fields {
        0 => name,
        _ => idents.last().map(normalized).unwrap_or_default(),
    }
}

/// The name, or the whole text, or that with a number: two items of a select list may not be called the same.
fn free_name(name: String, text: &str, before: &[Column]) -> String {
    let taken = |name: &str| before.iter().any(|column| column.name == name);
    if !taken(&name) {
        return name;
    }
    let numbered = (1..).map(|number| format!("{name}_{number}"));
    std::iter::once(text.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}

/// The columns of `*`, or of `relation.*`.
fn all_columns(scope: &Scope, of: Option<&[String]>) -> Columns {
    let mut all: Vec<Column> = Vec::new();
    for relation in &scope.relations {
        if of.is_some_and(|name| !relation.is_called(name)) {
            continue;
        }
        for column in relation.columns.as_ref()? {
            let again = all.iter().any(|known| known.name == column.name);
            if !(again && (scope.natural || scope.merged.contains(&column.name))) {
                all.push(column.clone());
            }
        }
    }
    Some(all)
}

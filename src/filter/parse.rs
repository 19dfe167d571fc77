//! Filters from JSON: `{"field", "type", "value"}` and `{"op", "conditions"}`, and nothing else.
//!
//! Reading is strict: what is not understood is an error that names the place, what was found there, and what would be
//! taken. The grammar is that of the Crustdata API 2025-11-01.

use std::collections::HashMap;
use std::sync::Arc;

use super::all_of;
use super::error::{FilterError, brief};
use super::instead::unknown_field;
use super::operator::Operator;
use super::tree::{Condition, Field, Test, Tree};
use super::value::{self, shown};
use crate::record::{RejectReason, Value, parse};
use crate::schema::Schema;

/// What the operator `(.)` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DotOperator {
    /// All words of the value are in the text, in any order.
    #[default]
    AllWords,
    /// The value is a regular expression, found anywhere in the text, in any case; so `VP|Director` finds either. For
    /// clients written against early versions of the API.
    RegexPipeOr,
}

/// Which operators there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Grammar {
    /// Those of searches.
    #[default]
    Search,
    /// Those of the filters beside suggestions: comparisons, `in`, `not_in`, and `contains`, which a text passes that has the value
    /// in it, in any case.
    Suggest,
}

/// How large a filter may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Groups inside one another.
    pub depth: usize,
    /// Groups and conditions.
    pub nodes: usize,
    /// Items in a list.
    pub list_items: usize,
    /// Regular expressions.
    pub patterns: usize,
    /// Bytes that a compiled regular expression takes.
    pub regex_bytes: usize,
}

impl Limits {
    /// The default of [`Limits::depth`].
    pub const DEFAULT_DEPTH: usize = 32;
    /// The default of [`Limits::nodes`].
    pub const DEFAULT_NODES: usize = 10_000;
    /// The default of [`Limits::list_items`].
    pub const DEFAULT_LIST_ITEMS: usize = 50_000;
    /// The default of [`Limits::patterns`].
    pub const DEFAULT_PATTERNS: usize = 100;
    /// The default of [`Limits::regex_bytes`].
    pub const DEFAULT_REGEX_BYTES: usize = 1 << 20;
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            depth: Self::DEFAULT_DEPTH,
            nodes: Self::DEFAULT_NODES,
            list_items: Self::DEFAULT_LIST_ITEMS,
            patterns: Self::DEFAULT_PATTERNS,
            regex_bytes: Self::DEFAULT_REGEX_BYTES,
        }
    }
}

/// How filters are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilterOptions {
    /// Which operators there are.
    pub grammar: Grammar,
    /// What `(.)` means.
    pub dot_operator: DotOperator,
    /// Whether there are `is_null` and `is_not_null`. Default: yes.
    pub null_operators: bool,
    /// How large filters may be.
    pub limits: Limits,
}

impl Default for FilterOptions {
    fn default() -> Self {
        FilterOptions {
            grammar: Grammar::default(),
            dot_operator: DotOperator::default(),
            null_operators: true,
            limits: Limits::default(),
        }
    }
}

/// The tree of a JSON text, normalised.
pub(super) fn tree_of_text(
    text: &str,
    schema: &Schema,
    options: &FilterOptions,
) -> Result<Tree, FilterError> {
    let parsed = parse(text.as_bytes()).map_err(|reason| syntax(text, &reason))?;
    if let Some(path) = parsed.first_duplicate {
        let found = format!("the key `{}` is given twice", brief(&path));
        return Err(FilterError::Shape { at: String::new(), found, accepted: "each key once".to_owned() });
    }
    tree_of_value(&parsed.value, schema, options)
}

/// The tree of a JSON value, normalised.
pub(super) fn tree_of_value(
    value: &Value<'_>,
    schema: &Schema,
    options: &FilterOptions,
) -> Result<Tree, FilterError> {
    let mut reader = Reader { schema, options, nodes: 0, patterns: 0, fields: HashMap::new() };
    reader.tree(value, "", 0).map(Tree::normalised)
}

fn syntax(text: &str, reason: &RejectReason) -> FilterError {
    let before = text.get(..reason.byte().unwrap_or(0)).unwrap_or(text);
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().map_or(0, |last| last.chars().count()).saturating_add(1);
    let problem = match reason {
        RejectReason::Syntax { problem, .. } => problem.clone(),
        RejectReason::TrailingText { .. } => "text follows the filter".to_owned(),
        RejectReason::TooLarge { limit } => format!("longer than {} MiB", limit >> 20),
        RejectReason::TooDeep { limit, .. } => format!("nested deeper than {limit} levels"),
        RejectReason::LoneSurrogate { .. } => "half a surrogate pair in a \\u escape".to_owned(),
        other => other.to_string(),
    };
    FilterError::Syntax { line, column, problem }
}

const CONDITION_KEYS: [&str; 3] = ["field", "type", "value"];
const GROUP_KEYS: [&str; 2] = ["op", "conditions"];
const GROUPS: [&str; 3] = ["and", "or", "all_of"];

struct Reader<'a> {
    schema: &'a Schema,
    options: &'a FilterOptions,
    nodes: usize,
    patterns: usize,
    /// Each field once, however many conditions name it.
    fields: HashMap<String, Arc<Field>>,
}

impl Reader<'_> {
    /// `groups`: how many groups it lies in.
    fn tree(&mut self, value: &Value<'_>, at: &str, groups: usize) -> Result<Tree, FilterError> {
        let limits = &self.options.limits;
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > limits.nodes {
            return Err(limit(at, "nodes", "groups and conditions", limits.nodes));
        }
        let Value::Object(_) = value else {
            return Err(shape(
                at,
                shown(value),
                "a condition {\"field\", \"type\", \"value\"} or a group {\"op\", \"conditions\"}",
            ));
        };
        if GROUP_KEYS.iter().all(|key| value.get(key).is_none()) {
            return self.condition(value, at).map(Tree::Condition);
        }
        if groups >= limits.depth {
            return Err(limit(at, "depth", "groups inside one another", limits.depth));
        }
        self.group(value, at, groups.saturating_add(1))
    }

    fn group(&mut self, group: &Value<'_>, at: &str, groups: usize) -> Result<Tree, FilterError> {
        only_keys(group, &GROUP_KEYS, at)?;
        let op = required_text(group, "op", at, "and, or, all_of")?;
        if !GROUPS.contains(&op) {
            let meant = op.to_lowercase();
            let accepted = GROUPS.into_iter().find(|group| *group == meant);
            let found = format!("no group is called '{}'", brief(op));
            return Err(shape(&step(at, "op"), found, accepted.unwrap_or("and, or, all_of")));
        }
        let here = step(at, "conditions");
        let children = match required(group, "conditions", at, "a list of conditions and groups")? {
            Value::Array(items) if !items.is_empty() => items,
            other => {
                return Err(shape(&here, shown(other), "a list with at least one condition or group"));
            }
        };
        let children = children.iter().enumerate();
        let children = children
            .map(|(i, child)| self.tree(child, &format!("{here}[{i}]"), groups))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(match op {
            "and" => Tree::And(children),
            "or" => Tree::Or(children),
            _ => {
                let children: Vec<Tree> = children.into_iter().map(Tree::normalised).collect();
                all_of::check(&children, at, &here)?;
                Tree::AllOf(children)
            }
        })
    }

    fn condition(&mut self, condition: &Value<'_>, at: &str) -> Result<Condition, FilterError> {
        only_keys(condition, &CONDITION_KEYS, at)?;
        let path = required_text(condition, "field", at, "the path of a field")?;
        let word = required_text(condition, "type", at, "an operator")?;
        let field = self.field(path, &step(at, "field"))?;
        let operator = Operator::parse(word, self.options, &step(at, "type"))?;
        operator.check(&field, self.options, &step(at, "type"))?;
        let value = match condition.get("value") {
            None if !operator.of_null() => {
                return Err(shape(at, "the key `value` is missing".to_owned(), "`field`, `type`, `value`"));
            }
            value => value,
        };
        let test = value::test(&field, operator, value, self.options, &step(at, "value"))?;
        if matches!(test, Test::Pattern(_)) {
            self.patterns = self.patterns.saturating_add(1);
            if self.patterns > self.options.limits.patterns {
                let most = self.options.limits.patterns;
                return Err(limit(&step(at, "value"), "patterns", "regular expressions", most));
            }
        }
        Ok(Condition { field, quantifier: operator.quantifier(), test })
    }

    fn field(&mut self, path: &str, at: &str) -> Result<Arc<Field>, FilterError> {
        if let Some(known) = self.fields.get(path) {
            return Ok(known.clone());
        }
        let row = self.schema.resolve(path).filter(|row| row.filter);
        let field = row.and_then(|row| Field::of(self.schema, &row.path));
        let field = Arc::new(field.ok_or_else(|| unknown_field(self.schema, path, at))?);
        self.fields.insert(path.to_owned(), field.clone());
        Ok(field)
    }
}

/// The place `next` inside `at`.
pub(super) fn step(at: &str, next: &str) -> String {
    if at.is_empty() { next.to_owned() } else { format!("{at}.{next}") }
}

fn shape(at: &str, found: String, accepted: impl Into<String>) -> FilterError {
    FilterError::Shape { at: at.to_owned(), found, accepted: accepted.into() }
}

fn limit(at: &str, limit: &'static str, of: &'static str, most: usize) -> FilterError {
    FilterError::Limit { at: at.to_owned(), limit, of, most }
}

fn only_keys(object: &Value<'_>, keys: &[&str], at: &str) -> Result<(), FilterError> {
    let Some((unknown, _)) = object.members().iter().find(|(key, _)| !keys.contains(&key.as_ref())) else {
        return Ok(());
    };
    let list: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let hint = if unknown == "column" { " (the path stands under `field`)" } else { "" };
    Err(shape(at, format!("unknown key `{}`", brief(unknown)), list.join(", ") + hint))
}

fn required<'v, 'a>(
    object: &'v Value<'a>,
    key: &str,
    at: &str,
    accepted: &str,
) -> Result<&'v Value<'a>, FilterError> {
    object.get(key).ok_or_else(|| shape(at, format!("the key `{key}` is missing"), accepted))
}

fn required_text<'v>(
    object: &'v Value<'_>,
    key: &str,
    at: &str,
    accepted: &str,
) -> Result<&'v str, FilterError> {
    match required(object, key, at, accepted)? {
        Value::String(text) => Ok(text),
        other => Err(shape(&step(at, key), shown(other), accepted)),
    }
}

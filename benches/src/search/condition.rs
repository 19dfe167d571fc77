//! One condition in the words of all contenders: rolo's filter JSON, SQL over people as `read_json` makes them, SQL over flat
//! tables, Tantivy's query, chDB's SQL. Built from leaves up, so that all of them mean the same.

use serde_json::{Value, json};

use super::terms::Expr;

/// What is not a letter or digit, so the end of a word.
const GAP: &str = r"[^\p{L}\p{N}]";

/// A condition on a person or, inside [`Array::some`], on one element of an array.
#[derive(Clone)]
pub(crate) struct Condition {
    pub(crate) filter: Value,
    /// Over `people`; an element is `r`.
    pub(crate) nested: String,
    /// Over `person`, or the array's own table.
    pub(crate) flat: String,
    /// The ids of the people, where no more is needed than the elements' own table.
    pub(crate) ids: Option<Ids>,
    pub(crate) terms: Option<Expr>,
    /// Over chDB's table of people or, inside [`Array::some`], of roles; words alone.
    pub(crate) chdb: Option<String>,
}

/// Queries for ids of people by elements, an id as often as there are such elements.
#[derive(Clone)]
pub(crate) struct Ids {
    pub(crate) nested: String,
    pub(crate) flat: String,
    pub(crate) chdb: Option<String>,
}

/// A leaf: of a person, or of an element.
pub(crate) struct Field {
    /// In the array, or in the person.
    pub(crate) path: &'static str,
    /// In people as `read_json` makes them.
    pub(crate) nested: &'static str,
    /// The column's name in the flat table, without `_key` and `_words`; the field's in the index of terms.
    pub(crate) flat: &'static str,
}

impl Condition {
    /// chDB's count, if words are all there is to it.
    pub(crate) fn chdb_count(&self) -> Option<String> {
        match &self.ids {
            Some(ids) => ids.chdb.as_ref().map(|ids| format!("select uniqExact(id) from ({ids})")),
            None => self.chdb.as_ref().map(|words| format!("select count() from person where {words}")),
        }
    }
}

impl Field {
    fn condition(&self, kind: &str, value: Value, nested: String, flat: String) -> Condition {
        let filter = json!({"field": self.path, "type": kind, "value": value});
        Condition { filter, nested, flat, ids: None, terms: None, chdb: None }
    }

    /// Equal to `text` without regard to case.
    pub(crate) fn equals(&self, text: &str) -> Condition {
        let key = quoted(&text.to_lowercase());
        Condition {
            terms: Some(Expr::Key(self.flat.to_string(), text.to_lowercase())),
            ..self.condition(
                "=",
                json!(text),
                format!("lower(trim({})) = {key}", self.nested),
                format!("{}_key = {key}", self.flat),
            )
        }
    }

    /// Equal to one of `texts`, byte for byte.
    pub(crate) fn one_of<T: AsRef<str>>(&self, texts: &[T]) -> Condition {
        let texts: Vec<&str> = texts.iter().map(AsRef::as_ref).collect();
        let list = texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ");
        let own = texts.iter().map(|text| text.to_string()).collect();
        Condition {
            terms: Some(Expr::OneOf(self.flat.to_string(), own)),
            ..self.condition(
                "in",
                json!(texts),
                format!("{} in ({list})", self.nested),
                format!("{} in ({list})", self.flat),
            )
        }
    }

    /// Equal to one of `numbers`.
    pub(crate) fn one_of_numbers(&self, numbers: &[i64]) -> Condition {
        let list = numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(", ");
        let sql = |column: &str| format!("{column} in ({list})");
        self.condition("in", json!(numbers), sql(self.nested), sql(self.flat))
    }

    /// A list that holds `text`, byte for byte.
    pub(crate) fn holds(&self, text: &str) -> Condition {
        let sql = |column: &str| format!("list_contains({column}, {})", quoted(text));
        self.condition("in", json!([text]), sql(self.nested), sql(self.flat))
    }

    /// Has all of these words.
    pub(crate) fn words(&self, text: &str) -> Condition {
        let words: Vec<&str> = text.split(' ').collect();
        let nested = words.iter().map(|word| nested_words(self.nested, word)).collect::<Vec<_>>();
        let flat = words.iter().map(|word| format!("contains({}_words, ' {word} ')", self.flat));
        let list = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(", ");
        Condition {
            terms: Some(Expr::Words(
                self.flat.to_string(),
                words.iter().map(|word| word.to_string()).collect(),
            )),
            chdb: Some(format!("hasAllTokens({}, [{list}])", self.flat)),
            ..self.condition("(.)", json!(text), nested.join(" and "), flat.collect::<Vec<_>>().join(" and "))
        }
    }

    /// Has these words one after the other.
    pub(crate) fn phrase(&self, text: &str) -> Condition {
        let words = text.split(' ').map(str::to_string).collect();
        Condition {
            terms: Some(Expr::Phrase(self.flat.to_string(), words)),
            ..self.condition(
                "[.]",
                json!(text),
                nested_words(self.nested, text),
                format!("contains({}_words, ' {text} ')", self.flat),
            )
        }
    }

    /// Has a value.
    pub(crate) fn present(&self) -> Condition {
        let sql = |column: &str| format!("{column} is not null");
        self.condition("is_not_null", Value::Null, sql(self.nested), sql(self.flat))
    }

    pub(crate) fn is(&self, value: bool) -> Condition {
        let sql = |column: &str| format!("{column} = {value}");
        self.condition("=", json!(value), sql(self.nested), sql(self.flat))
    }

    pub(crate) fn is_number(&self, number: i64) -> Condition {
        self.number("=", number)
    }

    pub(crate) fn at_least(&self, number: i64) -> Condition {
        self.number("=>", number)
    }

    pub(crate) fn at_most(&self, number: i64) -> Condition {
        self.number("=<", number)
    }

    fn number(&self, kind: &str, number: i64) -> Condition {
        let sql = |column: &str| format!("{column} {} {number}", sql_operator(kind));
        self.condition(kind, json!(number), sql(self.nested), sql(self.flat))
    }

    /// At or after the beginning of `date`. In nested people dates are ISO texts and compared as such: no record has a
    /// date within a day of the dates asked for here, so offsets from UTC make no difference.
    pub(crate) fn since(&self, date: &str) -> Condition {
        self.date("=>", date)
    }

    /// Before `date`.
    pub(crate) fn before(&self, date: &str) -> Condition {
        self.date("<", date)
    }

    fn date(&self, kind: &str, date: &str) -> Condition {
        let operator = sql_operator(kind);
        let flat = format!("{} {operator} date '{date}'", self.flat);
        self.condition(kind, json!(date), format!("{} {operator} '{date}'", self.nested), flat)
    }

    /// At or after an instant in UTC.
    pub(crate) fn since_instant(&self, instant: &str) -> Condition {
        let nested = format!("try_cast({} as timestamptz) >= timestamptz '{instant}+00'", self.nested);
        let flat = format!("{} >= timestamp '{instant}'", self.flat);
        self.condition("=>", json!(instant), nested, flat)
    }
}

/// A nested array, or a list of scalars.
pub(crate) struct Array {
    pub(crate) path: &'static str,
    /// Expressions over `people` that together are the array.
    pub(crate) nested: &'static [&'static str],
    /// Its table, and which rows of it.
    pub(crate) table: &'static str,
    pub(crate) rows: &'static str,
    /// What its fields in the index of terms begin with.
    pub(crate) terms: &'static str,
}

impl Array {
    /// Some element meets the condition.
    pub(crate) fn some(&self, element: Condition) -> Condition {
        let nested: Vec<String> = self
            .nested
            .iter()
            .map(|list| {
                format!(
                    "select id from (select rowid as id, unnest({list}) as r from people) where {}",
                    element.nested
                )
            })
            .collect();
        let nested = nested.join(" union all ");
        let rows = if self.rows.is_empty() { String::new() } else { format!("{} and ", self.rows) };
        let flat = format!("select person_id as id from {} where {rows}{}", self.table, element.flat);
        let chdb = element.chdb.filter(|_| self.table == "roles");
        let chdb = chdb.map(|sql| format!("select person_id as id from roles where {rows}{sql}"));
        Condition {
            filter: under(self.path, element.filter),
            nested: format!("rowid in ({nested})"),
            flat: format!("person_id in ({flat})"),
            ids: Some(Ids { nested, flat, chdb }),
            terms: element.terms.and_then(|terms| terms.of_some_element(self.terms)),
            chdb: None,
        }
    }

    /// Each condition is met by some element.
    pub(crate) fn all_of(&self, elements: Vec<Condition>) -> Condition {
        let filters: Vec<Value> =
            elements.iter().map(|element| under(self.path, element.filter.clone())).collect();
        let all = and(elements.into_iter().map(|element| self.some(element)).collect());
        Condition { filter: json!({"op": "all_of", "conditions": filters}), ..all }
    }

    /// Each of `texts` is, byte for byte, the value of some element.
    pub(crate) fn has_all(&self, field: &Field, texts: &[&str]) -> Condition {
        let all = and(texts.iter().map(|text| self.some(field.one_of(&[text]))).collect());
        let filter = json!({"field": field.path, "type": "has_all", "value": texts});
        Condition { filter: under(self.path, filter), ..all }
    }
}

/// All conditions hold; on one element, if they are about elements of one array.
pub(crate) fn and(conditions: Vec<Condition>) -> Condition {
    group("and", conditions, Expr::And)
}

/// Some condition holds.
pub(crate) fn or(conditions: Vec<Condition>) -> Condition {
    group("or", conditions, Expr::Or)
}

fn group(op: &str, conditions: Vec<Condition>, terms: fn(Vec<Expr>) -> Expr) -> Condition {
    let sql = |text: fn(&Condition) -> &str| {
        let parts: Vec<&str> = conditions.iter().map(text).collect();
        format!("({})", parts.join(&format!(" {op} ")))
    };
    Condition {
        filter: json!({"op": op, "conditions": conditions.iter().map(|one| &one.filter).collect::<Vec<_>>()}),
        nested: sql(|one| &one.nested),
        flat: sql(|one| &one.flat),
        ids: None,
        terms: conditions.iter().map(|one| one.terms.clone()).collect::<Option<Vec<_>>>().map(terms),
        chdb: None,
    }
}

/// The condition, a single one with a positive operator, does not hold: also where there is no value.
pub(crate) fn not(condition: Condition) -> Condition {
    let mut filter = condition.filter;
    let kind = match filter.get("type").and_then(Value::as_str) {
        Some("=") => "!=",
        Some("in") => "not_in",
        Some("[.]") => "(!)",
        Some("is_not_null") => "is_null",
        other => unreachable!("no operator is the opposite of {other:?}"),
    };
    filter["type"] = json!(kind);
    // Whether an id is among others is never null, and a plain `not` lets DuckDB join.
    let sql = |text: &str| match condition.ids {
        Some(_) => format!("not {text}"),
        None => format!("({text}) is not true"),
    };
    Condition {
        filter,
        nested: sql(&condition.nested),
        flat: sql(&condition.flat),
        ids: None,
        terms: condition.terms.map(|terms| Expr::Not(Box::new(terms))),
        chdb: None,
    }
}

/// The filter with its fields below `path`.
fn under(path: &str, filter: Value) -> Value {
    let Value::Object(mut members) = filter else { return filter };
    if let Some(Value::Array(conditions)) = members.get_mut("conditions") {
        *conditions = conditions.drain(..).map(|one| under(path, one)).collect();
    }
    if let Some(Value::String(field)) = members.get_mut("field") {
        *field = if field.is_empty() { path.to_string() } else { format!("{path}.{field}") };
    }
    Value::Object(members)
}

/// Words of `column` that stand one after the other. The cheap test comes first.
fn nested_words(column: &str, words: &str) -> String {
    let first = words.split(' ').next().unwrap_or_default();
    let pattern = words.split(' ').collect::<Vec<_>>().join(&format!("{GAP}+"));
    format!(
        "contains(lower({column}), '{first}') and regexp_matches(lower({column}), '(^|{GAP}){pattern}({GAP}|$)')"
    )
}

fn sql_operator(kind: &str) -> &str {
    match kind {
        "=>" => ">=",
        "=<" => "<=",
        other => other,
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

//! Random statements over random people: rolo gives the rows that DuckDB gives, which reads the same file as Parquet.
//!
//! A statement that differs is made smaller before it is shown: parts are left out as long as it still differs.

use std::fmt::Write as _;
use std::path::PathBuf;

use arrow::datatypes::DataType;
use rolo::Schema;
use rolo::filter::arbitrary::{Generator, Random};
use rolo::sql::Session;
use serde_json::Value;
use tempfile::TempDir;

use super::common::{SAMPLE, cases, folder, load};
use super::sql::{Comparison, Rows, run, session};

/// Statements over one set of people, before there are new ones.
const OF_ONE_SET: u64 = 160;
/// So many rows are compared at most.
const MOST_ROWS: usize = 20_000;
/// Rounds in which a statement that differs is made smaller.
const SHRINKING: usize = 40;

/// A predicate, in parts that can be left out.
#[derive(Debug, Clone)]
enum Predicate {
    Test(String),
    Not(Box<Predicate>),
    Is(Box<Predicate>, String),
    And(Vec<Predicate>),
    Or(Vec<Predicate>),
    /// Some, or no, element of a table, which is called as the second text, has the same person and meets the predicate.
    Elements {
        some: bool,
        table: String,
        alias: String,
        person: String,
        of: Option<Box<Predicate>>,
    },
}

impl Predicate {
    fn sql(&self) -> String {
        let joined = |parts: &[Predicate], word: &str| {
            format!("({})", parts.iter().map(Predicate::sql).collect::<Vec<_>>().join(word))
        };
        match self {
            Self::Test(text) => text.clone(),
            Self::Not(inner) => format!("NOT ({})", inner.sql()),
            Self::Is(inner, what) => format!("({}) IS {what}", inner.sql()),
            Self::And(parts) => joined(parts, " AND "),
            Self::Or(parts) => joined(parts, " OR "),
            Self::Elements { some, table, alias, person, of } => {
                let not = if *some { "" } else { "NOT " };
                let of = of.as_ref().map(|of| format!(" AND {}", of.sql())).unwrap_or_default();
                format!(
                    "{not}EXISTS (SELECT 1 FROM {table} {alias} WHERE {alias}.person_id = {person}.person_id{of})"
                )
            }
        }
    }

    /// Smaller ones.
    fn smaller(&self) -> Vec<Predicate> {
        match self {
            Self::Test(_) => Vec::new(),
            Self::Not(inner) => {
                let deeper = inner.smaller().into_iter().map(|inner| Self::Not(Box::new(inner)));
                std::iter::once((**inner).clone()).chain(deeper).collect()
            }
            Self::Is(inner, what) => {
                let deeper = inner.smaller().into_iter().map(|inner| Self::Is(Box::new(inner), what.clone()));
                std::iter::once((**inner).clone()).chain(deeper).collect()
            }
            Self::And(parts) | Self::Or(parts) => {
                let again =
                    |parts| if matches!(self, Self::And(_)) { Self::And(parts) } else { Self::Or(parts) };
                let alone = parts.iter().cloned();
                let deeper = parts.iter().enumerate().flat_map(|(at, part)| {
                    part.smaller().into_iter().map(move |smaller| {
                        let mut parts = parts.clone();
                        parts[at] = smaller;
                        parts
                    })
                });
                alone.chain(deeper.map(again)).collect()
            }
            Self::Elements { some, table, alias, person, of: Some(of) } => {
                let without = |of| Self::Elements {
                    some: *some,
                    table: table.clone(),
                    alias: alias.clone(),
                    person: person.clone(),
                    of,
                };
                let deeper = of.smaller().into_iter().map(|of| without(Some(Box::new(of))));
                std::iter::once(without(None)).chain(deeper).collect()
            }
            Self::Elements { of: None, .. } => Vec::new(),
        }
    }
}

/// A statement, in parts that can be left out.
#[derive(Debug, Clone, Default)]
struct Statement {
    distinct: bool,
    /// Items, each called `cN` by its number.
    select: Vec<String>,
    from: String,
    joins: Vec<String>,
    filters: Vec<Predicate>,
    /// How many of the items are group keys, if it groups.
    keys: Option<usize>,
    having: Option<String>,
    /// With these the order is total, if there is one.
    order: Vec<String>,
    limit: Option<(usize, usize)>,
    /// Another statement, and how the rows of both are put together.
    with: Option<(String, Box<Statement>)>,
}

impl Statement {
    fn sql(&self) -> String {
        let items = self.select.iter().enumerate().map(|(at, item)| format!("{item} AS c{at}"));
        let distinct = if self.distinct { "DISTINCT " } else { "" };
        let mut sql = format!("SELECT {distinct}{} FROM {}", items.collect::<Vec<_>>().join(", "), self.from);
        let mut put = |word: &str, text: String| {
            if !text.is_empty() {
                let _ = write!(sql, " {word}{text}");
            }
        };
        put("", self.joins.join(" "));
        put("WHERE ", self.filters.iter().map(Predicate::sql).collect::<Vec<_>>().join(" AND "));
        let keys: Vec<String> = (1..=self.keys.unwrap_or(0)).map(|key| key.to_string()).collect();
        put("GROUP BY ", keys.join(", "));
        put("HAVING ", self.having.clone().unwrap_or_default());
        put("ORDER BY ", self.order.join(", "));
        if let Some((limit, offset)) = self.limit {
            put("LIMIT ", format!("{limit} OFFSET {offset}"));
        }
        match &self.with {
            Some((how, other)) => format!("({sql}) {how} ({})", other.sql()),
            None => sql,
        }
    }

    /// Whether the order of rows is the statement's.
    fn is_ordered(&self) -> bool {
        !self.order.is_empty() && self.with.is_none()
    }

    /// The statement without one of its parts, in every way.
    fn smaller(&self) -> Vec<Statement> {
        let mut all = Vec::new();
        let mut add = |change: &dyn Fn(&mut Statement)| {
            let mut smaller = self.clone();
            change(&mut smaller);
            all.push(smaller);
        };
        if let Some((_, other)) = &self.with {
            add(&|statement| statement.with = None);
            add(&|statement| *statement = (**other).clone());
        }
        (0..self.joins.len()).for_each(|at| add(&|statement| drop(statement.joins.remove(at))));
        (0..self.filters.len()).for_each(|at| add(&|statement| drop(statement.filters.remove(at))));
        for (at, filter) in self.filters.iter().enumerate() {
            filter
                .smaller()
                .into_iter()
                .for_each(|filter| add(&|statement| statement.filters[at] = filter.clone()));
        }
        if self.having.is_some() {
            add(&|statement| statement.having = None);
        }
        if self.limit.is_some() {
            add(&|statement| statement.limit = None);
        } else if !self.order.is_empty() {
            add(&|statement| statement.order.clear());
        }
        if self.distinct {
            add(&|statement| statement.distinct = false);
        }
        if self.select.len() > 1 && self.with.is_none() {
            for at in 0..self.select.len() {
                add(&|statement| {
                    statement.select.remove(at);
                    statement.keys = statement.keys.map(|keys| if at < keys { keys - 1 } else { keys });
                });
            }
        }
        all
    }
}

/// A table as statements are made of it: columns with their types, and values that they have.
struct Table {
    name: String,
    columns: Vec<(String, DataType)>,
    values: Vec<Vec<String>>,
}

impl Table {
    /// The columns that name a row.
    fn keys(&self, alias: &str) -> Vec<String> {
        let named = |name: &&&str| self.columns.iter().any(|(column, _)| column == **name);
        ["person_id", "parent_position", "position"]
            .iter()
            .filter(named)
            .map(|key| format!("{alias}.{key}"))
            .collect()
    }
}

/// People in a file, and the tables over them.
struct People {
    _folder: TempDir,
    path: PathBuf,
    session: Session,
    tables: Vec<Table>,
}

impl People {
    /// Random people of several segments, or some of the sample.
    fn new(seed: u64, of_sample: bool) -> Self {
        let (folder, path) = folder();
        let (schema, mut random) = (Schema::person(), Random::new(seed));
        let generator = Generator::new(&schema);
        let records: Vec<String> = match of_sample {
            true => SAMPLE.iter().skip(seed as usize * 97 % 1_700).take(250).cloned().collect(),
            false => (1..=140).map(|id| generator.record(&mut random, id * 3)).collect(),
        };
        records.chunks(records.len() / 3 + 1).for_each(|some| drop(load(&path, some)));
        let session = session(&path, false);
        let names = run(&session, "SHOW TABLES").expect("tables").rows;
        let names = names.iter().filter_map(|row| Some(row.first()?.as_str()?.to_string()));
        let tables = names.map(|name| table(&session, name)).collect();
        Self { _folder: folder, path, session, tables }
    }
}

fn table(session: &Session, name: String) -> Table {
    let some = run(session, &format!("SELECT * FROM {name} ORDER BY person_id LIMIT 60")).expect("rows");
    let values = (0..some.names.len()).map(|at| {
        let mut values: Vec<String> =
            some.rows.iter().filter_map(|row| literal(&row[at], &some.types[at])).collect();
        values.sort_unstable();
        values.dedup();
        values
    });
    Table { name, values: values.collect(), columns: some.names.into_iter().zip(some.types).collect() }
}

/// A value as SQL writes it: of a list, its first item.
fn literal(value: &Value, of: &DataType) -> Option<String> {
    Some(match (value, of) {
        (Value::String(text), DataType::Date32) => format!("DATE '{text}'"),
        (Value::String(text), DataType::Timestamp(..)) => {
            format!("TIMESTAMP '{}'", text.trim_end_matches('Z').replace('T', " "))
        }
        (Value::String(text), _) if text.contains('\n') => return None,
        (Value::String(text), _) => format!("'{}'", text.replace('\'', "''")),
        (Value::Array(items), _) => {
            literal(items.first().filter(|item| item.is_string())?, &DataType::Utf8View)?
        }
        (Value::Number(_) | Value::Bool(_), _) => value.to_string(),
        _ => return None,
    })
}

/// Makes random statements.
struct Statements<'a> {
    people: &'a People,
    random: &'a mut Random,
}

impl Statements<'_> {
    fn any<'t>(&mut self, words: &[&'t str]) -> &'t str {
        words[self.random.below(words.len())]
    }

    /// A table: `people`, or one of elements.
    fn table(&mut self) -> usize {
        self.random.below(self.people.tables.len())
    }

    /// Elements of people, those with more columns more often.
    fn elements(&mut self) -> usize {
        let roles = |table: &Table| table.name == "roles" || table.name == "schools" || table.name == "repos";
        let at = 1 + self.random.below(self.people.tables.len() - 1);
        if roles(&self.people.tables[at]) || self.random.percent(40) {
            at
        } else {
            1 + self.random.below(self.people.tables.len() - 1)
        }
    }

    /// A column, as `alias.name`, with its type and a value of it.
    fn column(
        &mut self,
        table: usize,
        alias: &str,
        fits: impl Fn(&DataType) -> bool,
    ) -> Option<(String, DataType, Vec<String>)> {
        let table = &self.people.tables[table];
        let fitting: Vec<usize> = (0..table.columns.len())
            .filter(|&at| fits(&table.columns[at].1))
            .filter(|&at| !table.values[at].is_empty() || self.random.percent(5))
            .collect();
        let at = *fitting.get(self.random.below(fitting.len()))?;
        let (name, of) = &table.columns[at];
        Some((format!("{alias}.\"{name}\""), of.clone(), table.values[at].clone()))
    }

    fn predicate(&mut self, table: usize, alias: &str, depth: usize) -> Predicate {
        if depth > 0 {
            let parts = 2 + self.random.below(2);
            match self.random.below(10) {
                0..3 => {
                    return Predicate::And(
                        (0..parts).map(|_| self.predicate(table, alias, depth - 1)).collect(),
                    );
                }
                3..5 => {
                    return Predicate::Or(
                        (0..parts).map(|_| self.predicate(table, alias, depth - 1)).collect(),
                    );
                }
                5 => return Predicate::Not(Box::new(self.predicate(table, alias, depth - 1))),
                6 => {
                    let what = self.any(&["TRUE", "FALSE", "NOT TRUE", "NOT FALSE", "NULL", "NOT NULL"]);
                    return Predicate::Is(
                        Box::new(self.predicate(table, alias, depth - 1)),
                        what.to_string(),
                    );
                }
                _ => {}
            }
        }
        Predicate::Test(self.test(table, alias))
    }

    fn test(&mut self, table: usize, alias: &str) -> String {
        let Some((x, of, values)) = self.column(table, alias, |of| !is_objects(of)) else {
            return "true".into();
        };
        let not = self.any(&["", "", "NOT "]);
        if of == DataType::Boolean {
            let word = self.any(&["true", "false"]);
            return match self.random.below(4) {
                0 => format!("{not}{x}"),
                1 => format!("{x} {} {word}", self.any(&["=", "<>", "IS DISTINCT FROM"])),
                2 => format!("{x} IS {not}{word}"),
                _ => format!("{x} IS {not}NULL"),
            };
        }
        if values.is_empty() || self.random.percent(6) {
            return format!("{x} IS {not}NULL");
        }
        let mut value = || values[self.random.below(values.len())].clone();
        let (a, b, c) = (value(), value(), value());
        let op =
            self.any(&["=", "=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]);
        match of {
            DataType::Utf8View => self.of_text(&x, not, op, &a, &b, &c),
            // Of `= ANY(x)` DuckDB says that it is false where `x` is null; PostgreSQL and rolo say unknown.
            DataType::List(_) => match self.random.below(5) {
                0 | 1 => format!("array_has({x}, {a})"),
                2 => format!("array_has_any({x}, [{a}, {b}])"),
                3 => format!("array_has_all({x}, [{a}, {b}])"),
                _ => format!("array_length({x}) > {}", self.random.below(3)),
            },
            DataType::Date32 | DataType::Timestamp(..) => match self.random.below(8) {
                0 => format!("{x} {not}BETWEEN {a} AND {b}"),
                1 => format!("{x} {not}IN ({a}, {b})"),
                2 => format!("date_part('year', {x}) {op} {}", 2013 + self.random.below(6)),
                3 => format!("date_trunc('month', {x}) = date_trunc('month', {a})"),
                4 => format!("CAST({x} AS DATE) {op} CAST({a} AS DATE)"),
                5 => format!("{a} {op} {x}"),
                _ => format!("{x} {op} {a}"),
            },
            _ => match self.random.below(10) {
                0 | 1 => format!("{x} {not}BETWEEN {a} AND {b}"),
                2 => format!("{x} {not}IN ({a}, {b}, {c})"),
                3 => format!("{x} {not}IN ({a}, NULL)"),
                4 => format!("{x} / 2 {op} {a}"),
                5 => format!("coalesce({x}, {b}) {op} {a}"),
                6 => format!("{x} {op} {}.5", self.random.below(4)),
                7 => format!("{a} {op} {x}"),
                _ => format!("{x} {op} {a}"),
            },
        }
    }

    fn of_text(&mut self, x: &str, not: &str, op: &str, a: &str, b: &str, c: &str) -> String {
        let word = a
            .trim_matches('\'')
            .split([' ', '\'', '%', '_', '\\'])
            .find(|word| !word.is_empty())
            .unwrap_or("a");
        let start: String = word.chars().take(2).collect();
        match self.random.below(18) {
            0 | 1 => format!("{x} {op} {a}"),
            2 => format!("{a} {op} {x}"),
            3 => format!("{x} {not}IN ({a}, {b}, {c})"),
            4 => format!("{x} {not}IN ({a}, NULL)"),
            5 => format!("{x} {not}LIKE '{start}%'"),
            6 => format!("{x} {not}LIKE '%{word}%'"),
            7 => format!("{x} {not}ILIKE '%{}%'", word.to_uppercase()),
            8 => format!("{x} {not}LIKE '_{}%'", start.chars().nth(1).unwrap_or('a')),
            9 => format!("lower({x}) {op} lower({a})"),
            10 => format!("upper({x}) = upper({a})"),
            11 => format!("length({x}) {op} {}", self.random.below(25)),
            12 => format!("coalesce({x}, {b}) = {a}"),
            13 => format!("CASE WHEN {x} = {a} THEN true WHEN {x} > {b} THEN false END"),
            14 => format!("{x} {not}BETWEEN {a} AND {b}"),
            15 => format!("starts_with({x}, '{start}')"),
            16 => format!("{x} || 'x' {op} {a}"),
            _ => format!("has_words({x}, '{word}')"),
        }
    }

    /// One of the tables of the statement, with its alias.
    fn one_of<'t>(&mut self, tables: &'t [(usize, String)]) -> (usize, &'t str) {
        let (table, alias) = &tables[self.random.below(tables.len())];
        (*table, alias)
    }

    fn filter(&mut self, tables: &[(usize, String)]) -> Predicate {
        let (table, alias) = self.one_of(tables);
        if self.random.percent(20) {
            let (inner, some) = (self.table(), self.random.percent(60));
            let of = self.random.percent(75).then(|| Box::new(self.predicate(inner, "e", 1)));
            let (table, person) = (self.people.tables[inner].name.clone(), alias.to_string());
            return Predicate::Elements { some, table, alias: "e".into(), person, of };
        }
        if self.random.percent(12) {
            let inner = self.table();
            let (not, name) = (self.any(&["", "NOT "]), self.people.tables[inner].name.clone());
            let predicate = self.predicate(inner, "e", 1).sql();
            return Predicate::Test(format!(
                "{alias}.person_id {not}IN (SELECT e.person_id FROM {name} e WHERE {predicate})"
            ));
        }
        let depth = self.random.below(4);
        self.predicate(table, alias, depth)
    }

    /// The tables of a statement, the first and what is joined to it.
    fn from(&mut self) -> (String, Vec<String>, Vec<(usize, String)>) {
        let first = if self.random.percent(60) { 0 } else { self.elements() };
        let mut tables = vec![(first, "t0".to_string())];
        let mut joins = Vec::new();
        let count = [0, 0, 0, 1, 1, 1, 2][self.random.below(7)];
        for at in 1..=count {
            let next = if first > 0 && self.random.percent(50) { 0 } else { self.elements() };
            let (alias, kind) =
                (format!("t{at}"), self.any(&["", "", "", "LEFT ", "LEFT ", "RIGHT ", "FULL "]));
            let name = self.people.tables[next].name.clone();
            let mut on = format!("{alias}.person_id = t0.person_id");
            if next != 0 && first != 0 && self.random.percent(30) {
                let _ = write!(on, " AND {alias}.position = t0.position");
            }
            // More than keys is no condition of a join of ours for FULL.
            if kind != "FULL " && self.random.percent(35) {
                let _ = write!(on, " AND {}", self.predicate(next, &alias, 1).sql());
            }
            joins.push(format!("{kind}JOIN {name} {alias} ON {on}"));
            tables.push((next, alias));
        }
        (format!("{} t0", self.people.tables[first].name), joins, tables)
    }

    /// An expression over one row.
    fn item(&mut self, tables: &[(usize, String)]) -> String {
        let (table, alias) = self.one_of(tables);
        let plain = self.random.percent(70);
        let Some((x, of, values)) = self.column(table, alias, |of| !is_objects(of)) else {
            return "1".into();
        };
        match of {
            _ if plain || values.is_empty() => x,
            DataType::Utf8View => match self.random.below(4) {
                0 => format!("upper({x})"),
                1 => format!("length({x})"),
                2 => format!("coalesce({x}, 'none')"),
                _ => format!("substr({x}, 2, 3)"),
            },
            DataType::Int64 => format!("{x} % 10"),
            DataType::Date32 | DataType::Timestamp(..) => format!("date_part('month', {x})"),
            DataType::List(_) => format!("array_length({x})"),
            _ => {
                let predicate = self.predicate(table, alias, 1).sql();
                format!("CASE WHEN {predicate} THEN 1 ELSE 0 END")
            }
        }
    }

    fn aggregate(&mut self, tables: &[(usize, String)]) -> String {
        let (table, alias) = self.one_of(tables);
        let scalar = |of: &DataType| !of.is_nested();
        let Some((x, of, _)) = self.column(table, alias, scalar) else { return "count(*)".into() };
        match self.random.below(9) {
            0 => "count(*)".into(),
            1 => format!("count({x})"),
            2 => format!("count(DISTINCT {x})"),
            3 if of != DataType::Boolean => format!("min({x})"),
            4 if of != DataType::Boolean => format!("max({x})"),
            5 if of == DataType::Int64 => format!("sum({x} % 1000)"),
            6 if of.is_numeric() => format!("avg({x} / 1000)"),
            7 if of == DataType::Boolean => format!("bool_or({x})"),
            _ => format!("count(*) FILTER (WHERE {})", self.predicate(table, alias, 1).sql()),
        }
    }

    fn window(&mut self, tables: &[(usize, String)], keys: &[String]) -> String {
        let scalar = |of: &DataType| !of.is_nested();
        let (table, alias) = self.one_of(tables);
        let Some((by, ..)) = self.column(table, alias, scalar) else { return "1".into() };
        let Some((x, ..)) = self.column(table, alias, scalar) else { return "1".into() };
        let order = format!("{x} {}, {}", self.direction(), total(keys));
        match self.random.below(8) {
            0 => format!("row_number() OVER (PARTITION BY {by} ORDER BY {order})"),
            1 => format!("rank() OVER (PARTITION BY {by} ORDER BY {x} {})", self.direction()),
            2 => format!("dense_rank() OVER (ORDER BY {x} {})", self.direction()),
            3 => format!("lag({x}) OVER (PARTITION BY {by} ORDER BY {order})"),
            4 => format!("first_value({x}) OVER (PARTITION BY {by} ORDER BY {order})"),
            5 => format!("count(*) OVER (PARTITION BY {by})"),
            6 => format!("count({x}) OVER (ORDER BY {order} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)"),
            _ => format!("max({x}) OVER (PARTITION BY {by})"),
        }
    }

    fn direction(&mut self) -> String {
        let nulls = self.any(&["", "", " NULLS FIRST", " NULLS LAST"]);
        format!("{}{nulls}", self.any(&["ASC", "DESC"]))
    }

    fn statement(&mut self) -> Statement {
        let (from, joins, tables) = self.from();
        let keys: Vec<String> =
            tables.iter().flat_map(|(table, alias)| self.people.tables[*table].keys(alias)).collect();
        let filters = (0..[0, 1, 1, 1, 2][self.random.below(5)]).map(|_| self.filter(&tables)).collect();
        let mut statement = Statement { from, joins, filters, ..Statement::default() };
        let items = 1 + self.random.below(3);
        match self.random.below(10) {
            0..3 => {
                let keys = self.random.below(3);
                statement.select = (0..keys).map(|_| self.item(&tables)).collect();
                statement.select.extend((0..items).map(|_| self.aggregate(&tables)));
                statement.keys = Some(keys);
                statement.having = (keys > 0 && self.random.percent(25)).then(|| "count(*) > 1".to_string());
            }
            3 | 4 => {
                statement.select = keys.clone();
                statement.select.extend((0..items).map(|_| self.window(&tables, &keys)));
            }
            5 => {
                statement.distinct = true;
                statement.select = (0..items).map(|_| self.item(&tables)).collect();
            }
            6 => {
                statement.select = vec!["t0.person_id".to_string()];
                let how = self.any(&["UNION", "UNION ALL", "INTERSECT", "EXCEPT"]);
                let (from, joins, tables) = self.from();
                let filters = vec![self.filter(&tables)];
                let select = statement.select.clone();
                statement.with = Some((
                    how.to_string(),
                    Box::new(Statement { select, from, joins, filters, ..Statement::default() }),
                ));
            }
            _ => {
                statement.select = (0..items).map(|_| self.item(&tables)).collect();
                if self.random.percent(70) {
                    let by = (0..self.random.below(3)).map(|_| self.sort_key(&tables)).collect::<Vec<_>>();
                    statement.order = by.into_iter().chain([total(&keys)]).collect();
                    let limit = (1 + self.random.below(12), [0, 0, 0, 3][self.random.below(4)]);
                    statement.limit = self.random.percent(75).then_some(limit);
                }
            }
        }
        statement
    }

    fn sort_key(&mut self, tables: &[(usize, String)]) -> String {
        let (table, alias) = self.one_of(tables);
        let column = self.column(table, alias, |of| !of.is_nested());
        format!("{} {}", column.map_or("t0.person_id".to_string(), |column| column.0), self.direction())
    }
}

fn total(keys: &[String]) -> String {
    keys.join(", ")
}

/// Objects, and lists of them.
fn is_objects(of: &DataType) -> bool {
    match of {
        DataType::List(item) => !item.data_type().is_string(),
        of => of.is_nested(),
    }
}

/// What rolo answers; what cannot be told is as wrong as wrong rows.
fn answer(session: &Session, sql: &str) -> Result<Rows, String> {
    run(session, sql).map_err(|error| format!("{error}\n{sql}"))
}

/// Those of the statements for which DuckDB has other rows, with what differs.
fn differing(people: &People, statements: &[Statement]) -> Vec<(usize, String)> {
    let mut comparison = Comparison::default();
    comparison.database(&people.path, &[]);
    let mut asked = false;
    for (at, statement) in statements.iter().enumerate() {
        if let Ok(rows) = answer(&people.session, &statement.sql()) {
            comparison.add(&at.to_string(), &statement.sql(), &rows.rows, statement.is_ordered());
            asked = true;
        }
    }
    let differences = if asked { comparison.differences() } else { Vec::new() };
    let differences = differences.into_iter().filter(|(_, problem)| !problem.starts_with("DuckDB: "));
    differences.map(|(place, problem)| (place.parse().expect("a number"), problem)).collect()
}

/// The smallest statement found that still differs, and how.
fn smallest(people: &People, statement: Statement, problem: String) -> String {
    let (mut statement, mut problem) = (statement, problem);
    for _ in 0..SHRINKING {
        let smaller = statement.smaller();
        match differing(people, &smaller).into_iter().next() {
            Some((at, difference)) => (statement, problem) = (smaller[at].clone(), difference),
            None => break,
        }
    }
    let plan = run(&people.session, &format!("EXPLAIN {}", statement.sql())).expect("a plan").rows;
    let plan: Vec<&str> = plan.iter().filter_map(|row| row.last()?.as_str()).collect();
    format!("{problem}\n{}", plan.last().unwrap_or(&""))
}

#[test]
fn random_statements_answer_what_duckdb_answers() {
    let count = cases(200);
    let sets = count.div_ceil(OF_ONE_SET);
    let (mut comparison, mut all) = (Comparison::default(), Vec::new());
    let sets: Vec<People> = (0..sets).map(|set| People::new(set, set % 3 == 2)).collect();
    let (mut filtered, mut indexed, mut with_rows) = (0, 0, 0_u64);
    for (set, people) in sets.iter().enumerate() {
        comparison.database(&people.path, &[]);
        let mut random = Random::new(set as u64 ^ 0x5a1e);
        for _ in 0..OF_ONE_SET.min(count - set as u64 * OF_ONE_SET) {
            let statement = Statements { people, random: &mut random }.statement();
            let sql = statement.sql();
            let rows = answer(&people.session, &sql).unwrap_or_else(|error| panic!("{error}")).rows;
            if rows.len() > MOST_ROWS {
                continue;
            }
            with_rows += u64::from(!rows.is_empty());
            if !statement.filters.is_empty() && all.len() % 4 == 0 {
                let plan = answer(&people.session, &format!("EXPLAIN {sql}")).expect("a plan").rows;
                filtered += 1;
                indexed +=
                    u64::from(plan.iter().flatten().any(|cell| cell.to_string().contains("indexes: ")));
            }
            comparison.add(&all.len().to_string(), &sql, &rows, statement.is_ordered());
            all.push((set, statement));
        }
    }
    let differences = comparison.differences();
    if let Some((place, problem)) = differences.first() {
        let (set, statement) = all[place.parse::<usize>().expect("a number")].clone();
        let problem = smallest(&sets[set], statement, problem.clone());
        panic!("{} of {} statements differ, such as\n{problem}", differences.len(), all.len());
    }
    assert!(with_rows * 2 > all.len() as u64, "{with_rows} of {} statements have rows", all.len());
    assert!(indexed * 2 > filtered, "indexes serve {indexed} of {filtered} statements with WHERE");
}

//! What the indexes find for a predicate is what the SQL engine finds by itself, over random predicates and people.

use std::sync::Arc;

use arrow::datatypes::DataType;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::datasource::MemTable;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{Expr, LogicalPlan};

use super::tree_of;
use crate::engine::Database;
use crate::filter::arbitrary::Random;
use crate::plan::PlanNode;
use crate::schema::Schema;
use crate::sql::tables::columns::{Column, Holds, Rows, TableColumns};
use crate::sql::{functions, testing};

/// A context in which every table is twice: as it is, and copied into memory, where no index helps.
fn contexts(database: &Arc<Database>) -> (SessionContext, SessionContext) {
    let (indexed, plain) = (testing::context(database, false), SessionContext::new());
    functions::register(&plain);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for table in TableColumns::all(&Schema::person()) {
        let batches = runtime
            .block_on(async { indexed.sql(&format!("SELECT * FROM {}", table.name)).await?.collect().await });
        let copy = MemTable::try_new(Arc::clone(&table.arrow), vec![batches.unwrap()]).unwrap();
        plain.register_table(table.name.as_str(), Arc::new(copy)).unwrap();
    }
    (indexed, plain)
}

/// Random predicates over a table.
struct Predicates<'a> {
    table: &'a TableColumns,
    random: &'a mut Random,
}

impl Predicates<'_> {
    fn any(&mut self, items: &[&str]) -> String {
        items[self.random.below(items.len())].to_owned()
    }

    fn predicate(&mut self, depth: usize) -> String {
        if depth == 0 {
            return self.leaf();
        }
        let mut inner = || self.predicate(depth - 1);
        let (a, b) = (inner(), inner());
        match self.random.below(12) {
            0..3 => format!("({a} AND {b})"),
            3..5 => format!("({a} OR {b})"),
            5 => format!("NOT ({a})"),
            6 => {
                let is = self.any(&["TRUE", "FALSE", "UNKNOWN", "NOT TRUE", "NOT FALSE", "NOT UNKNOWN"]);
                format!("({a}) IS {is}")
            }
            _ => self.leaf(),
        }
    }

    fn leaf(&mut self) -> String {
        let mut at = self.random.below(self.table.columns.len());
        // Most leaves that filters know have an index.
        while self.random.percent(90) && !is_indexed(&self.table.columns[at]) {
            at = self.random.below(self.table.columns.len());
        }
        let of = self.table.arrow.field(at).data_type().clone();
        let x = format!("\"{}\"", self.table.columns[at].name);
        if self.table.rows == Rows::People && self.random.percent(4) {
            return self.of_place();
        }
        if self.random.percent(6) {
            return format!("{x} IS {}NULL", self.any(&["", "NOT "]));
        }
        match of {
            DataType::Utf8View => self.of_text(&x),
            DataType::List(item) if item.data_type().is_string() => self.of_list(&x),
            DataType::Boolean => self.of_boolean(&x),
            DataType::List(_) => format!("{x} IS NOT NULL"),
            of => self.of_number(&x, &of),
        }
    }

    fn text(&mut self) -> String {
        self.any(&[
            "'Software Engineer'",
            "'software engineer'",
            "'Engineer'",
            "''",
            "' engineer '",
            "'ÉCOLE'",
            "'İ/ẞ 42'",
            "'nobody'",
            "'current'",
            "'New'",
            "NULL",
        ])
    }

    fn of_text(&mut self, x: &str) -> String {
        let (text, other) = (self.text(), self.text());
        let op = self.any(&["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]);
        let not = self.any(&["", "", "NOT "]);
        let pattern = self.any(&[
            "'%eng%'", "'Soft%'", "'new y%'", "'s%'", "'%'", "'S_ft%'", "' e%'", "'é%'", "'i%'", "'%r'",
            "NULL",
        ]);
        match self.random.below(16) {
            0..3 => format!("{x} {op} {text}"),
            3 => format!("{text} {op} {x}"),
            4 => format!("{x} {not}IN ({text}, {other}, 'Engineer')"),
            5 => format!("{x} {not}LIKE {pattern}"),
            6 => format!("{x} {not}ILIKE {pattern}"),
            7 => format!("lower({x}) {op} lower({text})"),
            8 => format!("lower({x}) {not}LIKE lower({pattern})"),
            9 => format!("length({x}) {op} {}", self.random.below(20)),
            10 => format!("coalesce({x}, '') = {text}"),
            11 => format!("CASE WHEN {x} = {text} THEN true WHEN {x} > {other} THEN false END"),
            12 => format!("{x} {not}BETWEEN {text} AND {other}"),
            13 => {
                format!("has_words({x}, {})", self.any(&["'engineer'", "'Engineer software'", "'!'", "NULL"]))
            }
            14 => {
                format!("has_phrase({x}, {})", self.any(&["'new york'", "'b a'", "'york new'", "'école d'"]))
            }
            _ => format!(
                "{x} {} {}",
                self.any(&["~", "~*", "!~", "!~*"]),
                self.any(&["'^[ES]'", "'er$'", "'o+'"])
            ),
        }
    }

    /// As the front end writes it, and with fewer texts.
    fn of_place(&mut self) -> String {
        let full = "\"basic_profile.location.full_location\"";
        let raw = "\"basic_profile.location.raw\"";
        let texts = self.any(&[&format!("{full}, {raw}"), full, raw]);
        let at = "\"basic_profile.location.latitude\", \"basic_profile.location.longitude\"";
        let centre = self.any(&["'NYC'", "'Philadelphia, PA'", "'1, 2.5'", "NULL"]);
        let circle = self.any(&["200", "0", "9800, 'mi'", "1.5, 'ft'", "NULL"]);
        format!("geo_within({texts}, {at}, {centre}, {circle})")
    }

    fn of_list(&mut self, x: &str) -> String {
        let (text, other) = (self.text(), self.text());
        match self.random.below(6) {
            0 | 1 => format!("{text} = ANY({x})"),
            2 => format!("array_has({x}, {text})"),
            3 => format!("array_has_any({x}, ['Engineer', {text}])"),
            4 => format!("array_has_all({x}, ['Engineer', {other}])"),
            _ => format!("has_words({x}, {})", self.any(&["'engineer'", "'new york'", "''", "NULL"])),
        }
    }

    fn of_boolean(&mut self, x: &str) -> String {
        match self.random.below(4) {
            0 => x.to_owned(),
            1 => format!("{x} = {}", self.any(&["true", "false", "NULL"])),
            2 => format!("{x} IS {}", self.any(&["TRUE", "FALSE", "NOT TRUE", "NOT FALSE", "UNKNOWN"])),
            _ => format!(
                "{x} {} {}",
                self.any(&["<>", "<", ">=", "IS DISTINCT FROM"]),
                self.any(&["true", "false"])
            ),
        }
    }

    fn of_number(&mut self, x: &str, of: &DataType) -> String {
        let values: &[&str] = match of {
            DataType::Int64 => &["1", "2", "0", "-1", "2.5", "9223372036854775807", "1e300", "NULL", "17"],
            DataType::Float64 => &["1", "2.5", "1.0", "1e300", "0", "NULL", "3"],
            DataType::Date32 => &[
                "DATE '2015-03-01'",
                "'2016-02-29'",
                "TIMESTAMP '2015-03-01 12:00:00'",
                "NULL",
                "TIMESTAMPTZ '2015-03-02T01:30:00Z'",
            ],
            _ => &[
                "TIMESTAMP '2015-03-01 00:00:00'",
                "'2016-02-29T12:00:00.5Z'",
                "DATE '2015-03-02'",
                "NULL",
                "TIMESTAMPTZ '2015-03-02T01:30:00Z'",
            ],
        };
        let (value, other) = (self.any(values), self.any(values));
        let op = self.any(&["=", "<>", "<", "<=", ">", ">=", "IS DISTINCT FROM", "IS NOT DISTINCT FROM"]);
        let not = self.any(&["", "", "NOT "]);
        let time = matches!(of, DataType::Date32 | DataType::Timestamp(..));
        match self.random.below(10) {
            0 => format!("{value} {op} {x}"),
            1 | 2 => format!("{x} {not}BETWEEN {value} AND {other}"),
            3 | 4 => format!("{x} {not}IN ({value}, {other})"),
            5 if time => format!("date_part('year', {x}) {op} {}", 2013 + self.random.below(5)),
            6 if time => format!("date_trunc('month', {x}) {op} DATE '2015-03-01'"),
            7 if time => format!("CAST({x} AS DATE) {op} DATE '2015-03-01'"),
            8 if !time => format!("CAST({x} AS DOUBLE) {op} {value}"),
            _ => format!("{x} {op} {value}"),
        }
    }
}

fn is_indexed(column: &Column) -> bool {
    match &column.holds {
        Holds::Forward { field, .. } | Holds::Parquet { field, .. } => field.is_some(),
        Holds::PersonId | Holds::List => true,
        Holds::OfPerson(_) | Holds::Position | Holds::ParentPosition => false,
    }
}

/// The statement that names the rows of a table for which a predicate is true.
fn statement(table: &TableColumns, predicate: &str) -> String {
    let columns = match table.rows {
        Rows::People => "person_id",
        Rows::Elements(_) if table.find("parent_position").is_some() => {
            "person_id, parent_position, position"
        }
        Rows::Elements(_) => "person_id, position",
    };
    format!("SELECT {columns} FROM {} WHERE {predicate}", table.name)
}

#[test]
fn indexes_find_what_the_engine_finds() {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    let (mut asked, mut pushed, mut found) = (0, 0, 0);
    for seed in 0..1 + cases / 512 {
        let (_folder, database) = testing::people(seed, 150);
        let (indexed, plain) = contexts(&database);
        let tables = TableColumns::all(&Schema::person());
        let mut random = Random::new(seed ^ 0x5e1ec7);
        for case in 0..cases.min(512) * 6 {
            let table = if case % 2 == 0 { &tables[0] } else { &tables[random.below(tables.len())] };
            let depth = random.below(4);
            let predicate = Predicates { table, random: &mut random }.predicate(depth);
            let statement = statement(table, &predicate);
            let Some(expected) = testing::try_rows(&plain, &statement) else { continue };
            let answer = testing::sorted_rows(&indexed, &statement);
            assert_eq!(answer, expected, "{statement}\n{}", testing::plan(&indexed, &statement));
            asked += 1;
            pushed += u64::from(!testing::plan(&indexed, &statement).contains("FilterExec"));
            found += u64::from(!expected.is_empty());
        }
    }
    assert!(pushed * 10 > asked * 6, "{pushed} of {asked} were answered by indexes alone");
    assert!(found * 3 > asked, "{found} of {asked} found something");
}

/// The predicates of a table of `docs/sql.md`, with what its second column says of each.
fn documented(first_heading: &str) -> Vec<(String, String)> {
    let page = include_str!("../../../docs/sql.md");
    let (_, after) = page.split_once(first_heading).unwrap();
    let rows = after.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = rows.take_while(|line| line.starts_with('|'));
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let rows = rows.map(|line| (cells(line)[1].trim_matches('`').to_owned(), cells(line)[2].clone()));
    rows.collect()
}

/// The predicate with paths in quotes, as it is once paths are resolved.
fn resolved(predicate: &str, table: &TableColumns) -> String {
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let parts = predicate.split_inclusive(|c| !is_path(c)).map(|part| {
        let path = part.trim_end_matches(|c| !is_path(c));
        let rest = &part[path.len()..];
        match table.find(path) {
            Some(_) => format!("\"{path}\"{rest}"),
            None => part.to_owned(),
        }
    });
    parts.collect()
}

/// The predicates that the planner hands to the scan of people, and whether it keeps any for itself.
fn planned(context: &SessionContext, predicate: &str) -> (Vec<Expr>, bool) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let statement = format!("SELECT person_id FROM people WHERE {predicate}");
    let plan = runtime.block_on(async { context.sql(&statement).await?.into_optimized_plan() });
    let (mut handed, mut kept) = (Vec::new(), false);
    plan.unwrap_or_else(|error| panic!("{statement}: {error}"))
        .apply(|node| {
            match node {
                LogicalPlan::TableScan(scan) => handed.extend(scan.filters.clone()),
                LogicalPlan::Filter(_) => kept = true,
                _ => {}
            }
            Ok(TreeNodeRecursion::Continue)
        })
        .unwrap();
    (handed, kept)
}

fn indexes(node: &PlanNode) -> Vec<String> {
    let below = node.inputs.iter().flat_map(indexes);
    node.index.iter().cloned().chain(below).collect()
}

#[test]
fn the_page_says_what_the_indexes_answer() {
    let (_folder, database) = testing::people(7, 150);
    let context = testing::context(&database, false);
    let schema = database.schema();
    let people = &TableColumns::all(schema)[0];
    let answered = documented("## What the indexes answer");
    assert!(answered.len() > 20);
    for (predicate, index) in answered {
        let (handed, kept) = planned(&context, &resolved(&predicate, people));
        assert!(!kept && !handed.is_empty(), "{predicate}");
        let mut used = Vec::new();
        for expr in handed {
            let pushed = tree_of(&expr, people, schema).unwrap();
            assert!(pushed.exact, "{predicate}");
            used.extend(indexes(&database.explain_rows(&pushed.tree, false, None).unwrap().plan));
        }
        assert!(used.iter().any(|used| used.starts_with(&index)), "{predicate}: {used:?}, not {index}");
    }
    let left = documented("What is left to the engine:");
    assert!(left.len() > 3);
    for (predicate, _) in left {
        let (handed, kept) = planned(&context, &resolved(&predicate, people));
        assert!(kept && handed.is_empty(), "{predicate}: {handed:?}");
    }
}

/// What people write most, in the tables of people and of roles.
#[test]
fn plans_name_what_the_indexes_were_asked() {
    let (_folder, database) = testing::people(3, 60);
    let context = testing::context(&database, false);
    for (statement, expected) in [
        (
            "SELECT person_id FROM people WHERE \"basic_profile.name\" LIKE 'It''s%'",
            "basic_profile.name LIKE 'It''s%'",
        ),
        (
            "SELECT person_id FROM roles WHERE list = 'current' AND start_date BETWEEN '2015-01-01' AND '2016-12-31'",
            "start_date",
        ),
        (
            "SELECT person_id FROM roles WHERE list = 'past' OR title = 'CEO'",
            "in experience.employment_details.past by marks of arrays",
        ),
    ] {
        let plan = testing::plan(&context, statement);
        assert!(plan.contains(expected) && !plan.contains("FilterExec"), "{plan}");
    }
}

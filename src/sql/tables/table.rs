//! A table as the planner asks it: which predicates the indexes answer, and the scan that gives its rows.

use std::fmt;
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use async_trait::async_trait;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::Result as PlanResult;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown, TableType};
use datafusion::physical_plan::ExecutionPlan;

use super::columns::{PERSON_ID, Rows, TableColumns};
use super::keys::people_for;
use super::statistics;
use crate::engine::Database;
use crate::filter::{ArrayScope, Condition, Field, Quantifier, Test, Tree};
use crate::index::{IdSet, ordered};
use crate::schema::KeyRule;
use crate::sql::error::external;
use crate::sql::pushdown::tree_of;
use crate::sql::scan::{Analyze, ScanExec, ScanOptions};

/// People, or the elements of an array of objects: all of them, or those that are `only` wanted.
#[derive(Clone)]
pub(crate) struct Table {
    database: Arc<Database>,
    columns: Arc<TableColumns>,
    only: Only,
}

/// What the rows of a table have to meet, whatever a statement asks.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Only {
    /// Of a table of people: the people. Of elements: those whose people these are.
    pub(crate) people: Tree,
    /// Of elements: what each has to meet.
    pub(crate) elements: Tree,
    /// What joined tables ask of the people, too: it narrows what is read, the join decides.
    pub(crate) joined: Option<Tree>,
}

impl Default for Only {
    fn default() -> Self {
        Self { people: Tree::all(), elements: Tree::all(), joined: None }
    }
}

impl Only {
    /// Whether nothing has to be met.
    pub(crate) fn is_all(&self) -> bool {
        self.people.is_all() && self.elements.is_all() && self.joined.is_none()
    }

    /// All that is asked of the people.
    pub(crate) fn of_people(&self) -> Tree {
        match &self.joined {
            Some(joined) => Tree::And(vec![self.people.clone(), joined.clone()]).normalised(),
            None => self.people.clone(),
        }
    }

    /// Adds a condition.
    fn add(&mut self, pushed: Pushed) {
        let (whole, tree) = match pushed {
            Pushed::People(tree) => (&mut self.people, tree),
            Pushed::Elements(tree) => (&mut self.elements, tree),
        };
        let before = std::mem::replace(whole, Tree::all());
        *whole = Tree::And(vec![before, tree]).normalised();
    }
}

/// A predicate that the indexes answer: of people, or of the elements of a table.
enum Pushed {
    People(Tree),
    Elements(Tree),
}

impl Table {
    /// The whole table.
    pub(crate) fn new(database: Arc<Database>, columns: Arc<TableColumns>) -> Self {
        Self { database, columns, only: Only::default() }
    }

    /// The rows of the table that meet more conditions, too.
    pub(crate) fn with(&self, only: Only) -> Self {
        Self { database: Arc::clone(&self.database), columns: Arc::clone(&self.columns), only }
    }

    /// What its rows have to meet.
    pub(crate) fn only(&self) -> &Only {
        &self.only
    }

    /// Its columns.
    pub(crate) fn columns(&self) -> &Arc<TableColumns> {
        &self.columns
    }

    /// The database that it is of.
    pub(crate) fn database(&self) -> &Arc<Database> {
        &self.database
    }

    /// The predicate as the indexes answer it, and whether they answer all of it; `None` if they do not.
    fn pushed(&self, expr: &Expr) -> Option<(Pushed, bool)> {
        let schema = self.database.schema();
        let people = self.columns.rows == Rows::People;
        if !people && only_person_ids(expr) {
            let people = TableColumns::of_people(schema);
            let answer = tree_of(expr, &people, schema)?;
            return Some((Pushed::People(answer.tree), answer.exact));
        }
        let Some(answer) = tree_of(expr, &self.columns, schema) else {
            let people = people_for(&self.database, &self.columns, expr)?;
            return Some((Pushed::People(self.have_ids(people)?), false));
        };
        let pushed = if people { Pushed::People(answer.tree) } else { Pushed::Elements(answer.tree) };
        Some((pushed, answer.exact))
    }

    /// The people who have one of these ids.
    pub(super) fn have_ids(&self, ids: Vec<u64>) -> Option<Tree> {
        let schema = self.database.schema();
        let node = schema.nodes().iter().find(|node| node.key == Some(KeyRule::PersonId))?;
        let field = Arc::new(Field::of(schema, &node.path)?);
        let ids = ids.into_iter().filter_map(|id| i64::try_from(id).ok());
        let mut points: Vec<u64> = ids.map(ordered::from_i64).collect();
        points.sort_unstable();
        points.dedup();
        if points.is_empty() {
            return Some(Tree::Or(Vec::new()));
        }
        let test = Test::Ranges(points.into_iter().map(|point| (point, point)).collect());
        Some(Tree::Condition(Condition { field, quantifier: Quantifier::Some, test }))
    }

    /// What the rows have to meet, with these predicates, which the indexes answer.
    pub(crate) fn narrowed(&self, filters: &[Expr]) -> Only {
        let mut only = self.only.clone();
        filters.iter().filter_map(|filter| self.pushed(filter)).for_each(|(pushed, _)| only.add(pushed));
        only
    }

    /// The rows, or elements, of each segment that meet `only`.
    pub(crate) fn found(&self, only: &Only) -> Result<Vec<IdSet>, crate::engine::Error> {
        let people = only.of_people();
        match self.columns.rows {
            Rows::People => self.database.scan_rows(&people, None),
            Rows::Elements(space) => {
                let people = Some(&people).filter(|people| !people.is_all());
                self.database.scan_elements(people, ArrayScope { space, array: None }, &only.elements, None)
            }
        }
    }
}

/// Whether `person_id` is the only column that an expression names.
fn only_person_ids(expr: &Expr) -> bool {
    let columns = expr.column_refs();
    !columns.is_empty() && columns.iter().all(|column| column.name == PERSON_ID)
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").field("name", &self.columns.name).field("only", &self.only).finish()
    }
}

#[async_trait]
impl TableProvider for Table {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.columns.arrow)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> PlanResult<Vec<TableProviderFilterPushDown>> {
        let supports = |filter: &&Expr| match self.pushed(filter) {
            Some((_, true)) => TableProviderFilterPushDown::Exact,
            Some((_, false)) => TableProviderFilterPushDown::Inexact,
            None => TableProviderFilterPushDown::Unsupported,
        };
        Ok(filters.iter().map(supports).collect())
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
        limit: Option<usize>,
    ) -> PlanResult<Arc<dyn ExecutionPlan>> {
        let only = self.narrowed(filters);
        let found = self.found(&only).map_err(external)?;
        let projection = match projection {
            Some(projection) => projection.clone(),
            None => (0..self.columns.columns.len()).collect(),
        };
        let statistics = statistics::of(self, &only, &found, &projection, limit).map_err(external)?;
        let (threads, analyze) =
            (state.config().target_partitions(), state.config().get_extension::<Analyze>());
        let options = ScanOptions { limit, threads, analyze: analyze.is_some() };
        let scan = ScanExec::new(Arc::new(self.clone()), only, found, projection, statistics, options)?;
        Ok(Arc::new(scan))
    }
}

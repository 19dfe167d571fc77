//! SUMMARIZE: what is in each column of a table or a query, in one pass over its rows.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type, UInt64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use datafusion::common::{Column, Result as PlanResult};
use datafusion::functions_aggregate::expr_fn::{
    approx_distinct, approx_percentile_cont, avg, count, max, min, stddev,
};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, cast as cast_to, lit};

use super::describe::{answer, type_name};
use crate::sql::SqlError;
use crate::sql::answer::Answer;

/// The quartiles.
const QUARTERS: [f64; 3] = [0.25, 0.5, 0.75];

/// What is asked of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Figure {
    Count,
    Min,
    Max,
    Unique,
    Average,
    Deviation,
    Quarter(usize),
}

/// The columns of a query, and what is asked of each.
pub(super) struct Summary {
    columns: Vec<(Column, DataType)>,
}

impl Summary {
    pub(super) fn of(plan: &LogicalPlan) -> Self {
        let columns = plan.schema().iter().map(|(qualifier, field)| {
            (Column::new(qualifier.cloned(), field.name()), field.data_type().clone())
        });
        Self { columns: columns.collect() }
    }

    /// Every figure of every column: one row.
    pub(super) fn plan(&self, rows: LogicalPlan) -> PlanResult<LogicalPlan> {
        let mut figures = vec![count(lit(1)).alias("rows")];
        for (at, (column, of)) in self.columns.iter().enumerate() {
            for figure in figures_of(of) {
                figures.push(expression(figure, column, of).alias(name(at, figure)));
            }
        }
        LogicalPlanBuilder::from(rows).aggregate(Vec::<Expr>::new(), figures)?.build()
    }

    /// That row as a row for each column.
    pub(super) fn rows(&self, batches: &[RecordBatch]) -> Result<Answer, SqlError> {
        let Some(row) = batches.iter().find(|batch| batch.num_rows() > 0) else {
            return Err(SqlError::Internal("no figures were counted".into()));
        };
        let total = integer(row.column_by_name("rows")).unwrap_or(0);
        let text = |figure: Figure| -> Result<ArrayRef, SqlError> {
            let values: Result<Vec<Option<String>>, SqlError> =
                (0..self.columns.len()).map(|at| shown(row.column_by_name(&name(at, figure)))).collect();
            Ok(Arc::new(StringArray::from(values?)))
        };
        let number = |figure: Figure| -> ArrayRef {
            let value = |at| match row.column_by_name(&name(at, figure))?.as_primitive_opt::<Float64Type>()? {
                values if values.is_null(0) => None,
                values => Some(values.value(0)),
            };
            Arc::new(Float64Array::from_iter((0..self.columns.len()).map(value)))
        };
        let whole = |figure: Figure| -> ArrayRef {
            let value = |at| integer(row.column_by_name(&name(at, figure)));
            Arc::new(Int64Array::from_iter((0..self.columns.len()).map(value)))
        };
        let counts = whole(Figure::Count);
        let nulls = counts.as_primitive::<Int64Type>().iter().map(|count| null_percentage(count?, total));
        let names = self.columns.iter().map(|(column, _)| column.name.clone());
        let types = self.columns.iter().map(|(_, of)| type_name(of));
        answer([
            ("column_name", Arc::new(StringArray::from_iter_values(names)) as ArrayRef),
            ("column_type", Arc::new(StringArray::from_iter_values(types))),
            ("min", text(Figure::Min)?),
            ("max", text(Figure::Max)?),
            ("approx_unique", whole(Figure::Unique)),
            ("avg", number(Figure::Average)),
            ("std", number(Figure::Deviation)),
            ("q25", text(Figure::Quarter(0))?),
            ("q50", text(Figure::Quarter(1))?),
            ("q75", text(Figure::Quarter(2))?),
            ("count", Arc::new(Int64Array::from(vec![total; self.columns.len()]))),
            ("null_percentage", Arc::new(Float64Array::from_iter(nulls))),
        ])
    }
}

fn name(at: usize, figure: Figure) -> String {
    format!("{at} {figure:?}")
}

/// What can be asked of a type. Lists and structs have no order; nulls can be counted always.
fn figures_of(of: &DataType) -> Vec<Figure> {
    let mut figures = vec![Figure::Count];
    let temporal = matches!(of, DataType::Date32 | DataType::Timestamp(..));
    let text = matches!(of, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    if of.is_numeric() || temporal || text || *of == DataType::Boolean {
        figures.extend([Figure::Min, Figure::Max, Figure::Unique]);
    }
    if of.is_numeric() {
        figures.extend([Figure::Average, Figure::Deviation]);
    }
    if of.is_numeric() || temporal {
        figures.extend((0..QUARTERS.len()).map(Figure::Quarter));
    }
    figures
}

fn expression(figure: Figure, column: &Column, of: &DataType) -> Expr {
    let values = || Expr::Column(column.clone());
    let number = || cast_to(values(), DataType::Float64);
    match figure {
        Figure::Count => count(values()),
        Figure::Min => min(values()),
        Figure::Max => max(values()),
        // Not every type can be sketched; texts can.
        Figure::Unique if of.is_integer() || *of == DataType::Utf8View => approx_distinct(values()),
        Figure::Unique => approx_distinct(cast_to(values(), DataType::Utf8)),
        Figure::Average => avg(number()),
        Figure::Deviation => stddev(number()),
        Figure::Quarter(at) => {
            let share = lit(QUARTERS.get(at).copied().unwrap_or_default());
            // Instants and days are ordered as the integers that they are stored as.
            let stored = match of {
                DataType::Date32 => DataType::Int32,
                DataType::Timestamp(..) => DataType::Int64,
                _ => return approx_percentile_cont(values().sort(true, false), share, None),
            };
            let quarter =
                approx_percentile_cont(cast_to(values(), stored.clone()).sort(true, false), share, None);
            cast_to(cast_to(quarter, stored), of.clone())
        }
    }
}

fn integer(values: Option<&ArrayRef>) -> Option<i64> {
    let values = values.filter(|values| !values.is_empty() && !values.is_null(0))?;
    if let Some(values) = values.as_primitive_opt::<Int64Type>() {
        return Some(values.value(0));
    }
    i64::try_from(values.as_primitive_opt::<UInt64Type>()?.value(0)).ok()
}

fn shown(values: Option<&ArrayRef>) -> Result<Option<String>, SqlError> {
    let Some(values) = values.filter(|values| !values.is_empty() && !values.is_null(0)) else {
        return Ok(None);
    };
    let internal = |error: arrow::error::ArrowError| SqlError::Internal(error.to_string());
    let values = match values.data_type() {
        DataType::Utf8View => cast(values, &DataType::Utf8).map_err(internal)?,
        _ => Arc::clone(values),
    };
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(&values, &options).map_err(internal)?;
    Ok(Some(formatter.value(0).to_string()))
}

/// Rounded to hundredths.
#[expect(clippy::cast_precision_loss, reason = "a share of rows need not be exact to the last")]
fn null_percentage(count: i64, total: i64) -> Option<f64> {
    (total > 0).then(|| ((total - count) as f64 / total as f64 * 10_000.0).round() / 100.0)
}

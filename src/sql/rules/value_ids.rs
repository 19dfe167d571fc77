//! The first half of a `GROUP BY` groups by value ids in place of short texts, and looks up the texts of its groups: comparing
//! numbers costs a third of comparing texts, and no text is made for a row.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::AsArray;
use arrow::datatypes::{DataType, Field, UInt32Type};
use datafusion::common::config::ConfigOptions;
use datafusion::common::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use datafusion::physical_expr::expressions::Column;
use datafusion::physical_expr::utils::collect_columns;
use datafusion::physical_expr::{PhysicalExpr, ScalarFunctionExpr};
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::aggregates::{AggregateExec, AggregateMode};
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::projection::{ProjectionExec, ProjectionExpr};

use super::{over, place};
use crate::engine::ValueTexts;
use crate::sql::error::external;
use crate::sql::functions::Same;
use crate::sql::scan::{ScanExec, Texts};

/// The aggregation by value ids, in place of one by texts.
pub(super) fn value_ids(
    plan: &Arc<dyn ExecutionPlan>,
    config: &ConfigOptions,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    plan.downcast_ref::<AggregateExec>().map_or(Ok(None), |aggregate| grouped_by_ids(aggregate, config))
}

/// The aggregation by value ids, with the texts in their place afterwards; `None` if it is of another kind.
fn grouped_by_ids(
    aggregate: &AggregateExec,
    config: &ConfigOptions,
) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let groups = aggregate.group_expr();
    let first_half = *aggregate.mode() == AggregateMode::Partial;
    if !first_half || !groups.is_single() || aggregate.limit_options().is_some() {
        return Ok(None);
    }
    let places = texts_grouped_by(aggregate);
    let Some((input, texts)) = with_value_ids(aggregate.input(), &places)? else { return Ok(None) };
    let config = Arc::new(config.clone());
    let (exprs, filters) = (aggregate.aggr_expr().to_vec(), aggregate.filter_expr().to_vec());
    let of_input = input.schema();
    let by_ids =
        AggregateExec::try_new(AggregateMode::Partial, groups.clone(), exprs, filters, input, of_input)?;
    let schema = aggregate.schema();
    let columns = schema.fields().iter().enumerate().map(|(at, field)| {
        let column: Arc<dyn PhysicalExpr> = Arc::new(Column::new(field.name(), at));
        let place = groups.expr().get(at).and_then(|(expr, _)| place(expr));
        let found = place.and_then(|place| texts.iter().find(|(known, _)| *known == place));
        let expr = match found {
            Some((_, texts)) => text_of(texts, column, field, &config),
            None => column,
        };
        ProjectionExpr { expr, alias: field.name().clone() }
    });
    let columns: Vec<ProjectionExpr> = columns.collect();
    Ok(Some(Arc::new(ProjectionExec::try_new(columns, Arc::new(by_ids))?)))
}

/// A scan, through steps that hand its columns on, with value ids in place of texts in those of the columns at `places` where
/// that is possible; and their texts, by place. `None` if there are none.
fn with_value_ids(
    plan: &Arc<dyn ExecutionPlan>,
    places: &[usize],
) -> Result<Option<(Arc<dyn ExecutionPlan>, Texts)>> {
    if let Some(scan) = plan.downcast_ref::<ScanExec>() {
        let found = scan.with_value_ids(places)?;
        return Ok(found.map(|(scan, texts)| (Arc::new(scan) as Arc<dyn ExecutionPlan>, texts)));
    }
    let below: Vec<(usize, usize)> = if plan.is::<CooperativeExec>() {
        places.iter().map(|&place| (place, place)).collect()
    } else if let Some(projection) = plan.downcast_ref::<ProjectionExec>() {
        places.iter().filter_map(|&place| Some((place, handed_on(projection, place)?))).collect()
    } else {
        return Ok(None);
    };
    let [input] = plan.children()[..] else { return Ok(None) };
    let inside: Vec<usize> = below.iter().map(|(_, inside)| *inside).collect();
    let Some((input, found)) = with_value_ids(input, &inside)? else { return Ok(None) };
    let own = |(place, inside): &(usize, usize)| {
        let texts = found.iter().find(|(known, _)| known == inside)?;
        Some((*place, Arc::clone(&texts.1)))
    };
    let texts = below.iter().filter_map(own).collect();
    let new = match plan.downcast_ref::<ProjectionExec>() {
        // It would keep the types that it had.
        Some(projection) => Arc::new(ProjectionExec::try_new(projection.expr().to_vec(), input)?),
        None => over(Arc::clone(plan), input)?,
    };
    Ok(Some((new, texts)))
}

/// The place below of a column that a projection hands on, and uses for nothing else.
fn handed_on(projection: &ProjectionExec, at: usize) -> Option<usize> {
    let below = place(&projection.expr().get(at)?.expr)?;
    let used = projection.expr().iter().flat_map(|one| collect_columns(&one.expr));
    (used.filter(|column| column.index() == below).count() == 1).then_some(below)
}

/// The places of columns that are grouped by, and asked for nothing else.
fn texts_grouped_by(aggregate: &AggregateExec) -> Vec<usize> {
    let arguments = aggregate.aggr_expr().iter().flat_map(|one| {
        let order = one.order_bys().iter().map(|key| Arc::clone(&key.expr));
        one.expressions().into_iter().chain(order).collect::<Vec<_>>()
    });
    let filters = aggregate.filter_expr().iter().flatten().cloned();
    let groups = aggregate.group_expr().expr().iter().map(|(expr, _)| expr);
    let (plain, others): (Vec<_>, Vec<_>) = groups.partition(|expr| place(expr).is_some());
    let used = arguments.chain(filters).chain(others.into_iter().cloned());
    let used = used.flat_map(|expr| collect_columns(&expr));
    let used: HashSet<usize> = used.map(|column| column.index()).collect();
    plain.into_iter().filter_map(place).filter(|place| !used.contains(place)).collect()
}

/// The texts of a column of value ids.
fn text_of(
    texts: &Arc<ValueTexts>,
    ids: Arc<dyn PhysicalExpr>,
    field: &Field,
    config: &Arc<ConfigOptions>,
) -> Arc<dyn PhysicalExpr> {
    let function = Arc::new(ScalarUDF::new_from_impl(TextOf::new(Arc::clone(texts))));
    let field = Arc::new(field.clone());
    Arc::new(ScalarFunctionExpr::new("text", function, vec![ids], field, Arc::clone(config)))
}

/// From value ids to their texts.
#[derive(Debug, PartialEq, Eq, Hash)]
struct TextOf {
    texts: Same<ValueTexts>,
    signature: Signature,
}

impl TextOf {
    fn new(texts: Arc<ValueTexts>) -> Self {
        let signature = Signature::exact(vec![DataType::UInt32], Volatility::Immutable);
        Self { texts: Same(texts), signature }
    }
}

impl ScalarUDFImpl for TextOf {
    fn name(&self) -> &str {
        "text"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays = ColumnarValue::values_to_arrays(&args.args)?;
        let ids = arrays.first().and_then(|ids| ids.as_primitive_opt::<UInt32Type>());
        let ids = ids.ok_or_else(|| DataFusionError::Internal("value ids that are none".to_owned()))?;
        Ok(ColumnarValue::Array(self.texts.texts(ids).map_err(external)?))
    }
}

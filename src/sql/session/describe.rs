//! SHOW TABLES and DESCRIBE.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{DataType, TimeUnit};
use datafusion::catalog::TableProvider;
use datafusion::logical_expr::{LogicalPlan, TableType};
use datafusion::physical_plan::statistics::{StatisticsArgs, StatisticsContext};
use datafusion::sql::sqlparser::ast::{Ident, ObjectName};

use super::catalogue::Catalogue;
use crate::sql::SqlError;
use crate::sql::answer::Answer;
use crate::sql::front::normalized;
use crate::sql::tables::MAIN;
use crate::sql::tables::columns::Rows;

/// A row a table: its name, how many rows it has if that is known, and what they are.
pub(super) async fn tables(catalogue: &Catalogue) -> Result<Answer, SqlError> {
    let (mut names, mut rows, mut what) = (Vec::new(), Vec::new(), Vec::new());
    for schema_name in catalogue.databases()? {
        let schema = catalogue.schema(&schema_name)?;
        let mut known = schema.table_names();
        known.sort_by_key(|name| (name != "people", name.clone()));
        for name in known {
            let Ok(Some(table)) = schema.table(&name).await else { continue };
            rows.push(row_count(catalogue, &*table).await);
            let ours = catalogue.ours(&schema_name, &name);
            what.push(match ours.map(|ours| (ours.columns.rows, ours.names.arrays.last().cloned())) {
                Some((Rows::People, _)) => "a row a person".to_owned(),
                Some((Rows::Elements(_), arrays)) => {
                    format!("a row an element of {}", arrays.unwrap_or_default())
                }
                None if table.table_type() == TableType::View => "a view".to_owned(),
                None => "a table".to_owned(),
            });
            names.push(if schema_name == MAIN { name } else { format!("{schema_name}.{name}") });
        }
    }
    answer([
        ("name", Arc::new(StringArray::from(names)) as ArrayRef),
        ("rows", Arc::new(Int64Array::from(rows))),
        ("what", Arc::new(StringArray::from(what))),
    ])
}

/// How many rows a scan would give, if that is known without scanning.
async fn row_count(catalogue: &Catalogue, table: &dyn TableProvider) -> Option<i64> {
    // A view's rows are known only by running it.
    if table.table_type() == TableType::View {
        return None;
    }
    let state = catalogue.context.state();
    let scan = table.scan(&state, None, &[], None).await.ok()?;
    let rows = StatisticsContext::new().compute(&*scan, &StatisticsArgs::new()).ok()?.num_rows;
    rows.get_value().and_then(|rows| i64::try_from(*rows).ok())
}

/// A row a column of a query, or of a table: name, type, whether it can be null, and what it is.
pub(super) fn columns(
    plan: &LogicalPlan,
    table: Option<&ObjectName>,
    catalogue: &Catalogue,
) -> Result<Answer, SqlError> {
    let ours = table.and_then(|name| {
        let parts: Vec<String> =
            name.0.iter().filter_map(|part| part.as_ident()).map(|ident: &Ident| normalized(ident)).collect();
        match parts.as_slice() {
            [name] => catalogue.ours(MAIN, name),
            [.., schema, name] => catalogue.ours(schema, name),
            [] => None,
        }
    });
    let fields = plan.schema().fields();
    let doc = |name: &str| {
        ours.as_ref().and_then(|ours| ours.columns.find(name)).map(|(_, column)| column.doc.clone())
    };
    let docs: Vec<Option<String>> = fields.iter().map(|field| doc(field.name())).collect();
    let names = fields.iter().map(|field| field.name().clone());
    let types = fields.iter().map(|field| type_name(field.data_type()));
    let nullable: Vec<bool> = fields.iter().map(|field| field.is_nullable()).collect();
    answer([
        ("column_name", Arc::new(StringArray::from_iter_values(names)) as ArrayRef),
        ("column_type", Arc::new(StringArray::from_iter_values(types))),
        ("nullable", Arc::new(BooleanArray::from(nullable))),
        ("doc", Arc::new(StringArray::from(docs))),
    ])
}

pub(super) fn answer<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<Answer, SqlError> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true)));
    let batch = batch.map_err(|error| SqlError::Internal(error.to_string()))?;
    Ok(Answer::ready(batch.schema(), vec![batch]))
}

/// A type as SQL writes it.
pub(super) fn type_name(of: &DataType) -> String {
    match of {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "VARCHAR".into(),
        DataType::Int8 => "TINYINT".into(),
        DataType::Int16 => "SMALLINT".into(),
        DataType::Int32 => "INTEGER".into(),
        DataType::Int64 => "BIGINT".into(),
        DataType::UInt64 => "UBIGINT".into(),
        DataType::Float32 => "REAL".into(),
        DataType::Float64 => "DOUBLE".into(),
        DataType::Boolean => "BOOLEAN".into(),
        DataType::Date32 | DataType::Date64 => "DATE".into(),
        DataType::Timestamp(TimeUnit::Microsecond, None) => "TIMESTAMP".into(),
        DataType::Timestamp(_, None) => "TIMESTAMP".into(),
        DataType::Timestamp(_, Some(_)) => "TIMESTAMP WITH TIME ZONE".into(),
        DataType::Decimal128(precision, scale) => format!("DECIMAL({precision},{scale})"),
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => {
            format!("{}[]", type_name(item.data_type()))
        }
        DataType::Struct(fields) => {
            let field = |field: &Arc<arrow::datatypes::Field>| {
                format!("{} {}", field.name(), type_name(field.data_type()))
            };
            format!("STRUCT({})", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
        DataType::Dictionary(_, values) => type_name(values),
        other => other.to_string().to_uppercase(),
    }
}

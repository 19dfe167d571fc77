//! The selected part of a record batch: what is not selected is absent, not null.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch, RecordBatchOptions, StructArray};
use arrow::datatypes::{Field, FieldRef, Schema as ArrowSchema};

use super::ColumnError;
use super::elements::wrong;
use crate::schema::{NodeId, NodeKind, Schema, Selection};

/// The columns of `batch`, a batch of `schema`, that a selection has. Copies no values.
pub fn pruned(
    batch: &RecordBatch,
    schema: &Schema,
    selection: &Selection,
) -> Result<RecordBatch, ColumnError> {
    let arrow = batch.schema();
    let (fields, columns) =
        children(schema, selection, schema.roots(), arrow.fields().iter().zip(batch.columns()))?;
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    Ok(RecordBatch::try_new_with_options(Arc::new(ArrowSchema::new(fields)), columns, &options)?)
}

type Columns = (Vec<FieldRef>, Vec<ArrayRef>);

/// The selected ones of the columns that belong to these nodes, in the same order.
fn children<'a>(
    schema: &Schema,
    selection: &Selection,
    nodes: &[NodeId],
    columns: impl Iterator<Item = (&'a FieldRef, &'a ArrayRef)>,
) -> Result<Columns, ColumnError> {
    let selected = nodes.iter().zip(columns).filter(|(node, _)| selection.contains(**node));
    selected
        .map(|(&node, (field, array))| {
            let array = part(schema, selection, node, array)?;
            let data_type = array.data_type().clone();
            Ok((Arc::new(Field::new(field.name(), data_type, field.is_nullable())), array))
        })
        .collect()
}

fn part(
    schema: &Schema,
    selection: &Selection,
    id: NodeId,
    array: &ArrayRef,
) -> Result<ArrayRef, ColumnError> {
    let Some(node) = schema.node(id).filter(|_| !selection.whole(id)) else { return Ok(Arc::clone(array)) };
    let object = |array: &dyn Array| -> Result<StructArray, ColumnError> {
        let object = array.as_struct_opt().ok_or_else(|| wrong(schema, id))?;
        let own = object.fields().iter().zip(object.columns());
        let (fields, columns) = children(schema, selection, &node.children, own)?;
        let nulls = object.nulls().cloned();
        Ok(StructArray::try_new_with_length(fields.into(), columns, nulls, object.len())?)
    };
    match node.kind {
        NodeKind::Leaf { .. } => Ok(Arc::clone(array)),
        NodeKind::Object => Ok(Arc::new(object(array)?)),
        NodeKind::Array => {
            let list = array.as_list_opt::<i32>().ok_or_else(|| wrong(schema, id))?;
            let values: ArrayRef = Arc::new(object(list.values())?);
            let element = super::layout::item(values.data_type().clone());
            Ok(Arc::new(ListArray::try_new(element, list.offsets().clone(), values, list.nulls().cloned())?))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::Shredder;
    use crate::record::parse;

    /// The batch of these records and its part, and the leaves of the part.
    fn of(records: &[&str], fields: &[&str]) -> (RecordBatch, RecordBatch, Vec<String>) {
        let schema = Schema::person();
        let mut shredder = Shredder::new(&schema);
        records.iter().for_each(|json| shredder.push(&parse(json.as_bytes()).unwrap().value));
        let (whole, _) = shredder.finish().unwrap();
        let part = pruned(&whole, &schema, &schema.selection(fields).unwrap()).unwrap();
        let descriptor = crate::column::layout::descriptor(&part.schema()).unwrap();
        let leaves = descriptor.columns().iter().map(|column| column.path().string()).collect();
        (whole, part, leaves)
    }

    #[test]
    fn only_what_is_selected_is_there_at_every_depth() {
        let json = r#"{"crustdata_person_id":7,"experience":{"employment_details":{"current":[{"name":"Acme","title":"CTO"},{"name":"Beta"}]}},
            "basic_profile":{"name":"Ann","headline":"x"}}"#;
        let fields = ["experience.employment_details.current.title", "basic_profile.name"];
        let (_, part, mut leaves) = of(&[json, "{}"], &fields);
        leaves.sort_unstable();
        let lists = "experience.employment_details.current.list.element.title";
        assert_eq!(leaves, ["basic_profile.name", lists]);
        let names = part.column_by_name("basic_profile").unwrap().as_struct();
        assert_eq!(names.column(0).as_string::<i32>().iter().collect::<Vec<_>>(), [Some("Ann"), None]);
        let details = part.column_by_name("experience").unwrap().as_struct().column(0).clone();
        let current = details.as_struct().column(0).clone();
        let current = current.as_list::<i32>();
        assert_eq!((current.value_length(0), current.is_null(1)), (2, true));
        let titles = current.value(0).as_struct().column(0).clone();
        assert_eq!(titles.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("CTO"), None]);
    }

    #[test]
    fn everything_selected_is_the_batch_and_nothing_selected_no_column() {
        let (whole, part, leaves) = of(&[r#"{"basic_profile":{"name":"Ann"}}"#], &[]);
        assert_eq!((part.num_rows(), part.num_columns(), leaves.len()), (1, 0, 0));
        let schema = Schema::person();
        assert_eq!(pruned(&whole, &schema, &schema.everything()).unwrap(), whole);
    }
}

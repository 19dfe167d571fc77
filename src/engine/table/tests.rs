//! What tables give is what the records, shredded again, have in the same places.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{DataType, Float64Type, UInt32Type};
use proptest::prelude::*;

use super::TableColumn;
use crate::column::{Shredder, SpaceSpans, column_leaf, node_values, space_spans};
use crate::engine::person::with_person_id;
use crate::engine::{Database, Input, LoadOptions, NoObserver};
use crate::filter::arbitrary::{Generator, Random};
use crate::index::{LeafKind, indexed_leaves};
use crate::record::parse_person;
use crate::schema::{NodeId, NodeKind, Scalar, Schema, SpaceId};

/// The columns of a table that are values of nodes: forward columns and others.
fn columns(schema: &Schema, space: Option<SpaceId>) -> Vec<(NodeId, TableColumn)> {
    let indexed = indexed_leaves(schema, space);
    let leaves = schema.nodes().iter().filter(|node| node.space == space && node.is_leaf());
    let leaves = leaves.filter(|node| column_leaf(schema, node.id) == Some(node.id));
    let column = |node: &crate::schema::Node| {
        let NodeKind::Leaf { scalar, list } = node.kind else { unreachable!() };
        let text =
            indexed.iter().any(|leaf| leaf.node == node.id && leaf.kind == LeafKind::Text { list: false });
        let forward = !list && (scalar != Scalar::String || text);
        (node.id, if forward { TableColumn::Forward(node.id) } else { TableColumn::Nested(node.id) })
    };
    leaves.map(column).collect()
}

/// The records of a segment, shredded again.
fn shredded(database: &Database, segment: usize) -> arrow::array::RecordBatch {
    let open = database.segment(segment).unwrap();
    let mut shredder = Shredder::new(&open.schema);
    for row in 0..open.segment.rows() {
        let person = database.person(segment, row).unwrap();
        let parsed = parse_person(person.source()).unwrap();
        shredder.push(&with_person_id(&open.schema, parsed.value, person.id()));
    }
    shredder.finish().unwrap().0
}

/// The same as tables have it: texts as views, and a zero without a sign.
fn as_table(array: &ArrayRef) -> ArrayRef {
    match array.data_type() {
        DataType::Float64 => {
            let numbers = array.as_primitive::<Float64Type>();
            Arc::new(numbers.unary::<_, Float64Type>(|number| number + 0.0))
        }
        DataType::Utf8 => cast(array, &DataType::Utf8View).unwrap(),
        _ => array.clone(),
    }
}

/// Texts by way of their value ids.
fn by_value_id(
    database: &Arc<Database>,
    segment: usize,
    space: Option<SpaceId>,
    node: NodeId,
    ids: &[u32],
) -> ArrayRef {
    let table = database.table(segment, space, &[TableColumn::ValueId(node)], 0).unwrap();
    let ids = table.read(ids).unwrap();
    let texts = database.value_texts(space, node).unwrap().unwrap();
    texts.texts(ids[0].as_primitive::<UInt32Type>()).unwrap()
}

proptest! {
    #![proptest_config(crate::record::cases())]

    #[test]
    fn tables_have_what_the_records_have(
        seed: u64,
        count in 1u64..40,
        chosen in proptest::collection::vec(any::<bool>(), 400),
        expected in prop_oneof![Just(0u64), Just(1 << 20)],
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.parquet");
        let (generator, mut random) = (Schema::person(), Random::new(seed));
        let generator = Generator::new(&generator);
        let lines: Vec<String> = (1..=count).map(|id| generator.record(&mut random, id)).collect();
        let (first, second) = lines.split_at(lines.len() / 2);
        for lines in [first, second].into_iter().filter(|lines| !lines.is_empty()) {
            let input = vec![Input::bytes("people", lines.join("\n"))];
            Database::load(&path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
        }
        let database = Arc::new(Database::open(&path).unwrap());
        let schema = database.schema().clone();
        for segment in 0..database.segments() {
            let batch = shredded(&database, segment);
            for space in std::iter::once(None).chain(schema.spaces().iter().map(|space| Some(space.id))) {
                let spans: Option<SpaceSpans> =
                    space.map(|space| space_spans(&batch, &schema, space).unwrap());
                let universe = database.universe(segment, space).unwrap();
                let ids: Vec<u32> = (0..universe).filter(|&id| chosen[id as usize % chosen.len()]).collect();
                let (nodes, columns): (Vec<_>, Vec<_>) = columns(&schema, space).into_iter().unzip();
                let read = database.table(segment, space, &columns, expected).unwrap().read(&ids).unwrap();
                let places = UInt32Array::from(ids.clone());
                for ((node, column), found) in nodes.iter().zip(&columns).zip(&read) {
                    let all = node_values(&batch, &schema, *node, spans.as_ref()).unwrap();
                    let wanted = as_table(&take(&all, &places, None).unwrap());
                    let path = &schema.node(*node).unwrap().path;
                    prop_assert_eq!(found, &wanted, "{}", path);
                    if matches!(column, TableColumn::Forward(_)) && *wanted.data_type() == DataType::Utf8View {
                        prop_assert_eq!(&by_value_id(&database, segment, space, *node, &ids), &wanted, "{}", path);
                    }
                }
            }
        }
    }
}

/// The person schema with a leaf more.
fn with_mood() -> Schema {
    let mut table: serde_json::Value = serde_json::from_str(&Schema::person().to_json()).unwrap();
    let row = serde_json::json!({"path": "mood", "type": "string", "select": true, "doc": "added by a test"});
    table["paths"].as_array_mut().unwrap().push(row);
    Schema::parse(&table.to_string()).unwrap()
}

#[test]
fn what_a_segment_was_loaded_without_is_null_whatever_its_records_hold() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("people.parquet");
    let load = |id: u64, schema: Option<Schema>| {
        let record = serde_json::json!({"crustdata_person_id": id, "mood": format!("mood {id}")});
        let options = LoadOptions { schema: schema.map(Arc::new), ..LoadOptions::default() };
        let input = vec![Input::bytes("people", record.to_string())];
        Database::load(&path, input, &options, &mut NoObserver).unwrap();
    };
    load(1, None);
    load(2, Some(with_mood()));
    let database = Arc::new(Database::open(&path).unwrap());
    let node = database.schema().stored("mood").unwrap().id;
    assert_eq!(database.segments(), 2);
    for expected in [0, 1 << 20] {
        let moods = [0, 1].map(|segment| {
            let table = database.table(segment, None, &[TableColumn::Nested(node)], expected).unwrap();
            let read = table.read(&[0]).unwrap();
            read[0].as_string_view().iter().next().flatten().map(str::to_owned)
        });
        assert_eq!(moods, [None, Some("mood 2".to_owned())], "{expected}");
    }
}

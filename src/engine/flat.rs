//! Selected fields read from columns, where columns hold them all: no record is decompressed or parsed.
//!
//! Columns have what the record says of strings, integers and booleans of the person, and so answer exactly as a
//! projection of the record does. They do not have the spelling of dates and of other numbers.

use super::Error;
use super::database::{Database, OpenSegment};
use super::order::Place;
use super::person::Fields;
use crate::index::{ColumnReader, DictionaryReader, indexed_leaves, ordered};
use crate::record::write_string;
use crate::schema::{NodeId, NodeKind, Scalar, Schema};
use crate::storage::SectionKind;

/// Fields of more leaves are read from records: each leaf costs a look into its column and its dictionary.
const MAX_LEAVES: usize = 16;

/// The columns of every segment, ready to be read.
pub(super) struct FlatFields<'a> {
    parts: Vec<Part>,
    segments: Vec<Segment<'a>>,
}

/// A piece of the answer.
enum Part {
    /// Braces, keys and commas.
    Text(Vec<u8>),
    /// The value of the leaf with this number.
    Value(usize),
}

struct Segment<'a> {
    open: &'a OpenSegment,
    leaves: Vec<Leaf>,
}

/// How the values of one leaf are read in one segment.
enum Leaf {
    /// All are null.
    Absent,
    PersonId,
    Text {
        values: DictionaryReader,
        column: ColumnReader,
    },
    Integer(ColumnReader),
    Boolean(ColumnReader),
}

impl<'a> FlatFields<'a> {
    /// The columns of `fields`; `None` if a record is needed for one of them.
    pub(super) fn of(database: &'a Database, fields: &Fields) -> Result<Option<Self>, Error> {
        let schema = &database.schema;
        let mut shape = Shape { schema, fields, parts: Vec::new(), leaves: Vec::new(), flat: true };
        shape.object(schema.roots());
        let Shape { parts, leaves, flat, .. } = shape;
        if !flat || leaves.is_empty() || leaves.len() > MAX_LEAVES {
            return Ok(None);
        }
        let mut segments = Vec::new();
        for open in &database.segments {
            let leaves = leaves.iter().map(|&leaf| Leaf::of(open, leaf)).collect::<Result<Option<_>, _>>()?;
            let Some(leaves) = leaves else { return Ok(None) };
            segments.push(Segment { open, leaves });
        }
        Ok(Some(Self { parts, segments }))
    }

    /// Appends the fields of one person as a JSON object.
    pub(super) fn write(&self, place: Place, out: &mut Vec<u8>) -> Result<(), Error> {
        let segment = self.segments.get(place.segment as usize);
        let segment = segment.ok_or_else(|| Error::internal("a person of no segment"))?;
        for part in &self.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Value(leaf) => match segment.leaves.get(*leaf) {
                    Some(leaf) => leaf.write(segment.open, place.row, out)?,
                    None => out.extend_from_slice(b"null"),
                },
            }
        }
        Ok(())
    }
}

/// Walks the selected nodes and notes what stands between their values.
struct Shape<'a> {
    schema: &'a Schema,
    fields: &'a Fields,
    parts: Vec<Part>,
    leaves: Vec<NodeId>,
    flat: bool,
}

impl Shape<'_> {
    fn object(&mut self, children: &[NodeId]) {
        self.text(b"{");
        let mut first = true;
        for &child in children {
            let Some(node) = self.schema.node(child).filter(|_| self.fields.selection().contains(child))
            else {
                continue;
            };
            let mut key = if std::mem::take(&mut first) { Vec::new() } else { vec![b','] };
            write_string(&node.name, &mut key);
            key.push(b':');
            self.text(&key);
            match node.kind {
                NodeKind::Object => self.object(&node.children),
                NodeKind::Leaf { scalar: Scalar::String, list: false } if node.long => self.flat = false,
                NodeKind::Leaf {
                    scalar: Scalar::String | Scalar::Integer | Scalar::Boolean,
                    list: false,
                } => {
                    self.parts.push(Part::Value(self.leaves.len()));
                    self.leaves.push(child);
                }
                NodeKind::Leaf { .. } | NodeKind::Array => self.flat = false,
            }
        }
        self.text(b"}");
    }

    fn text(&mut self, text: &[u8]) {
        match self.parts.last_mut() {
            Some(Part::Text(before)) => before.extend_from_slice(text),
            _ => self.parts.push(Part::Text(text.to_owned())),
        }
    }
}

impl Leaf {
    /// `None` if the segment has no column for the leaf though people may have values.
    fn of(open: &OpenSegment, leaf: NodeId) -> Result<Option<Self>, Error> {
        let Some(node) = open.schema.node(leaf) else { return Ok(Some(Self::Absent)) };
        if node.key == Some(crate::schema::KeyRule::PersonId) {
            return Ok(Some(Self::PersonId));
        }
        let section = |kind| open.leaf_section(kind, None, leaf);
        let NodeKind::Leaf { scalar, .. } = node.kind else { return Ok(None) };
        if scalar != Scalar::String {
            let Some(column) = section(SectionKind::COLUMN) else { return Ok(None) };
            let column = ColumnReader::new(column)?;
            return Ok(Some(match scalar {
                Scalar::Boolean => Self::Boolean(column),
                _ => Self::Integer(column),
            }));
        }
        let columns = (section(SectionKind::DICTIONARY), section(SectionKind::VALUE_COLUMN));
        let (Some(values), Some(column)) = columns else {
            // An indexed leaf without sections is one without values.
            let indexed = indexed_leaves(&open.schema, None).iter().any(|indexed| indexed.node == leaf);
            return Ok(indexed.then_some(Self::Absent));
        };
        Ok(Some(Self::Text { values: DictionaryReader::new(values)?, column: ColumnReader::new(column)? }))
    }

    fn write(&self, open: &OpenSegment, row: u32, out: &mut Vec<u8>) -> Result<(), Error> {
        let get = |column: &ColumnReader| column.get(row.into());
        match self {
            Self::Absent => out.extend_from_slice(b"null"),
            Self::PersonId => write_number(open.ids.get(row)?, out),
            Self::Integer(column) => match get(column)? {
                Some(value) => write_number(ordered::to_i64(value), out),
                None => out.extend_from_slice(b"null"),
            },
            Self::Boolean(column) => out.extend_from_slice(match get(column)?.map(ordered::to_bool) {
                Some(true) => b"true",
                Some(false) => b"false",
                None => b"null",
            }),
            Self::Text { values, column } => match get(column)? {
                Some(value) => {
                    let value = u32::try_from(value).unwrap_or(u32::MAX);
                    write_string(&values.value(value)?, out);
                }
                None => out.extend_from_slice(b"null"),
            },
        }
        Ok(())
    }
}

fn write_number(number: impl std::fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // A Vec takes every write.
    let _ = write!(out, "{number}");
}

//! Projection: the selected paths of a record as JSON text.
//!
//! Objects are always there with every selected key, in the schema's order. A missing scalar is `null`, a
//! missing list or array `[]`. A value that does
//! not fit its path is missing, by the rule that columns follow ([`coerce`]). Arrays keep their elements,
//! each pruned. Keys unknown to the schema are dropped.

use super::coerce::{Coerced, coerce};
use super::reject::RejectReason;
use super::value::{Value, Wanted, parse_wanted, write_string};
use crate::schema::{Node, NodeId, NodeKind, Scalar, Schema, Selection};

/// The selected part of a schema, ready to be applied to many records.
#[derive(Debug, Clone)]
pub struct Projection {
    fields: Vec<Field>,
    wanted: Wanted,
}

#[derive(Debug, Clone)]
struct Field {
    name: String,
    /// The key as JSON, colon included.
    json_key: Vec<u8>,
    shape: Shape,
    /// Whether records of the schema they are read by do not have it, whatever they hold under its name.
    absent: bool,
}

#[derive(Debug, Clone)]
enum Shape {
    Leaf(Scalar),
    List(Scalar),
    Object(Object),
    Array(Object),
}

/// The selected keys of an object or element, and the one that a bare scalar in its place is.
#[derive(Debug, Clone)]
struct Object {
    fields: Vec<Field>,
    scalar_as: Option<usize>,
}

impl Projection {
    /// The selected nodes of a schema. Linear in the schema.
    pub fn new(schema: &Schema, selection: &Selection) -> Self {
        Self::of_older(schema, selection, schema)
    }

    /// The selected nodes of a schema, for records that were loaded with `older`, from which it has grown: paths that
    /// `older` lacks are missing in them.
    pub fn of_older(schema: &Schema, selection: &Selection, older: &Schema) -> Self {
        let maker = Maker { schema, selection, older };
        Self { fields: maker.fields(schema.roots()), wanted: wanted(schema, selection, schema.roots()) }
    }

    /// Reads of a record what the projection needs of it. A record is read in a third of the time where little is selected.
    pub fn read<'a>(&self, record: &'a [u8]) -> Result<Value<'a>, RejectReason> {
        Ok(parse_wanted(record, Some(&self.wanted))?.value)
    }

    /// Every path of a schema: a record as a person.
    pub fn person_view(schema: &Schema) -> Self {
        Self::new(schema, &schema.everything())
    }

    /// Appends the record's projection as one JSON object without white space. Linear in record and
    /// selection.
    pub fn write(&self, record: &Value<'_>, out: &mut Vec<u8>) {
        write_members(&self.fields, out, |_, field| record.get(&field.name));
    }

    /// The record's projection as JSON text.
    pub fn to_json(&self, record: &Value<'_>) -> String {
        let mut out = Vec::new();
        self.write(record, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// The members that selected nodes are read from.
fn wanted(schema: &Schema, selection: &Selection, ids: &[NodeId]) -> Wanted {
    let selected = ids.iter().filter_map(|&id| schema.node(id)).filter(|node| selection.contains(node.id));
    let member = |node: &Node| {
        let below = (!selection.whole(node.id)).then(|| wanted(schema, selection, &node.children));
        (node.name.clone(), below)
    };
    Wanted { members: selected.map(member).collect() }
}

/// Turns selected nodes into fields.
struct Maker<'a> {
    schema: &'a Schema,
    selection: &'a Selection,
    older: &'a Schema,
}

impl Maker<'_> {
    fn fields(&self, ids: &[NodeId]) -> Vec<Field> {
        let selected = ids.iter().filter(|id| self.selection.contains(**id));
        selected.filter_map(|id| self.schema.node(*id)).map(|node| self.field(node)).collect()
    }

    fn field(&self, node: &Node) -> Field {
        let object = || {
            let fields = self.fields(&node.children);
            let bare = node.scalar_as.and_then(|id| self.schema.node(id));
            let scalar_as = fields.iter().position(|field| bare.is_some_and(|bare| bare.name == field.name));
            Object { fields, scalar_as }
        };
        let shape = match node.kind {
            NodeKind::Leaf { scalar, list: false } => Shape::Leaf(scalar),
            NodeKind::Leaf { scalar, list: true } => Shape::List(scalar),
            NodeKind::Object => Shape::Object(object()),
            NodeKind::Array => Shape::Array(object()),
        };
        let mut json_key = Vec::new();
        write_string(&node.name, &mut json_key);
        json_key.push(b':');
        Field { name: node.name.clone(), json_key, shape, absent: self.older.node(node.id).is_none() }
    }
}

impl Object {
    /// The value of the field at `at`: a member, or the value itself where a bare scalar stands for that
    /// field.
    fn value_of<'v, 'a>(
        &self,
        value: Option<&'v Value<'a>>,
        at: usize,
        field: &Field,
    ) -> Option<&'v Value<'a>> {
        match value? {
            object @ Value::Object(_) => object.get(&field.name),
            Value::Null | Value::Array(_) => None,
            bare => (self.scalar_as == Some(at)).then_some(bare),
        }
    }
}

fn write_members<'v, 'a: 'v>(
    fields: &[Field],
    out: &mut Vec<u8>,
    value_of: impl Fn(usize, &Field) -> Option<&'v Value<'a>>,
) {
    out.push(b'{');
    for (at, field) in fields.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(&field.json_key);
        let value = if field.absent { None } else { value_of(at, field) };
        write_field(&field.shape, value, out);
    }
    out.push(b'}');
}

fn write_field(shape: &Shape, value: Option<&Value<'_>>, out: &mut Vec<u8>) {
    match shape {
        Shape::Leaf(scalar) => write_scalar(*scalar, value, out),
        Shape::List(scalar) => write_items(value, out, |item, out| write_scalar(*scalar, Some(item), out)),
        Shape::Object(object) => write_object(object, value, out),
        Shape::Array(object) => write_items(value, out, |item, out| write_object(object, Some(item), out)),
    }
}

fn write_object(object: &Object, value: Option<&Value<'_>>, out: &mut Vec<u8>) {
    write_members(&object.fields, out, |at, field| object.value_of(value, at, field));
}

fn write_items(value: Option<&Value<'_>>, out: &mut Vec<u8>, write: impl Fn(&Value<'_>, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in value.map(Value::items).unwrap_or_default().iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

/// A value that fits is written as the record has it: dates keep their spelling. Only an integer loses a
/// fraction of zero.
fn write_scalar(scalar: Scalar, value: Option<&Value<'_>>, out: &mut Vec<u8>) {
    match value.and_then(|value| Some((value, coerce(value, scalar).ok()?))) {
        None => Value::Null.write_json(out),
        Some((_, Coerced::Int(number))) => Value::Int(number).write_json(out),
        Some((value, _)) => value.write_json(out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    /// The projection of a record on fields of the built-in schema.
    fn project(fields: &[&str], record: &str) -> String {
        let schema = Schema::person();
        let selection = schema.selection(fields).unwrap();
        let projection = Projection::new(&schema, &selection);
        let whole = projection.to_json(&parse(record.as_bytes()).unwrap().value);
        // What is passed over must not be missed.
        assert_eq!(projection.to_json(&projection.read(record.as_bytes()).unwrap()), whole);
        whole
    }

    const JANE: &str = r#"{"x":1,"crustdata_person_id":7,
        "experience":{"employment_details":{
            "past":[{"title":"Intern"}],
            "current":[{"name":"Acme","title":"CEO","y":2},{"name":"Bmce"},null,5]}},
        "basic_profile":{"headline":"h","name":"Jane Doe","languages":["English",7,null,"German"],
            "location":{"city":"Köln","raw":3}},
        "professional_network":{"connections":701.0,"followers":"many"}}"#;

    #[test]
    fn exactly_the_selected_leaves_come_and_roles_are_pruned() {
        assert_eq!(
            project(&["experience.employment_details.current.title", "basic_profile.name"], JANE),
            r#"{"basic_profile":{"name":"Jane Doe"},"experience":{"employment_details":{"current":[{"title":"CEO"},{"title":null},{"title":null},{"title":null}]}}}"#
        );
    }

    #[test]
    fn a_missing_branch_is_there_with_nulls_and_empty_lists() {
        assert_eq!(
            project(
                &[
                    "experience.employment_details.current.title",
                    "basic_profile.name",
                    "basic_profile.languages"
                ],
                "{}"
            ),
            r#"{"basic_profile":{"name":null,"languages":[]},"experience":{"employment_details":{"current":[]}}}"#
        );
    }

    #[test]
    fn a_branch_selects_all_below_it() {
        let text = project(&["basic_profile.location"], JANE);
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        let location = &value["basic_profile"]["location"];
        let expected = Schema::person().stored("basic_profile.location").unwrap().children.len();
        assert_eq!(location.as_object().unwrap().len(), expected);
        assert_eq!((&location["city"], &location["raw"]), (&"Köln".into(), &serde_json::Value::Null));
    }

    #[test]
    fn values_of_a_wrong_type_are_null_and_integral_floats_integers() {
        assert_eq!(
            project(&["professional_network.connections", "professional_network.followers"], JANE),
            r#"{"professional_network":{"connections":701,"followers":null}}"#
        );
        assert_eq!(
            project(&["basic_profile.languages"], JANE),
            r#"{"basic_profile":{"languages":["English",null,null,"German"]}}"#
        );
        assert_eq!(
            project(&["skills.professional_network_skills"], r#"{"skills":[1]}"#),
            r#"{"skills":{"professional_network_skills":[]}}"#
        );
    }

    #[test]
    fn a_bare_scalar_stands_for_its_child() {
        let record = r#"{"contact":{"personal_emails":["a@b.co",{"email":"c@d.co"}]}}"#;
        assert_eq!(
            project(&["contact.personal_emails.email"], record),
            r#"{"contact":{"personal_emails":[{"email":"a@b.co"},{"email":"c@d.co"}]}}"#
        );
    }

    #[test]
    fn dates_keep_their_spelling_and_lose_what_is_none() {
        let record =
            r#"{"certifications":[{"issue_date":"2015-03"},{"issue_date":"soon"},{"issue_date":""}]}"#;
        assert_eq!(
            project(&["certifications.issue_date"], record),
            r#"{"certifications":[{"issue_date":"2015-03"},{"issue_date":null},{"issue_date":null}]}"#
        );
    }

    #[test]
    fn projecting_a_projection_changes_nothing() {
        let view = Projection::person_view(&Schema::person());
        let once = view.to_json(&parse(JANE.as_bytes()).unwrap().value);
        let twice = view.to_json(&parse(once.as_bytes()).unwrap().value);
        assert_eq!(once, twice);
        assert!(!once.contains("\"x\""));
    }
}

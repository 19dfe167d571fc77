//! The mappings that ship, both ways.

use super::*;
use crate::record::{Projection, Value, parse};
use crate::schema::Schema;
use crate::schema::mapping::Mapping;

pub(super) fn shipped(name: &str) -> Mapping {
    let mapping = Mapping::shipped(name, &Schema::person()).unwrap_or_else(|| panic!("no mapping {name}"));
    (*mapping.unwrap_or_else(|error| panic!("{name}: {error}"))).clone()
}

pub(super) fn person(mapping: &Mapping, record: &str) -> String {
    read::person(mapping, &parse(record.as_bytes()).unwrap().value).to_json()
}

/// The record of a source that a person is.
pub(super) fn written(mapping: &Mapping, person: &str, style: Style) -> String {
    let view = Projection::person_view(&Schema::person());
    let whole = view.to_json(&parse(person.as_bytes()).unwrap().value);
    let value: Value<'_> = parse(whole.as_bytes()).unwrap().value;
    mapping.write(&value, style).to_json()
}

#[test]
fn every_mapping_that_ships_can_be_read() {
    for name in Mapping::names() {
        assert_eq!(shipped(name).source, name);
    }
}

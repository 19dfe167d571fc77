//! The elements of a record's arrays, numbered as the element spaces of a file number them.

use super::value::Value;
use crate::schema::{NodeId, Schema, SpaceId};

/// One element of an array of objects.
#[derive(Debug, Clone, PartialEq)]
pub struct Element<'v, 'a> {
    /// The array it is in, with the place of each element on the way: `dev_platform_profiles[1].repos`.
    pub path: String,
    /// Its place in that array, from 0.
    pub index: u32,
    /// What the record has there; null is an element, too.
    pub value: &'v Value<'a>,
    array: NodeId,
}

/// The elements of a space, in the order of the file: the arrays of a union one after the other, those in an outer array
/// element by element. Empty for a space that the schema lacks. Linear in the elements.
pub fn elements<'v, 'a>(schema: &Schema, record: &'v Value<'a>, space: SpaceId) -> Vec<Element<'v, 'a>> {
    let Some(space) = schema.spaces().get(usize::from(space)) else { return Vec::new() };
    let mut found = Vec::new();
    let Some(outer) = space.parent else {
        for array in space.arrays.iter().filter_map(|id| schema.node(*id)) {
            extend(&mut found, array.id, array.path.clone(), &array.path, record);
        }
        return found;
    };
    for outer in elements(schema, record, outer) {
        let Some(around) = schema.node(outer.array) else { continue };
        for array in space.arrays.iter().filter_map(|id| schema.node(*id)) {
            // An array of a union lies in one of the arrays around it only.
            let inside = array.path.strip_prefix(&around.path).and_then(|rest| rest.strip_prefix('.'));
            let Some(inside) = inside else { continue };
            let path = format!("{}[{}].{inside}", outer.path, outer.index);
            extend(&mut found, array.id, path, inside, outer.value);
        }
    }
    found
}

/// Adds the elements of the array that lies at `inside` in `value`.
fn extend<'v, 'a>(
    found: &mut Vec<Element<'v, 'a>>,
    array: NodeId,
    path: String,
    inside: &str,
    value: &'v Value<'a>,
) {
    let items = inside.split('.').try_fold(value, |value, name| value.get(name));
    let items = items.map(Value::items).unwrap_or_default();
    found.extend((0..).zip(items).map(|(index, value)| Element { path: path.clone(), index, value, array }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::parse;

    fn of(space: &str, json: &str) -> Vec<(String, u32, String)> {
        let schema = Schema::person();
        let space = schema.spaces().iter().find(|known| known.name == space).unwrap().id;
        let value = parse(json.as_bytes()).unwrap().value;
        let all = elements(&schema, &value, space);
        all.into_iter().map(|found| (found.path, found.index, found.value.to_json())).collect()
    }

    fn element(path: &str, index: u32, json: &str) -> (String, u32, String) {
        (path.to_string(), index, json.to_string())
    }

    #[test]
    fn current_roles_come_before_past_ones() {
        let json = r#"{"experience":{"employment_details":{"past":[{"title":"c"}],"current":[{"title":"a"},null]}}}"#;
        let (current, past) = ("experience.employment_details.current", "experience.employment_details.past");
        let expected = [
            element(current, 0, r#"{"title":"a"}"#),
            element(current, 1, "null"),
            element(past, 0, r#"{"title":"c"}"#),
        ];
        assert_eq!(of("roles", json), expected);
    }

    #[test]
    fn an_element_in_an_element_says_in_which() {
        let json = r#"{"dev_platform_profiles":[{"repos":[1]},{"repos":"x"},{"repos":[2,3]}]}"#;
        let (first, last) = ("dev_platform_profiles[0].repos", "dev_platform_profiles[2].repos");
        assert_eq!(of("repos", json), [element(first, 0, "1"), element(last, 0, "2"), element(last, 1, "3")]);
        assert_eq!(of("repos", r#"{"dev_platform_profiles":7}"#), []);
    }
}

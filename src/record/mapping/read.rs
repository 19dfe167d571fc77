//! A source's record to a person.
//!
//! The template is walked, and the record with it. Of several values for one place the first counts, in the order of the template.

use std::borrow::Cow;

use super::convert;
use crate::record::Value;
use crate::record::place::{Found, Gazetteer};
use crate::schema::NodeKind;
use crate::schema::mapping::{
    Constant, Convert, Derivation, Each, Field, Holder, Leaf, Mapping, Members, Place, Rule,
};

type Object<'v> = Vec<(Cow<'v, str>, Value<'v>)>;

/// The person that a record is.
pub(super) fn person<'v>(mapping: &'v Mapping, record: &Value<'v>) -> Value<'v> {
    let mut person = Vec::new();
    Reader { mapping }.members(&mapping.record, record, &mut person);
    mapping.derive.iter().for_each(|derivation| derive(derivation, &mut person));
    Value::Object(person)
}

fn derive<'v>(derivation: &'v Derivation, person: &mut Object<'v>) {
    match derivation {
        Derivation::Join { to, of, by } => {
            let texts: Vec<&str> = of.iter().filter_map(|path| member(person, path)?.as_str()).collect();
            if !texts.is_empty() {
                let text = texts.join(by);
                put(person, to, Value::String(Cow::Owned(text)));
            }
        }
        Derivation::Place(path) => within(person, path, complete_place),
    }
}

/// Gives a place the full names of its state and country, and its continent, as far as it says them or only one place is meant:
/// which Springfield it is, is not guessed.
fn complete_place(place: &mut Object<'_>) {
    let text =
        |name: &str| place.iter().find(|(known, _)| known == name).and_then(|(_, value)| value.as_str());
    let (city, state, country) = (text("city"), text("state"), text("country"));
    let around: Vec<&str> = state.into_iter().chain(country).collect();
    let all: Vec<&str> = city.into_iter().chain(around.iter().copied()).collect();
    let found = [all, around, country.into_iter().collect()]
        .into_iter()
        .find_map(|parts| (!parts.is_empty()).then(|| Gazetteer::get().find(&parts.join(", "))).flatten());
    let Some(Found { place: known, others }) = found else { return };
    let continent = known.continent().unwrap_or_default();
    let says_country = country.is_some();
    for (name, value) in
        [("state", known.region), ("country", known.country_name()), ("continent", continent)]
    {
        let held = place.iter_mut().find(|(known, _)| known == name);
        let sure = others.is_empty() || (name == "continent" && says_country);
        match held {
            _ if value.is_empty() => {}
            Some((_, held)) => *held = Value::String(Cow::Borrowed(value)),
            None if sure => place.push((Cow::Borrowed(name), Value::String(Cow::Borrowed(value)))),
            None => {}
        }
    }
}

/// The value at a path.
fn member<'r, 'v>(object: &'r Object<'v>, path: &[String]) -> Option<&'r Value<'v>> {
    let (first, rest) = path.split_first()?;
    at(object.iter().find(|(name, _)| name == first).map(|(_, value)| value)?, rest)
}

/// The member of a record under a dotted path.
pub(super) fn at<'r, 'v>(record: &'r Value<'v>, path: &[String]) -> Option<&'r Value<'v>> {
    path.iter().try_fold(record, |value, name| value.get(name))
}

/// Whether a value is more than null, an empty text, or a text that says that there is none.
pub(super) fn says_something(mapping: &Mapping, value: &Value<'_>) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => {
            let text = text.trim();
            let longest = mapping.missing.iter().map(String::len).max().unwrap_or(0);
            let missing = || {
                let lower = text.to_lowercase();
                mapping.missing.contains(&lower)
            };
            !text.is_empty() && (text.len() > longest || !missing())
        }
        _ => true,
    }
}

struct Reader<'v> {
    mapping: &'v Mapping,
}

impl<'v> Reader<'v> {
    fn members(&self, members: &'v Members, source: &Value<'v>, person: &mut Object<'v>) {
        for Field { name, rule } in &members.fields {
            let Some(value) = source.get(name).filter(|value| self.says_something(value)) else { continue };
            match rule {
                Rule::Value(leaves) => leaves.iter().for_each(|leaf| self.leaf(leaf, value, person)),
                Rule::Object(nested) if nested.only.reads() => self.members(&nested.members, value, person),
                Rule::One(from) => from.iter().for_each(|each| self.each(each, value, source, person)),
                Rule::List(list) if list.only.reads() => {
                    for item in items(value) {
                        list.from.iter().for_each(|each| self.each(each, item, source, person));
                    }
                }
                Rule::Object(_) | Rule::List(_) => {}
            }
        }
        members.here.iter().for_each(|each| self.each(each, source, source, person));
    }

    fn says_something(&self, value: &Value<'_>) -> bool {
        says_something(self.mapping, value)
    }

    fn leaf(&self, leaf: &'v Leaf, value: &Value<'v>, person: &mut Object<'v>) {
        let Some(to) = leaf.to.as_ref().filter(|_| leaf.only.reads() && leaf.is.is_none()) else { return };
        if let (Some(second), Some((first_value, second_value))) = (&leaf.second, convert::coordinates(value))
        {
            put(person, &to.names, first_value);
            put(person, &second.names, second_value);
        } else if leaf.second.is_none()
            && let Some(value) = self.converted(leaf, to, value)
        {
            put(person, &to.names, value);
        }
    }

    fn converted(&self, leaf: &'v Leaf, to: &Place, value: &Value<'v>) -> Option<Value<'v>> {
        let read = |value: &Value<'v>| {
            let read =
                self.says_something(value).then(|| convert::read(&leaf.convert, to, self.mapping, value));
            read.flatten()
        };
        match (value, to.kind) {
            _ if leaf.convert == Convert::Items => read(value),
            (Value::Array(all), NodeKind::Leaf { list: true, .. }) => {
                let all: Vec<Value<'v>> = all.iter().filter_map(read).collect();
                (!all.is_empty()).then_some(Value::Array(all))
            }
            (Value::Array(all), NodeKind::Leaf { list: false, .. }) if leaf.wrapped => {
                all.iter().find_map(read)
            }
            (value, NodeKind::Leaf { list: true, .. }) => match read(value)? {
                list @ Value::Array(_) => Some(list),
                one => Some(Value::Array(vec![one])),
            },
            (value, _) => read(value),
        }
    }

    /// Reads an item into the elements of an array, if it meets the conditions; `around`: the object that the item is in.
    fn each(&self, each: &'v Each, item: &Value<'v>, around: &Value<'v>, person: &mut Object<'v>) {
        let taken = each.unless.as_ref().and_then(|name| around.get(name));
        let taken = taken.is_some_and(|value| {
            self.says_something(value) && !matches!(value, Value::Array(items) if items.is_empty())
        });
        if !each.only.reads() || taken || !self.fits(each, item) {
            return;
        }
        let Some((name, value)) = each.split.as_ref().and_then(|name| Some((name, item.get(name)?))) else {
            return self.element(each, item, person);
        };
        let mut members = item.members().to_vec();
        members.retain(|(member, _)| member != name);
        for part in convert::values(value) {
            let mut members = members.clone();
            members.push((Cow::Borrowed(name.as_str()), part));
            self.element(each, &Value::Object(members), person);
        }
    }

    /// Whether an item meets the conditions of its members.
    fn fits(&self, each: &Each, item: &Value<'v>) -> bool {
        each.members.fields.iter().all(|field| {
            let Rule::Value(leaves) = &field.rule else { return true };
            let value = item.get(&field.name).filter(|value| self.says_something(value));
            leaves.iter().filter(|leaf| leaf.only.reads()).all(|leaf| {
                (!leaf.must || value.is_some()) && leaf.is.as_ref().is_none_or(|is| is_equal(value, is))
            })
        })
    }

    fn element(&self, each: &'v Each, item: &Value<'v>, person: &mut Object<'v>) {
        if each.holder == Holder::Scalars {
            let leaf = each.item.iter().map(|leaf| (leaf, Some(item)));
            let members = each.members.fields.iter().filter_map(|field| match &field.rule {
                Rule::Value(leaves) => Some((leaves.first()?, item.get(&field.name))),
                _ => None,
            });
            let values = leaf.chain(members).filter(|(leaf, _)| leaf.only.reads() && leaf.is.is_none());
            let values: Vec<Value<'v>> =
                values.filter_map(|(leaf, value)| self.converted(leaf, leaf.to.as_ref()?, value?)).collect();
            values.into_iter().for_each(|value| push(person, &each.path, value));
            return;
        }
        let mut element = Vec::new();
        match &each.item {
            Some(leaf) => self.leaf(leaf, item, &mut element),
            None => self.members(&each.members, item, &mut element),
        }
        if element.is_empty() {
            return;
        }
        for (names, value) in &each.with {
            if let Some(value) = constant(value) {
                put(&mut element, names, value);
            }
        }
        match each.holder {
            Holder::Object => within(person, &each.path, |object| {
                element.into_iter().for_each(|(name, value)| merge(object, name, value));
            }),
            Holder::Array | Holder::Scalars => {
                let element = Value::Object(element);
                let known =
                    each.once && member(person, &each.path).is_some_and(|all| all.items().contains(&element));
                if !known {
                    push(person, &each.path, element);
                }
            }
        }
    }
}

/// The items of a list; anything else is a list of itself.
fn items<'r, 'v>(value: &'r Value<'v>) -> &'r [Value<'v>] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn is_equal(value: Option<&Value<'_>>, is: &Constant) -> bool {
    match (value, is) {
        (None, Constant::Null | Constant::Empty) => true,
        (Some(Value::Array(items)), Constant::Empty) => items.is_empty(),
        (Some(Value::Bool(value)), Constant::Bool(is)) => value == is,
        (Some(Value::String(value)), Constant::Text(is)) => value.to_lowercase() == is.to_lowercase(),
        // A flag that is not there is not set.
        (None, Constant::Bool(false)) => true,
        _ => false,
    }
}

pub(super) fn constant<'v>(constant: &'v Constant) -> Option<Value<'v>> {
    match constant {
        Constant::Null => None,
        Constant::Bool(flag) => Some(Value::Bool(*flag)),
        Constant::Text(text) => Some(Value::String(Cow::Borrowed(text))),
        Constant::Empty => Some(Value::Array(Vec::new())),
    }
}

/// Sets a place, unless it has a value.
fn put<'v>(person: &mut Object<'v>, names: &'v [String], value: Value<'v>) {
    if let Some((last, around)) = names.split_last() {
        within(person, around, |object| merge(object, Cow::Borrowed(last.as_str()), value));
    }
}

/// Puts a value under a name; of two objects the first keeps what it has.
fn merge<'v>(object: &mut Object<'v>, name: Cow<'v, str>, value: Value<'v>) {
    match (object.iter_mut().find(|(known, _)| *known == name), value) {
        (None, value) => object.push((name, value)),
        (Some((_, Value::Object(known))), Value::Object(more)) => {
            more.into_iter().for_each(|(name, value)| merge(known, name, value));
        }
        (Some((_, known @ Value::Null)), value) => *known = value,
        (Some(_), _) => {}
    }
}

/// Appends a value to the list at a path.
fn push<'v>(person: &mut Object<'v>, path: &'v [String], value: Value<'v>) {
    let Some((last, around)) = path.split_last() else { return };
    within(person, around, |object| match object.iter_mut().find(|(name, _)| name == last) {
        Some((_, Value::Array(items))) => items.push(value),
        Some((_, other)) => *other = Value::Array(vec![value]),
        None => object.push((Cow::Borrowed(last.as_str()), Value::Array(vec![value]))),
    });
}

/// Works on the object at a path, which is made where it is not there yet.
fn within<'v>(object: &mut Object<'v>, path: &'v [String], work: impl FnOnce(&mut Object<'v>)) {
    let Some((first, rest)) = path.split_first() else { return work(object) };
    let mut inner = match object.iter_mut().find(|(name, _)| name == first) {
        Some((_, value)) => return within_value(value, rest, work),
        None => Value::Null,
    };
    within_value(&mut inner, rest, work);
    object.push((Cow::Borrowed(first.as_str()), inner));
}

fn within_value<'v>(value: &mut Value<'v>, rest: &'v [String], work: impl FnOnce(&mut Object<'v>)) {
    if !matches!(value, Value::Object(_)) {
        *value = Value::Object(Vec::new());
    }
    if let Value::Object(object) = value {
        within(object, rest, work);
    }
}

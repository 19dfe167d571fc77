//! A person to a source's record: every member of the template is written, null or `[]` where the person has no value.

use std::borrow::Cow;

use super::convert;
use crate::record::Value;
use crate::record::normalise::title_case;
use crate::schema::NodeKind;
use crate::schema::mapping::{
    Constant, Convert, Each, Field, Holder, Leaf, List, Mapping, Members, Nested, Place, Rule,
};

/// How a record is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether each word of human text begins with a capital; else the mapping says whether it is lower case.
    pub titlecase: bool,
}

impl Mapping {
    /// The record of the source that a person is. `person`: all its fields, as [`Projection::person_view`] has them. What the person
    /// schema holds and the template does not is left out. Linear in template and person.
    ///
    /// [`Projection::person_view`]: crate::record::Projection::person_view
    pub fn write<'p>(&'p self, person: &Value<'p>, style: Style) -> Value<'p> {
        Writer { mapping: self, style }.object(&self.record, person)
    }
}

type Object<'p> = Vec<(Cow<'p, str>, Value<'p>)>;

struct Writer<'p> {
    mapping: &'p Mapping,
    style: Style,
}

impl<'p> Writer<'p> {
    fn object(&self, members: &'p Members, person: &Value<'p>) -> Value<'p> {
        let mut object: Object<'p> = Vec::with_capacity(members.fields.len());
        for Field { name, rule } in &members.fields {
            let value = self.rule(rule, person);
            let omit = matches!(rule, Rule::Value(leaves) if leaves.iter().any(|leaf| leaf.omit));
            if !(omit && value.is_null()) {
                object.push((Cow::Borrowed(name.as_str()), value));
            }
        }
        for more in self.firsts(&members.here, person) {
            if let Value::Object(more) = more {
                fill(&mut object, more);
            }
        }
        // What no element has is written all the same.
        let here = members.here.iter().filter(|each| each.only.writes());
        for Field { name, .. } in here.flat_map(|each| &each.members.fields) {
            if !object.iter().any(|(known, _)| known == name) {
                object.push((Cow::Borrowed(name.as_str()), Value::Null));
            }
        }
        Value::Object(object)
    }

    fn rule(&self, rule: &'p Rule, person: &Value<'p>) -> Value<'p> {
        match rule {
            Rule::Value(leaves) => self.value(leaves, person),
            Rule::Object(nested) => self.nested(nested, person),
            Rule::One(from) => self.firsts(from, person).next().unwrap_or(Value::Null),
            Rule::List(list) => Value::Array(self.list(list, person)),
        }
    }

    fn nested(&self, nested: &'p Nested, person: &Value<'p>) -> Value<'p> {
        if !nested.only.writes() {
            return Value::Null;
        }
        let object = self.object(&nested.members, person);
        match &nested.need {
            Some(need) if is_empty(&object) || !has_all(&object, need) => Value::Null,
            _ => object,
        }
    }

    /// Of each array the first element that can be written and says something.
    fn firsts(&self, from: &'p [Each], person: &Value<'p>) -> impl Iterator<Item = Value<'p>> {
        let writing = from.iter().filter(|each| each.only.writes());
        writing.filter_map(|each| {
            elements(each, person)
                .filter_map(|element| self.element(each, element))
                .find(|written| !is_empty(written))
        })
    }

    fn list(&self, list: &'p List, person: &Value<'p>) -> Vec<Value<'p>> {
        let mut written: Vec<Value<'p>> = Vec::new();
        for each in list.from.iter().filter(|each| each.only.writes() && list.only.writes()) {
            if each.spare && !written.is_empty() {
                continue;
            }
            // Elements of one array are different however alike they are.
            let before = written.len();
            for item in elements(each, person).filter_map(|element| self.element(each, element)) {
                let known = written.iter_mut().take(before).find(|known| is_same(known, &item, &list.key));
                match (known, item) {
                    (Some(Value::Object(known)), Value::Object(more)) => fill(known, more),
                    (Some(_), _) => {}
                    (None, item) => written.push(item),
                }
            }
        }
        written
    }

    /// An element as an item of the source; `None` if it is not of this kind, or lacks what is needed.
    fn element(&self, each: &'p Each, element: &Value<'p>) -> Option<Value<'p>> {
        let fits = |(names, is): &(Vec<String>, Constant)| is_constant(super::read::at(element, names), is);
        if !each.with.iter().all(fits) {
            return None;
        }
        if let Some(leaf) = &each.item {
            return self.leaf(leaf, element);
        }
        let object = self.object(&each.members, element);
        has_all(&object, &each.need).then_some(object)
    }

    fn value(&self, leaves: &'p [Leaf], person: &Value<'p>) -> Value<'p> {
        let written = leaves.iter().filter(|leaf| leaf.only.writes());
        if let Some(value) = written.clone().find_map(|leaf| self.leaf(leaf, person)) {
            return value;
        }
        let otherwise = leaves.iter().find_map(|leaf| leaf.otherwise.as_ref());
        let is_list = |leaf: &Leaf| {
            leaf.wrapped
                || leaf.is == Some(Constant::Empty)
                || leaf.to.as_ref().is_some_and(|to| {
                    to.is_list() && !matches!(leaf.convert, Convert::Items | Convert::First)
                })
        };
        match otherwise.and_then(super::read::constant) {
            Some(value) => value,
            None if leaves.iter().any(is_list) => Value::Array(Vec::new()),
            None => Value::Null,
        }
    }

    fn leaf(&self, leaf: &'p Leaf, person: &Value<'p>) -> Option<Value<'p>> {
        if leaf.given.as_ref().is_some_and(|given| found(person, given).is_none_or(says_nothing)) {
            return None;
        }
        if let Some(is) = &leaf.is {
            return super::read::constant(is);
        }
        if !leaf.join.is_empty() {
            let texts = leaf.join.iter().filter_map(|place| found(person, place)?.as_str());
            let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
            return (!texts.is_empty()).then(|| self.cased(Value::String(Cow::Owned(texts.join(&leaf.by)))));
        }
        let to = leaf.to.as_ref()?;
        let value = found(person, to).filter(|value| !says_nothing(value))?;
        if let Some(second) = &leaf.second {
            return convert::written_coordinates(value, found(person, second)?);
        }
        let one = |value: &Value<'p>| {
            let written = convert::write(&leaf.convert, to, value)?;
            if !leaf.among.is_empty() {
                let text = written.as_str()?.to_lowercase();
                return leaf.among.contains(&text).then_some(Value::String(Cow::Owned(text)));
            }
            let human = match leaf.convert {
                Convert::Plain => to.scalar().is_some(),
                Convert::Derived(derived) => derived.is_text(),
                Convert::PlaceText(_) => true,
                _ => false,
            };
            Some(if human { self.cased(written) } else { written })
        };
        match value {
            Value::Array(items)
                if matches!(to.kind, NodeKind::Leaf { .. }) && leaf.convert != Convert::Items =>
            {
                if leaf.convert == Convert::First {
                    return items.iter().find_map(one);
                }
                let items: Vec<Value<'p>> = items.iter().filter_map(one).collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            value if leaf.wrapped => one(value).map(|value| Value::Array(vec![value])),
            value => one(value),
        }
    }

    /// A human text in the case of the format.
    fn cased(&self, value: Value<'p>) -> Value<'p> {
        match value {
            Value::String(text) if self.style.titlecase => Value::String(Cow::Owned(title_case(&text))),
            Value::String(text) if self.mapping.lower && text.chars().any(char::is_uppercase) => {
                Value::String(Cow::Owned(text.to_lowercase()))
            }
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(name, value)| (name, self.cased(value))).collect())
            }
            value => value,
        }
    }
}

/// The elements of a person that a rule is about.
fn elements<'r, 'p>(each: &'r Each, person: &'r Value<'p>) -> impl Iterator<Item = &'r Value<'p>> {
    let held = super::read::at(person, &each.path);
    let (items, one) = match each.holder {
        Holder::Object => (None, held.filter(|value| !is_empty(value))),
        Holder::Array | Holder::Scalars => (held.map(Value::items), None),
    };
    let items = items.unwrap_or_default().iter().chain(one);
    items.filter(|value| !says_nothing(value))
}

fn found<'r, 'p>(person: &'r Value<'p>, place: &Place) -> Option<&'r Value<'p>> {
    super::read::at(person, &place.names)
}

fn is_constant(value: Option<&Value<'_>>, is: &Constant) -> bool {
    match (value.filter(|value| !value.is_null()), is) {
        (None, Constant::Null) => true,
        (Some(Value::Bool(value)), Constant::Bool(is)) => value == is,
        (Some(Value::String(value)), Constant::Text(is)) => value.eq_ignore_ascii_case(is),
        (Some(Value::Array(items)), Constant::Empty) => items.is_empty(),
        _ => false,
    }
}

fn says_nothing(value: &Value<'_>) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether there is no value anywhere inside.
fn is_empty(value: &Value<'_>) -> bool {
    match value {
        Value::Object(members) => members.iter().all(|(_, value)| is_empty(value)),
        value => says_nothing(value),
    }
}

fn has_all(object: &Value<'_>, need: &[String]) -> bool {
    need.iter().all(|name| object.get(name).is_some_and(|value| !says_nothing(value)))
}

/// Whether two items are one: objects with the same values under `key`, and equal values.
fn is_same(known: &Value<'_>, item: &Value<'_>, key: &[String]) -> bool {
    let Value::Object(_) = item else { return known == item };
    let same = |name: &String| {
        item.get(name).is_some_and(|value| !value.is_null()) && item.get(name) == known.get(name)
    };
    !key.is_empty() && key.iter().all(same)
}

/// Gives an object the values of another that it lacks.
fn fill<'p>(object: &mut Object<'p>, more: Object<'p>) {
    for (name, value) in more {
        match object.iter_mut().find(|(known, _)| *known == name) {
            Some((_, known)) if says_nothing(known) => *known = value,
            Some((_, Value::Object(known))) => {
                if let Value::Object(more) = value {
                    fill(known, more);
                }
            }
            Some(_) => {}
            None => object.push((name, value)),
        }
    }
}

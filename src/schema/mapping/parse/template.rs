//! The template of a mapping: JSON to rules, every path looked up in the person schema.

use std::cell::Cell;

use serde_json::{Map, Value};

use super::text::{At, Parsed, constant, direction, flag, known_keys, split, text, texts};
use crate::schema::mapping::rule::{
    Convert, Derivation, Derived, Direction, Each, Field, Holder, Leaf, List, Members, Nested, Place, Rule,
};
use crate::schema::{Node, NodeKind, Scalar, Schema, listed};

/// The most rules of a template, parts counted each time that they are used.
const MAX_RULES: usize = 20_000;
/// Deepest template: records have at most as many levels.
const MAX_DEPTH: usize = 128;

const LEAF_KEYS: [&str; 12] =
    ["$to", "$as", "$is", "$else", "$if", "$must", "$only", "$join", "$by", "$in", "$omit", "$doc"];
const EACH_KEYS: [&str; 10] =
    ["$each", "$with", "$need", "$split", "$unless", "$once", "$spare", "$item", "$only", "$doc"];

/// What paths are counted from.
#[derive(Clone, Copy)]
pub(super) enum Context<'s> {
    Person,
    Node(&'s Node),
    /// An item of a list of scalars.
    Item(Scalar),
}

/// Reads a template.
pub(super) struct Reader<'s> {
    schema: &'s Schema,
    lists: &'s [(String, Vec<String>)],
    parts: Option<&'s Map<String, Value>>,
    rules: Cell<usize>,
}

impl<'s> Reader<'s> {
    /// `lists` and `parts` are those that the document names.
    pub(super) fn new(
        schema: &'s Schema,
        lists: &'s [(String, Vec<String>)],
        parts: Option<&'s Map<String, Value>>,
    ) -> Self {
        Self { schema, lists, parts, rules: Cell::new(0) }
    }

    /// The members of an object; `also`: keys with a `$` that it may have.
    pub(super) fn members(
        &self,
        at: &At<'_>,
        object: &Map<String, Value>,
        context: Context<'s>,
        also: &[&str],
    ) -> Parsed<Members> {
        let mut members = Members::default();
        for (key, value) in object {
            match key.strip_prefix('$') {
                None => members.fields.push(self.field(at, key, value, context)?),
                Some(name) if name.starts_with('$') => {
                    members.fields.push(self.field(at, name, value, context)?);
                }
                Some("here") if also.contains(&"$here") => {
                    members.here = self.alternatives(&at.below(key), value, context)?;
                }
                Some(_) if also.contains(&key.as_str()) => {}
                Some(_) => {
                    let known = if also.is_empty() { "none".to_owned() } else { also.join(", ") };
                    return at.fail(format!(
                        "{key:?} is no key here (known: {known}); a member whose name begins with $ is written with $$"
                    ));
                }
            }
        }
        Ok(members)
    }

    fn field(&self, at: &At<'_>, name: &str, value: &Value, context: Context<'s>) -> Parsed<Field> {
        let at = at.below(name);
        Ok(Field { name: name.to_owned(), rule: self.rule(&at, value, context)? })
    }

    fn rule(&self, at: &At<'_>, value: &Value, context: Context<'s>) -> Parsed<Rule> {
        self.rules.set(self.rules.get() + 1);
        if self.rules.get() > MAX_RULES {
            return at.fail(format!(
                "the template has more than {MAX_RULES} members, parts counted each time they are used"
            ));
        }
        let object = match value {
            Value::String(_) => return Ok(Rule::Value(vec![self.leaf(at, value, context)?])),
            Value::Array(items) => return self.list_rule(at, items, context),
            Value::Object(object) => object,
            _ => return at.fail("it must be a path, an object or a list"),
        };
        if at.depth > MAX_DEPTH {
            return at.fail(format!("it is nested more than {MAX_DEPTH} levels deep"));
        }
        if let Some(name) = text(&at.below("$use"), object.get("$use"))? {
            known_keys(at, object, &["$use"])?;
            return match self.parts.and_then(|parts| parts.get(name)) {
                Some(part) => self.rule(&at.below("$use"), part, context),
                None => at.fail(format!("{name:?} is not in the mapping's \"parts\"")),
            };
        }
        if let Some(any) = object.get("$any") {
            known_keys(at, object, &["$any", "$doc"])?;
            let Some(items) = any.as_array() else {
                return at.fail("`$any` must be a list of paths and values");
            };
            let leaves = items.iter().map(|item| self.leaf(&at.below("$any"), item, context));
            return Ok(Rule::Value(leaves.collect::<Parsed<_>>()?));
        }
        if object.contains_key("$list") {
            known_keys(at, object, &["$list", "$key", "$only", "$doc"])?;
            let from = object.get("$list").unwrap_or(&Value::Null);
            return Ok(Rule::List(List {
                from: self.alternatives(&at.below("$list"), from, context)?,
                key: texts(&at.below("$key"), object.get("$key"))?,
                only: direction(at, object)?,
            }));
        }
        if object.contains_key("$each") {
            return Ok(Rule::One(vec![self.each(at, object, context)?]));
        }
        if let Some(from) = object.get("$one") {
            known_keys(at, object, &["$one", "$doc"])?;
            return Ok(Rule::One(self.alternatives(&at.below("$one"), from, context)?));
        }
        if ["$to", "$is", "$join", "$else"].iter().any(|key| object.contains_key(*key)) {
            return Ok(Rule::Value(vec![self.leaf(at, value, context)?]));
        }
        Ok(Rule::Object(Nested {
            members: self.members(at, object, context, &["$here", "$need", "$only", "$doc"])?,
            only: direction(at, object)?,
            need: object.get("$need").map(|need| texts(&at.below("$need"), Some(need))).transpose()?,
        }))
    }

    /// A list of elements, or a list of one around a value.
    fn list_rule(&self, at: &At<'_>, items: &[Value], context: Context<'s>) -> Parsed<Rule> {
        let each = |item: &Value| item.as_object().is_some_and(|object| object.contains_key("$each"));
        if !items.is_empty() && items.iter().all(each) {
            let from = self.alternatives(at, &Value::Array(items.to_vec()), context)?;
            return Ok(Rule::List(List { from, key: Vec::new(), only: Direction::Both }));
        }
        let [only] = items else {
            return at.fail("a list holds objects with \"$each\", or one path or value");
        };
        Ok(Rule::Value(vec![Leaf { wrapped: true, ..self.leaf(at, only, context)? }]))
    }

    fn alternatives(&self, at: &At<'_>, value: &Value, context: Context<'s>) -> Parsed<Vec<Each>> {
        let Some(items) = value.as_array() else {
            return at.fail("it must be a list of objects with \"$each\"");
        };
        let each = |item: &Value| match item.as_object() {
            Some(object) => self.each(at, object, context),
            None => at.fail("it must be a list of objects with \"$each\""),
        };
        items.iter().map(each).collect()
    }

    fn each(&self, at: &At<'_>, object: &Map<String, Value>, context: Context<'s>) -> Parsed<Each> {
        let Some(path) = text(&at.below("$each"), object.get("$each"))? else {
            return at.fail("it lacks \"$each\": the array of the person that its items are elements of");
        };
        let place = self.place(&at.below("$each"), path, context)?;
        let (holder, inner) = match (place.kind, self.node(&place, context)) {
            (NodeKind::Array, Some(node)) => (Holder::Array, Context::Node(node)),
            (NodeKind::Object, Some(node)) if node.union.is_empty() => (Holder::Object, Context::Node(node)),
            (NodeKind::Leaf { scalar, list: true }, _) => (Holder::Scalars, Context::Item(scalar)),
            _ => {
                return at.fail(format!(
                    "{path:?} is {}; `$each` wants an array, an object or a list",
                    place.kind
                ));
            }
        };
        let with = match object.get("$with") {
            None => Vec::new(),
            Some(Value::Object(with)) => {
                let one = |(name, value): (&String, &Value)| {
                    let at = at.below(name);
                    Ok((self.place(&at, name, inner)?.names, constant(&at, value)?))
                };
                with.iter().map(one).collect::<Parsed<_>>()?
            }
            Some(_) => return at.fail("`$with` must be an object: paths of the element, and their values"),
        };
        Ok(Each {
            path: place.names,
            holder,
            with,
            need: texts(&at.below("$need"), object.get("$need"))?,
            once: flag(&at.below("$once"), object.get("$once"))?,
            spare: flag(&at.below("$spare"), object.get("$spare"))?,
            split: text(&at.below("$split"), object.get("$split"))?.map(str::to_owned),
            unless: text(&at.below("$unless"), object.get("$unless"))?.map(str::to_owned),
            item: object.get("$item").map(|item| self.leaf(&at.below("$item"), item, inner)).transpose()?,
            members: self.members(at, object, inner, &EACH_KEYS)?,
            only: direction(at, object)?,
        })
    }

    fn leaf(&self, at: &At<'_>, value: &Value, context: Context<'s>) -> Parsed<Leaf> {
        let object = match value {
            Value::String(path) => {
                return Ok(Leaf { to: Some(self.place(at, path, context)?), ..Leaf::default() });
            }
            Value::Array(items) => match items.as_slice() {
                [only @ (Value::String(_) | Value::Object(_))] => {
                    return Ok(Leaf { wrapped: true, ..self.leaf(at, only, context)? });
                }
                _ => return at.fail("a list around a value holds one path or value"),
            },
            Value::Object(object) => object,
            _ => {
                return at
                    .fail("it must be a path, or an object with \"$to\", \"$is\", \"$join\" or \"$else\"");
            }
        };
        known_keys(at, object, &LEAF_KEYS)?;
        let places = |key: &str| -> Parsed<Vec<Place>> {
            let at = at.below(key);
            texts(&at, object.get(key))?.iter().map(|path| self.place(&at, path, context)).collect()
        };
        let mut to = places("$to")?.into_iter();
        let convert = self.convert(at, object.get("$as"))?;
        let leaf = Leaf {
            to: to.next(),
            second: to.next(),
            join: places("$join")?,
            by: text(&at.below("$by"), object.get("$by"))?.unwrap_or(", ").to_owned(),
            among: self.among(&at.below("$in"), object.get("$in"))?,
            omit: flag(&at.below("$omit"), object.get("$omit"))?,
            is: object.get("$is").map(|value| constant(&at.below("$is"), value)).transpose()?,
            otherwise: object.get("$else").map(|value| constant(&at.below("$else"), value)).transpose()?,
            given: places("$if")?.into_iter().next(),
            must: flag(&at.below("$must"), object.get("$must"))?,
            only: direction(at, object)?,
            wrapped: false,
            convert,
        };
        check_leaf(at, &leaf)?;
        Ok(leaf)
    }

    /// What is worked out of a person that was read.
    pub(super) fn derivations(&self, at: &At<'_>, value: Option<&Value>) -> Parsed<Vec<Derivation>> {
        let items = match value {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return at.fail("it must be a list"),
        };
        let one = |item: &Value| {
            let Some(object) = item.as_object() else { return at.fail("it must be a list of objects") };
            known_keys(at, object, &["to", "join", "by", "place"])?;
            let place = |path: &str| self.place(at, path, Context::Person);
            if let Some(path) = text(at, object.get("place"))? {
                return Ok(Derivation::Place(place(path)?.names));
            }
            let Some(to) = text(at, object.get("to"))? else {
                return at.fail("it lacks \"to\" or \"place\"");
            };
            let of = texts(at, object.get("join"))?;
            Ok(Derivation::Join {
                to: place(to)?.names,
                of: of.iter().map(|path| Ok(place(path)?.names)).collect::<Parsed<_>>()?,
                by: text(at, object.get("by"))?.unwrap_or(" ").to_owned(),
            })
        };
        items.iter().map(one).collect()
    }

    /// The texts of the lists that are named.
    fn among(&self, at: &At<'_>, value: Option<&Value>) -> Parsed<Vec<String>> {
        let mut among = Vec::new();
        for name in texts(at, value)? {
            match self.lists.iter().find(|(known, _)| *known == name) {
                Some((_, texts)) => among.extend(texts.iter().map(|text| text.to_lowercase())),
                None => return at.fail(format!("{name:?} is not in the mapping's \"lists\"")),
            }
        }
        Ok(among)
    }

    fn convert(&self, at: &At<'_>, value: Option<&Value>) -> Parsed<Convert> {
        let at = at.below("$as");
        let name = match value {
            None => return Ok(Convert::Plain),
            Some(Value::String(name)) => name.as_str(),
            Some(Value::Array(_)) => return Ok(Convert::PlaceText(texts(&at, value)?)),
            Some(Value::Object(words)) => {
                let word = |(source, person): (&String, &Value)| match person {
                    Value::String(person) => Ok((source.clone(), person.clone())),
                    _ => at.fail("words of the source stand before words of the person, all of them texts"),
                };
                return Ok(Convert::Words(words.iter().map(word).collect::<Parsed<_>>()?));
            }
            Some(_) => return at.fail("it must be a name, an object of words, or a list of names of places"),
        };
        let named = NAMED.iter().find(|(known, _)| *known == name).map(|(_, convert)| convert.clone());
        let prefix = name.strip_prefix("prefix:").map(|prefix| Convert::Prefix(prefix.to_owned()));
        let derived =
            || Derived::ALL.iter().find(|(known, _)| *known == name).map(|(_, it)| Convert::Derived(*it));
        match named.or(prefix).or_else(derived) {
            Some(convert) => Ok(convert),
            None => {
                let named = NAMED.iter().map(|(name, _)| *name);
                let known = named.chain(["prefix:TEXT"]).chain(Derived::ALL.iter().map(|(name, _)| *name));
                at.fail(format!("{name:?} is not known; known are {}", known.collect::<Vec<_>>().join(", ")))
            }
        }
    }

    /// The place of a path, counted from `context`.
    fn place(&self, at: &At<'_>, path: &str, context: Context<'s>) -> Parsed<Place> {
        if let Context::Item(scalar) = context {
            return match path {
                "." => Ok(Place { names: Vec::new(), kind: NodeKind::Leaf { scalar, list: false } }),
                _ => at
                    .fail(format!("{path:?}: an item of a list of values has no members; \".\" is the item")),
            };
        }
        let names = split(path);
        let place = Place { names, kind: NodeKind::Object };
        let mut passed = Vec::new();
        let mut node: Option<&Node> = None;
        for name in &place.names {
            if let Some(around) = node
                && around.kind != NodeKind::Object
            {
                let problem =
                    format!("{path:?} leads through {}, which is {}", passed.join("."), around.kind);
                return at.fail(format!("{problem}: name it with \"$each\", and its members from there"));
            }
            passed.push(name.as_str());
            node = self.child(node, context, name);
            if node.is_none() {
                return at.fail(self.unknown(path, context));
            }
        }
        match node {
            Some(node) => Ok(Place { kind: node.kind, ..place }),
            None => at.fail(self.unknown(path, context)),
        }
    }

    /// The node of a place.
    fn node(&self, place: &Place, context: Context<'s>) -> Option<&'s Node> {
        place.names.iter().fold(None, |node, name| self.child(node, context, name))
    }

    fn child(&self, node: Option<&'s Node>, context: Context<'s>, name: &str) -> Option<&'s Node> {
        let children = match (node, context) {
            (Some(node), _) | (None, Context::Node(node)) => &node.children,
            (None, Context::Person) => self.schema.roots(),
            (None, Context::Item(_)) => return None,
        };
        children.iter().filter_map(|id| self.schema.node(*id)).find(|node| node.name == name)
    }

    fn unknown(&self, path: &str, context: Context<'s>) -> String {
        let (around, whole) = match context {
            Context::Node(node) => (format!(" in {}", node.path), format!("{}.{path}", node.path)),
            _ => (String::new(), path.to_owned()),
        };
        let near = match self.schema.selection(&[whole]) {
            Err(error) if !error.suggestions.is_empty() => {
                format!("; did you mean {}?", listed(error.suggestions.iter().cloned(), "or"))
            }
            _ => "; docs/person-schema.md lists all paths".to_owned(),
        };
        format!("the person schema has no {path:?}{around}{near}")
    }
}

/// The conversions that have a name, apart from [`Derived`].
const NAMED: [(&str, Convert); 14] = [
    ("plain", Convert::Plain),
    ("code", Convert::Code),
    ("text", Convert::Text),
    ("branch", Convert::Branch),
    ("json", Convert::Json),
    ("items", Convert::Items),
    ("first", Convert::First),
    ("date", Convert::Date),
    ("phone", Convert::Phone),
    ("email", Convert::Email),
    ("profile", Convert::Profile),
    ("page", Convert::Page),
    ("website", Convert::Website),
    ("coordinates", Convert::Coordinates),
];

fn check_leaf(at: &At<'_>, leaf: &Leaf) -> Parsed<()> {
    if leaf.to.is_none() && leaf.is.is_none() && leaf.join.is_empty() && leaf.otherwise.is_none() {
        return at.fail("it needs a path in \"$to\", a value in \"$is\" or \"$else\", or paths in \"$join\"");
    }
    if leaf.second.is_some() != (leaf.convert == Convert::Coordinates) {
        return at.fail("two paths in \"$to\" are latitude and longitude, with \"$as\": \"coordinates\"");
    }
    if matches!(leaf.convert, Convert::Derived(_)) && leaf.only == Direction::Both {
        return at.fail("what is worked out goes one way: say \"$only\": \"read\" or \"write\"");
    }
    let branch = leaf.to.as_ref().is_some_and(|place| place.scalar().is_none());
    if branch && !matches!(leaf.convert, Convert::Branch | Convert::Json) {
        return at.fail("its path is a branch: name a path inside, or take it whole with \"$as\": \"branch\" (or \"json\", out of a text)");
    }
    Ok(())
}

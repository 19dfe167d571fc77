//! A JSON value that borrows its text from the record, keeps the order of keys, and counts duplicate keys.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

use super::reject::{MAX_DEPTH, MAX_RECORD_BYTES, RejectReason};

/// Objects with more keys than this are checked for duplicates by sorting instead of pair by pair.
const PAIRWISE_KEYS: usize = 24;

/// A JSON value. Text without escapes is borrowed from the record.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer that fits an `i64`.
    Int(i64),
    /// An integer above `i64::MAX`.
    UInt(u64),
    /// Any other number. `1e999` and the like, beyond a double, are not read.
    Float(f64),
    /// Text.
    String(Cow<'a, str>),
    /// A list.
    Array(Vec<Value<'a>>),
    /// Keys and values in the order of the text; no key twice.
    Object(Vec<(Cow<'a, str>, Value<'a>)>),
}

/// A record as read.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed<'a> {
    /// The value.
    pub value: Value<'a>,
    /// How many members were dropped because a later one of the same object has the same key.
    pub duplicate_keys: u32,
    /// Dotted path of the first dropped member.
    pub first_duplicate: Option<String>,
}

impl<'a> Value<'a> {
    /// The member `key` of an object; `None` for a missing key and for anything but an object. Linear in the
    /// number of keys.
    pub fn get(&self, key: &str) -> Option<&Value<'a>> {
        self.members().iter().find(|(k, _)| k == key).map(|(_, v)| v)
    }

    /// The members of an object; nothing for any other value.
    pub fn members(&self) -> &[(Cow<'a, str>, Value<'a>)] {
        match self {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    /// The items of an array; nothing for any other value.
    pub fn items(&self) -> &[Value<'a>] {
        match self {
            Value::Array(items) => items,
            _ => &[],
        }
    }

    /// The text of a string; `None` for any other value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value with texts of its own.
    pub fn into_owned<'o>(self) -> Value<'o> {
        match self {
            Value::Null => Value::Null,
            Value::Bool(flag) => Value::Bool(flag),
            Value::Int(number) => Value::Int(number),
            Value::UInt(number) => Value::UInt(number),
            Value::Float(number) => Value::Float(number),
            Value::String(text) => Value::String(Cow::Owned(text.into_owned())),
            Value::Array(items) => Value::Array(items.into_iter().map(Value::into_owned).collect()),
            Value::Object(members) => {
                let owned = |(key, value): (Cow<'a, str>, Value<'a>)| {
                    (Cow::Owned(key.into_owned()), value.into_owned())
                };
                Value::Object(members.into_iter().map(owned).collect())
            }
        }
    }

    /// How many lists and objects lie inside one another.
    pub fn depth(&self) -> usize {
        match self {
            Value::Array(items) => 1 + items.iter().map(Value::depth).max().unwrap_or(0),
            Value::Object(members) => 1 + members.iter().map(|(_, value)| value.depth()).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether this is `null`.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// What the value is, in words for a message: `a string`, `an object` ...
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Int(_) | Value::UInt(_) => "an integer",
            Value::Float(_) => "a number with a fraction or exponent",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }

    /// Appends the value as JSON without white space.
    pub fn write_json(&self, out: &mut Vec<u8>) {
        match self {
            Value::Null => out.extend_from_slice(b"null"),
            Value::Bool(true) => out.extend_from_slice(b"true"),
            Value::Bool(false) => out.extend_from_slice(b"false"),
            Value::Int(n) => write_display(n, out),
            Value::UInt(n) => write_display(n, out),
            Value::Float(n) => write_float(*n, out),
            Value::String(text) => write_string(text, out),
            Value::Array(items) => {
                out.push(b'[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    item.write_json(out);
                }
                out.push(b']');
            }
            Value::Object(members) => {
                out.push(b'{');
                for (i, (key, value)) in members.iter().enumerate() {
                    if i > 0 {
                        out.push(b',');
                    }
                    write_string(key, out);
                    out.push(b':');
                    value.write_json(out);
                }
                out.push(b'}');
            }
        }
    }

    /// The value as JSON text without white space.
    pub fn to_json(&self) -> String {
        let mut out = Vec::new();
        self.write_json(&mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

fn write_display(number: impl fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write as _;
    // A Vec takes every write.
    let _ = write!(out, "{number}");
}

/// Appends a double in its shortest form that reads back the same; `null` for the values JSON has no text
/// for.
pub(crate) fn write_float(number: f64, out: &mut Vec<u8>) {
    // serde_json writes NaN and infinities as null; a Vec takes every write.
    let _ = serde_json::to_writer(out, &number);
}

/// Appends a JSON string, quotes included.
pub(crate) fn write_string(text: &str, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, text);
}

/// Reads one record: a JSON value with nothing but white space around it.
///
/// Of several members with one key the last wins, in the place of the first. About 15 us for a person of 5
/// kB.
pub fn parse(record: &[u8]) -> Result<Parsed<'_>, RejectReason> {
    parse_wanted(record, None)
}

/// Reads what is wanted of a record; `None`: all. What is passed over costs a third or less of what is kept.
pub(super) fn parse_wanted<'a>(
    record: &'a [u8],
    wanted: Option<&Wanted>,
) -> Result<Parsed<'a>, RejectReason> {
    if record.len() > MAX_RECORD_BYTES {
        return Err(RejectReason::TooLarge { limit: MAX_RECORD_BYTES });
    }
    let text =
        std::str::from_utf8(record).map_err(|e| RejectReason::InvalidUtf8 { byte: e.valid_up_to() })?;
    let state = State::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    // Our own depth is counted below: the reader's limit is one lower, and its error has no kind of its own.
    reader.disable_recursion_limit();
    let seed = Seed { state: &state, frame: None, depth: 0, wanted };
    let value = seed.deserialize(&mut reader).map_err(|e| reason(text, &state, &e))?;
    reader.end().map_err(|e| RejectReason::TrailingText { byte: byte_of(text, &e) })?;
    Ok(Parsed {
        value,
        duplicate_keys: state.duplicates.get(),
        first_duplicate: state.first_duplicate.into_inner(),
    })
}

/// Reads one record that must be an object, as every person is.
pub fn parse_person(record: &[u8]) -> Result<Parsed<'_>, RejectReason> {
    let parsed = parse(record)?;
    match parsed.value {
        Value::Object(_) => Ok(parsed),
        other => Err(RejectReason::NotAnObject { found: other.kind() }),
    }
}

fn reason(text: &str, state: &State, error: &serde_json::Error) -> RejectReason {
    let byte = byte_of(text, error);
    match state.stop.get() {
        Some(Stop::TooDeep) => return RejectReason::TooDeep { byte, limit: MAX_DEPTH },
        Some(Stop::NulInKey) => return RejectReason::NulInKey { byte },
        None => {}
    }
    let full = error.to_string();
    let problem = full.rsplit_once(" at line ").map_or(full.as_str(), |(problem, _)| problem);
    if problem.contains("surrogate") || problem == "unexpected end of hex escape" {
        return RejectReason::LoneSurrogate { byte };
    }
    RejectReason::Syntax { byte, problem: problem.to_owned() }
}

/// The reader counts lines from 1 and bytes of the line that were read.
fn byte_of(text: &str, error: &serde_json::Error) -> usize {
    let line_start = match error.line() {
        0 | 1 => 0,
        line => memchr::memchr_iter(b'\n', text.as_bytes()).nth(line - 2).map_or(0, |at| at + 1),
    };
    (line_start + error.column().saturating_sub(1)).min(text.len())
}

#[derive(Clone, Copy)]
enum Stop {
    TooDeep,
    NulInKey,
}

#[derive(Default)]
struct State {
    duplicates: Cell<u32>,
    first_duplicate: RefCell<Option<String>>,
    stop: Cell<Option<Stop>>,
}

/// The way down to the value being read, kept on the call stack: it costs nothing until a path is asked for.
struct Frame<'f> {
    parent: Option<&'f Frame<'f>>,
    key: &'f str,
}

impl Frame<'_> {
    fn path(frame: Option<&Frame<'_>>, last: &str) -> String {
        let mut keys = vec![last];
        let mut next = frame;
        while let Some(frame) = next {
            keys.push(frame.key);
            next = frame.parent;
        }
        keys.reverse();
        keys.join(".")
    }
}

#[derive(Clone, Copy)]
struct Seed<'f> {
    state: &'f State,
    frame: Option<&'f Frame<'f>>,
    depth: usize,
    /// The members of objects that are kept; `None`: all.
    wanted: Option<&'f Wanted>,
}

/// Members of an object that are wanted; what else a record holds is passed over.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// The name of each, and what is wanted of the objects in it, at any depth of arrays; `None`: all.
    pub(super) members: Vec<(String, Option<Wanted>)>,
}

impl Wanted {
    /// What is wanted of a member: nothing, all, or some of it.
    fn of(&self, key: &str) -> Option<Option<&Wanted>> {
        self.members.iter().find(|(name, _)| name == key).map(|(_, below)| below.as_ref())
    }
}

impl Seed<'_> {
    fn deeper<E: serde::de::Error>(&self) -> Result<usize, E> {
        if self.depth >= MAX_DEPTH {
            self.state.stop.set(Some(Stop::TooDeep));
            return Err(E::custom("too deep"));
        }
        Ok(self.depth + 1)
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value<'de>, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value<'de>, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value<'de>, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value<'de>, E> {
        Ok(i64::try_from(value).map_or(Value::UInt(value), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value<'de>, E> {
        Ok(Value::Float(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value<'de>, E> {
        Ok(Value::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value<'de>, A::Error> {
        let seed = Seed { depth: self.deeper()?, ..self };
        let mut out = Vec::new();
        while let Some(item) = items.next_element_seed(seed)? {
            out.push(item);
        }
        Ok(Value::Array(out))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value<'de>, A::Error> {
        let depth = self.deeper()?;
        // Most objects have more members than the four that a first push would make room for.
        let mut out: Vec<(Cow<'de, str>, Value<'de>)> = Vec::with_capacity(8);
        while let Some(Key(key)) = members.next_key()? {
            let below = match self.wanted {
                None => None,
                Some(wanted) => match wanted.of(&key) {
                    Some(below) => below,
                    None => {
                        members.next_value::<serde::de::IgnoredAny>()?;
                        continue;
                    }
                },
            };
            // A raw NUL is no JSON, so only a key with escapes, which is owned, can hold one.
            if matches!(&key, Cow::Owned(text) if text.contains('\0')) {
                self.state.stop.set(Some(Stop::NulInKey));
                return Err(A::Error::custom("NUL in a key"));
            }
            let frame = Frame { parent: self.frame, key: &key };
            let value =
                members.next_value_seed(Seed { frame: Some(&frame), depth, wanted: below, ..self })?;
            out.push((key, value));
        }
        if has_duplicates(&out) {
            drop_duplicates(&mut out, self.state, self.frame);
        }
        Ok(Value::Object(out))
    }
}

struct Key<'a>(Cow<'a, str>);

impl<'de> serde::Deserialize<'de> for Key<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'de> Visitor<'de> for KeyVisitor {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(key)))
            }

            fn visit_str<E>(self, key: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(key.to_owned())))
            }
        }
        reader.deserialize_str(KeyVisitor)
    }
}

type Members<'a> = Vec<(Cow<'a, str>, Value<'a>)>;

fn has_duplicates(members: &Members<'_>) -> bool {
    if members.len() <= PAIRWISE_KEYS {
        let same = |(i, (key, _)): (usize, &(Cow<'_, str>, Value<'_>))| {
            members.iter().take(i).any(|(earlier, _)| earlier == key)
        };
        return members.iter().enumerate().any(same);
    }
    let mut keys: Vec<&str> = members.iter().map(|(key, _)| key.as_ref()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair.first() == pair.last())
}

/// Gives the first member of each key the last value, and removes the others.
fn drop_duplicates(members: &mut Members<'_>, state: &State, frame: Option<&Frame<'_>>) {
    let mut kept: Members<'_> = Vec::with_capacity(members.len());
    let mut place = std::collections::HashMap::with_capacity(members.len());
    for (key, value) in members.drain(..) {
        let at = *place.entry(key.clone()).or_insert(kept.len());
        match kept.get_mut(at) {
            None => kept.push((key, value)),
            Some(earlier) => {
                state.duplicates.set(state.duplicates.get().saturating_add(1));
                let mut first = state.first_duplicate.borrow_mut();
                if first.is_none() {
                    *first = Some(Frame::path(frame, &key));
                }
                earlier.1 = value;
            }
        }
    }
    *members = kept;
}

#[cfg(test)]
#[path = "value_tests.rs"]
mod tests;

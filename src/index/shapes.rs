//! Rewrites a record so that what many records share takes a byte or two: which keys an object has, and frequent values.
//!
//! 1. A value's *place* is the key that it stands under, also for the items of a list. Place 0 is outermost, and under keys that are not listed.
//! 2. A place has *forms*, the most frequent first: texts (`null`, `"Full-time"`, `12`, `[]`) and shapes, the ordered keys of an object.
//! 3. A value with a form is written as its number; a shape's number is followed by the values. Other values are spelled out.
//!
//! The bytes are in `docs/format.md`, section 4.7. Keys, punctuation and frequent values are not in what zstd gets, so it
//! gets a third of the bytes, and its dictionary has room for the rest.

mod build;
mod join;
mod parse;
mod split;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64_with_seed;

pub(super) use build::build;
pub(super) use split::Splitter;

/// Deeper records are not split. The engine takes none that is deeper.
const MAX_DEPTH: usize = 128;

/// The first byte of a value. All other bytes are numbers of forms.
mod tag {
    /// A string; its text without quotes is the next one.
    pub(super) const QUOTED: u8 = 0;
    /// A number or word; it is the next text.
    pub(super) const BARE: u8 = 1;
    /// A list: a varint of its items, then those.
    pub(super) const LIST: u8 = 2;
    /// An object without a shape: a varint of its members, a varint for each key (0: the next text), then the values.
    pub(super) const OBJECT: u8 = 3;
    /// The first form of a place.
    pub(super) const FORM: u8 = 4;
    /// From here on a second byte follows: form `(tag - FORM_2) * 256 + second`, counted on from the one-byte ones.
    pub(super) const FORM_2: u8 = 192;
}

/// Ends each text: it cannot stand in JSON's strings and numbers.
const TEXT_END: u8 = b'\n';
/// Forms of a place with a number of one byte.
const FORMS_1: usize = (tag::FORM_2 - tag::FORM) as usize;
/// Forms of a place at most.
const MAX_FORMS: usize = FORMS_1 + ((u8::MAX - tag::FORM_2) as usize + 1) * 256;
/// The longest key, and the longest text that is a form.
const MAX_TEXT: usize = u8::MAX as usize;
/// Texts up to this long are copied as if they were this long, which takes no call.
const SHORT: usize = 32;
/// Key numbers are `u16`, and 0 is taken.
const MAX_KEYS: usize = u16::MAX as usize;

/// How a value of some place often looks.
#[derive(Debug, Clone, Copy)]
enum Form {
    /// The bytes of `text`.
    Text(Span),
    /// An object of these `steps`; at least one.
    Shape(Span),
}

/// A range of one of the table's lists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn of<'a, T>(&self, list: &'a [T]) -> &'a [T] {
        list.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A member of an object: what stands before its value, and the value's place.
#[derive(Debug, Clone, Copy)]
struct Step {
    before: Span,
    place: u16,
}

/// The places of a dictionary with their forms.
#[derive(Debug)]
pub(super) struct Shapes {
    /// Whether a space follows each `,` and `:`, as some libraries write JSON.
    spaced: bool,
    /// What forms and steps are made of, and `SHORT` zeros, so that as many bytes can be read from anywhere.
    text: Vec<u8>,
    /// For key `number - 1`: `{"key":` and `,"key":` in `text`.
    keys: Vec<[Span; 2]>,
    /// Of place `i`: its `forms`.
    places: Vec<Span>,
    forms: Vec<Form>,
    steps: Vec<Step>,
    /// Made when the first record is split: who only reads does not pay for it.
    index: OnceLock<Index>,
}

/// Finds keys and forms by their bytes.
#[derive(Debug, Default)]
struct Index {
    keys: Hashed,
    /// Place and content give the number among the forms of the place.
    forms: Hashed,
}

/// Numbers by hash. Two contents with one hash would spoil a record, which is seen when it is joined again.
type Hashed = HashMap<u64, u16, BuildHasherDefault<AsItIs>>;

/// Hashes what is a hash already.
#[derive(Debug, Default)]
struct AsItIs(u64);

impl Hasher for AsItIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64_with_seed(bytes, 0);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Shapes {
    /// The table from its bytes; the error is the problem with them.
    pub(super) fn new(bytes: &[u8]) -> Result<Self, &'static str> {
        let mut input = Input(bytes);
        let spaced = match input.byte()? {
            0 => false,
            1 => true,
            _ => return Err("an unknown style of JSON"),
        };
        let mut shapes = Self {
            spaced,
            text: Vec::new(),
            keys: Vec::new(),
            places: Vec::new(),
            forms: Vec::new(),
            steps: Vec::new(),
            index: OnceLock::new(),
        };
        for _ in 0..input.number()? {
            let len = input.byte()?;
            shapes.add_key(input.take(len.into())?);
        }
        for _ in 0..=shapes.keys.len() {
            shapes.add_place(&mut input)?;
        }
        shapes.text.extend([0; SHORT]);
        if input.0.is_empty() { Ok(shapes) } else { Err("bytes behind the shapes") }
    }

    fn add_key(&mut self, key: &[u8]) {
        let space: &[u8] = if self.spaced { b" " } else { b"" };
        let first = self.add_text(&[b"{\"", key, b"\":", space]);
        let next = self.add_text(&[b",", space, b"\"", key, b"\":", space]);
        self.keys.push([first, next]);
    }

    fn add_place(&mut self, input: &mut Input<'_>) -> Result<(), &'static str> {
        let start = self.forms.len() as u32;
        let forms = input.number()?;
        if usize::from(forms) > MAX_FORMS {
            return Err("too many forms of a place");
        }
        for _ in 0..forms {
            let form = match input.byte()? {
                0 => self.shape(input)?,
                len => Form::Text(self.add_text(&[input.take(len.into())?])),
            };
            self.forms.push(form);
        }
        self.places.push(Span { start, end: self.forms.len() as u32 });
        Ok(())
    }

    fn shape(&mut self, input: &mut Input<'_>) -> Result<Form, &'static str> {
        let start = self.steps.len() as u32;
        for at in 0..input.byte()? {
            let place = input.number()?;
            let [first, next] = *self.key(place).ok_or("a shape with an unknown key")?;
            self.steps.push(Step { before: if at == 0 { first } else { next }, place });
        }
        let steps = Span { start, end: self.steps.len() as u32 };
        if steps.start == steps.end { Err("a shape without keys") } else { Ok(Form::Shape(steps)) }
    }

    fn add_text(&mut self, parts: &[&[u8]]) -> Span {
        let start = self.text.len() as u32;
        parts.iter().for_each(|part| self.text.extend_from_slice(part));
        Span { start, end: self.text.len() as u32 }
    }

    fn key(&self, number: u16) -> Option<&[Span; 2]> {
        usize::from(number).checked_sub(1).and_then(|at| self.keys.get(at))
    }

    /// The text of key `number`.
    fn key_text(&self, number: u16) -> Option<&[u8]> {
        let [first, _] = self.key(number)?;
        // `{"key":` without what stands around the key.
        let behind = 2 + self.space().len() as u32;
        Some(Span { start: first.start + 2, end: first.end - behind }.of(&self.text))
    }

    /// What follows each `,` and `:` of the records that can be split.
    fn space(&self) -> &'static [u8] {
        if self.spaced { b" " } else { b"" }
    }

    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            let keys = (1..=self.keys.len() as u16)
                .filter_map(|number| Some((hash_text(0, self.key_text(number)?), number)));
            index.keys.extend(keys);
            for (place, forms) in (0..).zip(&self.places) {
                for (number, form) in (0..).zip(forms.of(&self.forms)) {
                    let hash = match form {
                        Form::Text(text) => hash_text(place, text.of(&self.text)),
                        Form::Shape(steps) => {
                            hash_shape(place, steps.of(&self.steps).iter().map(|step| step.place))
                        }
                    };
                    index.forms.entry(hash).or_insert(number);
                }
            }
            index
        })
    }
}

fn hash_text(place: u16, text: &[u8]) -> u64 {
    xxh3_64_with_seed(text, place.into())
}

fn hash_shape(place: u16, keys: impl Iterator<Item = u16>) -> u64 {
    keys.fold(!u64::from(place), |hash, key| {
        (hash.rotate_left(5) ^ u64::from(key)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// The bytes of a table that are still to be read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], &'static str> {
        let (head, rest) = self.0.split_at_checked(len).ok_or("a table of shapes that is cut off")?;
        self.0 = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8, &'static str> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    fn number(&mut self) -> Result<u16, &'static str> {
        Ok(u16::from_le_bytes([self.byte()?, self.byte()?]))
    }
}

#[cfg(test)]
mod tests;

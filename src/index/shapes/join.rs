//! Joins split records: the reader's half. Any bytes give a text or an error, in time and depth bounded by their length.

use memchr::memchr;

use super::{FORMS_1, Form, MAX_DEPTH, SHORT, Shapes, Span, Step, TEXT_END, tag};
use crate::index::{MAX_RECORD_BYTES, varint};

type Problem = &'static str;

impl Shapes {
    /// Puts the record that was split into `record`, whose old content is dropped.
    pub(in crate::index) fn join(&self, split: &[u8], record: &mut Vec<u8>) -> Result<(), Problem> {
        record.clear();
        let mut tags = split;
        let len = number(&mut tags)?;
        let (tags, texts) = tags.split_at_checked(len).ok_or("fewer tags than it claims")?;
        let mut joiner = Joiner { shapes: self, tags, texts, record };
        joiner.value(0, 0)?;
        match joiner {
            Joiner { tags: [], texts: [], .. } => Ok(()),
            _ => Err("bytes behind its last value"),
        }
    }
}

struct Joiner<'a> {
    shapes: &'a Shapes,
    tags: &'a [u8],
    texts: &'a [u8],
    record: &'a mut Vec<u8>,
}

impl Joiner<'_> {
    /// Small, so that it becomes part of the loops below: most values are a form that is a text.
    #[inline]
    fn value(&mut self, place: u16, depth: usize) -> Result<(), Problem> {
        let tag = byte(&mut self.tags)?;
        let number = match (tag.checked_sub(tag::FORM), tag.checked_sub(tag::FORM_2)) {
            (None, _) => return self.spelled(tag, place, depth),
            (Some(number), None) => usize::from(number),
            (_, Some(high)) => FORMS_1 + usize::from(high) * 256 + usize::from(byte(&mut self.tags)?),
        };
        let shapes = self.shapes;
        let forms = shapes.places.get(usize::from(place)).map(|forms| forms.of(&shapes.forms));
        match *forms.and_then(|forms| forms.get(number)).ok_or("an unknown form")? {
            Form::Text(text) => self.push(text),
            Form::Shape(steps) => self.shape(steps.of(&shapes.steps), depth)?,
        }
        Ok(())
    }

    fn spelled(&mut self, tag: u8, place: u16, depth: usize) -> Result<(), Problem> {
        match tag {
            tag::LIST => self.list(place, depth),
            tag::OBJECT => self.object(depth),
            _ => {
                let text = take_text(&mut self.texts)?;
                let quotes: &[u8] = if tag == tag::QUOTED { b"\"" } else { b"" };
                self.record.extend_from_slice(quotes);
                self.record.extend_from_slice(text);
                self.record.extend_from_slice(quotes);
                Ok(())
            }
        }
    }

    /// Checks that a list or object may begin.
    fn enter(&self, depth: usize) -> Result<(), Problem> {
        if depth < MAX_DEPTH { self.check_len() } else { Err("too deep a record") }
    }

    /// Called before anything that may be repeated: the members of one shape, some 130 kB, may go beyond the limit.
    fn check_len(&self) -> Result<(), Problem> {
        if self.record.len() as u64 <= MAX_RECORD_BYTES { Ok(()) } else { Err("too long a record") }
    }

    fn shape(&mut self, steps: &[Step], depth: usize) -> Result<(), Problem> {
        self.enter(depth)?;
        for step in steps {
            self.push(step.before);
            self.value(step.place, depth + 1)?;
        }
        self.record.push(b'}');
        Ok(())
    }

    /// Appends a text of the table.
    #[inline]
    fn push(&mut self, text: Span) {
        let (start, len) = (text.start as usize, text.end.saturating_sub(text.start) as usize);
        match self.shapes.text.get(start..).and_then(|rest| rest.first_chunk::<SHORT>()) {
            Some(short) if len <= SHORT => {
                let end = self.record.len() + len;
                self.record.extend_from_slice(short);
                self.record.truncate(end);
            }
            _ => self.record.extend_from_slice(text.of(&self.shapes.text)),
        }
    }

    fn list(&mut self, place: u16, depth: usize) -> Result<(), Problem> {
        self.enter(depth)?;
        self.record.push(b'[');
        for item in 0..number(&mut self.tags)? {
            self.check_len()?;
            if item > 0 {
                self.record.push(b',');
                self.record.extend_from_slice(self.shapes.space());
            }
            self.value(place, depth + 1)?;
        }
        self.record.push(b']');
        Ok(())
    }

    fn object(&mut self, depth: usize) -> Result<(), Problem> {
        self.enter(depth)?;
        let len = number(&mut self.tags)?;
        let (mut keys, texts) = (self.tags, self.texts);
        // The values' tags stand behind all keys, and their texts behind the texts of the keys.
        for _ in 0..len {
            if number(&mut self.tags)? == 0 {
                take_text(&mut self.texts)?;
            }
        }
        let mut key_texts = texts;
        self.record.push(b'{');
        for member in 0..len {
            self.check_len()?;
            if member > 0 {
                self.record.push(b',');
                self.record.extend_from_slice(self.shapes.space());
            }
            let place = number(&mut keys)?;
            self.record.push(b'"');
            let place = u16::try_from(place).map_err(|_| "an unknown key")?;
            let key = match place {
                0 => take_text(&mut key_texts)?,
                _ => self.shapes.key_text(place).ok_or("an unknown key")?,
            };
            self.record.extend_from_slice(key);
            self.record.extend_from_slice(b"\":");
            self.record.extend_from_slice(self.shapes.space());
            self.value(place, depth + 1)?;
        }
        self.record.push(b'}');
        Ok(())
    }
}

fn byte(input: &mut &[u8]) -> Result<u8, Problem> {
    let (&first, rest) = input.split_first().ok_or("it ends inside a value")?;
    *input = rest;
    Ok(first)
}

fn number(input: &mut &[u8]) -> Result<usize, Problem> {
    varint::take_u32(input).map(|number| number as usize).ok_or("a number that is no number")
}

fn take_text<'a>(texts: &mut &'a [u8]) -> Result<&'a [u8], Problem> {
    let len = memchr(TEXT_END, texts).ok_or("fewer texts than values")?;
    let (text, rest) = texts.split_at_checked(len).ok_or("fewer texts than values")?;
    *texts = rest.get(1..).unwrap_or_default();
    Ok(text)
}

//! Cuts a JSON text into its values, outermost first.
//!
//! Only as strict as cutting needs: whether the pieces give the text again is checked by joining them.

use std::ops::Range;

use memchr::memchr2;

use super::MAX_DEPTH;

/// The values of one text, each before the values inside it. Kept and filled again, text after text.
#[derive(Debug, Default)]
pub(super) struct Values {
    pub(super) list: Vec<Value>,
    /// The keys of all objects; those of one object stand together.
    pub(super) keys: Vec<Key>,
    /// The keys of the objects that are still open.
    open: Vec<Key>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Value {
    /// The number of the key that it stands under.
    pub(super) place: u16,
    pub(super) kind: Kind,
    /// Where its text lies.
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Quoted,
    Bare,
    /// So many items.
    List(usize),
    /// Its keys are at `start` of the keys; so many.
    Object {
        start: usize,
        len: usize,
    },
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Key {
    /// Its number in the table, or 0.
    pub(super) number: u16,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Key {
    pub(super) fn range(&self) -> Range<usize> {
        self.start..self.end
    }
}

impl Values {
    /// Cuts `text`, whose keys have the numbers that `number` gives. `spaced`: a space follows each comma and colon. `None` if this is
    /// not how the text is written.
    pub(super) fn cut(&mut self, text: &[u8], spaced: bool, number: impl Fn(&[u8]) -> u16) -> Option<()> {
        self.list.clear();
        self.keys.clear();
        self.open.clear();
        let mut cutter = Cutter { text, at: 0, spaced, number, values: self };
        cutter.value(0, 0)?;
        (cutter.at == text.len()).then_some(())
    }
}

struct Cutter<'a, N> {
    text: &'a [u8],
    at: usize,
    spaced: bool,
    number: N,
    values: &'a mut Values,
}

impl<N: Fn(&[u8]) -> u16> Cutter<'_, N> {
    fn value(&mut self, place: u16, depth: usize) -> Option<()> {
        let (start, slot) = (self.at, self.values.list.len());
        // The kind and end of a list or object are known behind it.
        self.values.list.push(Value { place, kind: Kind::Bare, start, end: start });
        let kind = match self.text.get(start)? {
            b'{' if depth < MAX_DEPTH => self.object(depth)?,
            b'[' if depth < MAX_DEPTH => self.list(place, depth)?,
            b'"' => {
                self.at = string_end(self.text, start)?;
                Kind::Quoted
            }
            _ => {
                let rest = self.text.get(start..)?;
                let is_bare =
                    |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'+' | b'.' | b'E');
                self.at += rest.iter().position(|byte| !is_bare(byte)).unwrap_or(rest.len());
                Kind::Bare
            }
        };
        let end = self.at;
        let value = self.values.list.get_mut(slot)?;
        (value.kind, value.end) = (kind, end);
        (start < end).then_some(())
    }

    fn object(&mut self, depth: usize) -> Option<Kind> {
        let open = self.values.open.len();
        self.at += 1;
        if !self.step_over(b'}') {
            loop {
                let end = string_end(self.text, self.at)?;
                let (start, end) = (self.at + 1, end - 1);
                let number = (self.number)(self.text.get(start..end)?);
                self.values.open.push(Key { number, start, end });
                self.at = end + 1;
                self.expect(b':')?;
                self.value(number, depth + 1)?;
                if self.step_over(b'}') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        let start = self.values.keys.len();
        self.values.keys.extend(self.values.open.drain(open..));
        Some(Kind::Object { start, len: self.values.keys.len() - start })
    }

    fn list(&mut self, place: u16, depth: usize) -> Option<Kind> {
        self.at += 1;
        let mut items = 0;
        if !self.step_over(b']') {
            loop {
                self.value(place, depth + 1)?;
                items += 1;
                if self.step_over(b']') {
                    break;
                }
                self.expect(b',')?;
            }
        }
        Some(Kind::List(items))
    }

    fn step_over(&mut self, byte: u8) -> bool {
        let found = self.text.get(self.at) == Some(&byte);
        self.at += usize::from(found);
        found
    }

    /// Steps over a comma or colon, and the space behind it.
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.step_over(byte) && (!self.spaced || self.step_over(b' '))).then_some(())
    }
}

/// The end of the string whose opening quote is at `start`.
fn string_end(text: &[u8], start: usize) -> Option<usize> {
    if text.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        at += memchr2(b'"', b'\\', text.get(at..)?)?;
        if text.get(at) == Some(&b'"') {
            return Some(at + 1);
        }
        at += 2;
    }
}

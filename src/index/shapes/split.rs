//! Splits records: the writer's half.

use super::parse::{Kind, Values};
use super::{FORMS_1, MAX_TEXT, Shapes, TEXT_END, hash_shape, hash_text, tag};
use crate::index::varint;

/// Splits record after record with the same memory.
#[derive(Debug, Default)]
pub(in crate::index) struct Splitter {
    values: Values,
    tags: Vec<u8>,
    texts: Vec<u8>,
    joined: Vec<u8>,
}

impl Splitter {
    /// Puts `record`, split, into `split`, whose old content is dropped. `None` if it would not come back byte for byte:
    /// it has white space elsewhere than the table's records, or is no JSON.
    pub(in crate::index) fn split(
        &mut self,
        shapes: &Shapes,
        record: &[u8],
        split: &mut Vec<u8>,
    ) -> Option<()> {
        let index = shapes.index();
        let number = |key: &[u8]| index.keys.get(&hash_text(0, key)).copied().unwrap_or_default();
        self.values.cut(record, shapes.spaced, number)?;
        self.tags.clear();
        self.texts.clear();
        for value in &self.values.list {
            let text = record.get(value.start..value.end)?;
            let keys = match value.kind {
                Kind::Object { start, len } => self.values.keys.get(start..start + len)?,
                _ => &[],
            };
            let hash = match value.kind {
                Kind::Object { len: 1.., .. } => {
                    Some(hash_shape(value.place, keys.iter().map(|key| key.number)))
                }
                Kind::List(1..) => None,
                _ if text.len() > MAX_TEXT => None,
                _ => Some(hash_text(value.place, text)),
            };
            if let Some(&number) = hash.and_then(|hash| index.forms.get(&hash)) {
                push_form(number, &mut self.tags);
                continue;
            }
            match value.kind {
                Kind::Quoted => {
                    self.tags.push(tag::QUOTED);
                    push_text(text.get(1..text.len().checked_sub(1)?)?, &mut self.texts);
                }
                Kind::Bare => {
                    self.tags.push(tag::BARE);
                    push_text(text, &mut self.texts);
                }
                Kind::List(items) => {
                    self.tags.push(tag::LIST);
                    varint::put(items as u64, &mut self.tags);
                }
                Kind::Object { len, .. } => {
                    self.tags.push(tag::OBJECT);
                    varint::put(len as u64, &mut self.tags);
                    for key in keys {
                        varint::put(key.number.into(), &mut self.tags);
                        if key.number == 0 {
                            push_text(record.get(key.range())?, &mut self.texts);
                        }
                    }
                }
            }
        }
        split.clear();
        varint::put(self.tags.len() as u64, split);
        split.extend_from_slice(&self.tags);
        split.extend_from_slice(&self.texts);
        shapes.join(split, &mut self.joined).ok()?;
        (self.joined == record).then_some(())
    }
}

fn push_form(number: u16, tags: &mut Vec<u8>) {
    match usize::from(number).checked_sub(FORMS_1) {
        None => tags.push(tag::FORM + number as u8),
        Some(number) => tags.extend([tag::FORM_2 + (number >> 8) as u8, number as u8]),
    }
}

fn push_text(text: &[u8], texts: &mut Vec<u8>) {
    texts.extend_from_slice(text);
    texts.push(TEXT_END);
}

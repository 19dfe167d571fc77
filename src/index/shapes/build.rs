//! Chooses keys and forms for a table of shapes: what stands in many of the sampled records.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::Hash;

use super::parse::{Kind, Value, Values};
use super::{MAX_FORMS, MAX_KEYS, MAX_TEXT};

/// Keys and forms take at most this many bytes, a quarter of them the keys.
const MAX_BYTES: usize = 64 << 10;

/// The table of `records`, at most `max_bytes` long, the same for the same records. All that it holds stands in at least `min_records` of
/// them. `None` if most of them have white space that neither style of writing JSON explains.
pub(in crate::index) fn build(records: &[&[u8]], min_records: u32, max_bytes: usize) -> Option<Vec<u8>> {
    let spaced = [false, true].into_iter().find(|&spaced| {
        let mut values = Values::default();
        let fits = |record: &&&[u8]| values.cut(record, spaced, |_| 0).is_some();
        records.iter().filter(fits).count() * 2 > records.len()
    })?;
    let max_bytes = max_bytes.min(MAX_BYTES);
    let keys = choose_keys(records, spaced, min_records, max_bytes / 4);
    let forms = choose_forms(records, spaced, &keys, min_records, max_bytes / 4 * 3);
    let mut table = vec![u8::from(spaced)];
    table.extend((keys.len() as u16).to_le_bytes());
    for key in &keys {
        table.push(key.len() as u8);
        table.extend_from_slice(key);
    }
    for forms in &forms {
        table.extend((forms.len() as u16).to_le_bytes());
        forms.iter().for_each(|form| form.write(&mut table));
    }
    Some(table)
}

/// How often something occurs.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    uses: u32,
    records: u32,
    /// One more than the number of the record in which it was seen last.
    last: usize,
}

fn count<K: Eq + Hash>(counts: &mut HashMap<K, Count>, item: K, record: usize) {
    let count = counts.entry(item).or_default();
    count.uses += 1;
    if count.last != record + 1 {
        (count.records, count.last) = (count.records + 1, record + 1);
    }
}

/// The keys that are listed, the most frequent first.
fn choose_keys<'a>(records: &[&'a [u8]], spaced: bool, min_records: u32, max_bytes: usize) -> Vec<&'a [u8]> {
    let (mut values, mut counts) = (Values::default(), HashMap::<&[u8], Count>::new());
    for (number, record) in records.iter().enumerate() {
        if values.cut(record, spaced, |_| 0).is_some() {
            let keys = values.keys.iter().filter_map(|key| record.get(key.range()));
            keys.filter(|key| key.len() <= MAX_TEXT).for_each(|key| count(&mut counts, key, number));
        }
    }
    counts.retain(|_, count| count.records >= min_records);
    let mut keys: Vec<(&[u8], u32)> = counts.into_iter().map(|(key, count)| (key, count.uses)).collect();
    keys.sort_unstable_by_key(|&(key, uses)| (Reverse(uses), key));
    let mut bytes = 0;
    let fits = |&(key, _): &(&[u8], u32)| {
        bytes += 3 + key.len();
        bytes <= max_bytes
    };
    keys.into_iter().take_while(fits).take(MAX_KEYS).map(|(key, _)| key).collect()
}

/// A form by its content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Content<'a> {
    Text(&'a [u8]),
    Shape(Vec<u16>),
}

impl<'a> Content<'a> {
    /// What `value` of `record` can have as a form, and the bytes of JSON that it stands for.
    fn of(value: &Value, values: &Values, record: &'a [u8]) -> Option<(Self, usize)> {
        match value.kind {
            Kind::List(1..) => None,
            Kind::Object { start, len } if len > 0 => {
                let keys = values.keys.get(start..start + len).filter(|_| len <= u8::MAX.into())?;
                let json = keys.iter().map(|key| key.range().len() + 4).sum();
                let numbers: Vec<u16> = keys.iter().map(|key| key.number).collect();
                (!numbers.contains(&0)).then_some((Self::Shape(numbers), json))
            }
            _ => {
                let text = record.get(value.start..value.end)?;
                (text.len() <= MAX_TEXT).then_some((Self::Text(text), text.len()))
            }
        }
    }

    fn table_bytes(&self) -> usize {
        match self {
            Self::Text(text) => 1 + text.len(),
            Self::Shape(keys) => 2 + 2 * keys.len(),
        }
    }

    fn write(&self, table: &mut Vec<u8>) {
        match self {
            Self::Text(text) => {
                table.push(text.len() as u8);
                table.extend_from_slice(text);
            }
            Self::Shape(keys) => {
                table.extend([0, keys.len() as u8]);
                keys.iter().for_each(|key| table.extend(key.to_le_bytes()));
            }
        }
    }
}

/// For each place its forms, the most frequent first: those that save the most for their bytes in the table.
fn choose_forms<'a>(
    records: &[&'a [u8]],
    spaced: bool,
    keys: &[&[u8]],
    min_records: u32,
    max_bytes: usize,
) -> Vec<Vec<Content<'a>>> {
    let numbers: HashMap<&[u8], u16> = keys.iter().copied().zip(1..).collect();
    let (mut values, mut counts) = (Values::default(), HashMap::<_, Count>::new());
    let mut json_bytes = HashMap::new();
    for (number, &record) in records.iter().enumerate() {
        if values.cut(record, spaced, |key| numbers.get(key).copied().unwrap_or_default()).is_some() {
            for value in &values.list {
                if let Some((content, bytes)) = Content::of(value, &values, record) {
                    json_bytes.insert((value.place, content.clone()), bytes);
                    count(&mut counts, (value.place, content), number);
                }
            }
        }
    }
    counts.retain(|_, count| count.records >= min_records);
    let worth = |(form, count): (&(u16, Content<'_>), &Count)| {
        let saved = u64::from(count.uses) * json_bytes.get(form).copied().unwrap_or_default() as u64;
        saved * 16 / form.1.table_bytes() as u64
    };
    let mut ranked: Vec<_> =
        counts.iter().map(|(form, count)| (Reverse(worth((form, count))), form, count.uses)).collect();
    ranked.sort_unstable();
    let mut places: Vec<Vec<(Reverse<u32>, Content<'_>)>> = vec![Vec::new(); keys.len() + 1];
    let mut bytes = 0;
    for (_, (place, content), uses) in ranked {
        bytes += content.table_bytes();
        if bytes > max_bytes {
            break;
        }
        if let Some(forms) = places.get_mut(usize::from(*place)).filter(|forms| forms.len() < MAX_FORMS) {
            forms.push((Reverse(uses), content.clone()));
        }
    }
    places.iter_mut().for_each(|forms| forms.sort_unstable());
    places.into_iter().map(|forms| forms.into_iter().map(|(_, content)| content).collect()).collect()
}

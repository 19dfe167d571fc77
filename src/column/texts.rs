//! The texts of a leaf in a record batch, by row or by element, read in place.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray};
use arrow::buffer::OffsetBuffer;

use super::elements::{array_of, find, twin_arrays, wrong};
use super::{ColumnError, SpaceSpans};
use crate::schema::{NodeId, NodeKind, Scalar, Schema};

/// The texts of one leaf for the rows, or elements, of one batch. Borrows the batch; copies nothing.
#[derive(Debug)]
pub struct TextValues<'a> {
    /// The leaf in each array of its space, or the one of the person.
    columns: Vec<Option<TextColumn<'a>>>,
    /// Of elements: which array each is from, and where.
    places: Option<(&'a [u8], &'a [usize])>,
    len: usize,
}

/// The Arrow array of a leaf.
#[derive(Debug)]
enum TextColumn<'a> {
    Scalar(&'a StringArray),
    List { list: &'a dyn Array, offsets: &'a OffsetBuffer<i32>, items: &'a StringArray },
}

/// The texts of `leaf` (a text, or a list of them): by row where no array encloses it, else by element of its space, in
/// which case `leaf` stands for the leaves of the same name in all arrays of the space. `None` for other leaves.
pub fn text_values<'a>(
    batch: &'a RecordBatch,
    schema: &Schema,
    leaf: NodeId,
    spans: Option<&'a SpaceSpans>,
) -> Result<Option<TextValues<'a>>, ColumnError> {
    let node = find(schema, leaf)?;
    let NodeKind::Leaf { scalar: Scalar::String, list } = node.kind else { return Ok(None) };
    let column = |array: &'a ArrayRef| text_column(array, list).ok_or_else(|| wrong(schema, leaf));
    let (Some(spans), Some(space)) = (spans, node.space) else {
        let columns = vec![Some(column(array_of(batch, schema, leaf)?)?)];
        return Ok(Some(TextValues { columns, places: None, len: batch.num_rows() }));
    };
    let arrays = twin_arrays(batch, schema, space, node)?;
    let columns =
        arrays.into_iter().map(|array| array.map(column).transpose()).collect::<Result<Vec<_>, _>>()?;
    let (flags, places) = spans.places();
    Ok(Some(TextValues { columns, places: Some((flags, places)), len: places.len() }))
}

impl<'a> TextValues<'a> {
    /// Number of rows or elements.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row or element.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The texts of the row or element `at`, in the record's order: none where it is null, missing or empty, several
    /// only of a list, whose nulls are left out.
    pub fn get(&self, at: usize) -> impl Iterator<Item = &'a str> + use<'a> {
        let place = match self.places {
            None => Some((0, at)),
            Some((flags, places)) => {
                flags.get(at).map(|&flag| usize::from(flag)).zip(places.get(at).copied())
            }
        };
        let found = place.and_then(|(which, at)| Some((self.columns.get(which)?.as_ref()?, at)));
        let (items, range) = match found {
            Some((&TextColumn::Scalar(items), at)) if at < items.len() => (Some(items), at..at + 1),
            Some((&TextColumn::List { list, offsets, items }, at))
                if at < list.len() && list.is_valid(at) =>
            {
                (Some(items), offsets[at] as usize..offsets[at + 1] as usize)
            }
            _ => (None, 0..0),
        };
        items
            .into_iter()
            .flat_map(move |items| range.clone().filter(|&i| items.is_valid(i)).map(|i| items.value(i)))
    }
}

fn text_column(array: &ArrayRef, list: bool) -> Option<TextColumn<'_>> {
    if !list {
        return array.as_string_opt().map(TextColumn::Scalar);
    }
    let list = array.as_list_opt::<i32>()?;
    Some(TextColumn::List { list, offsets: list.offsets(), items: list.values().as_string_opt()? })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::column::{Shredder, space_spans};
    use crate::record::parse;

    /// The texts at `path` of the people, by row or by element.
    fn texts(people: &[&str], path: &str) -> Vec<Vec<String>> {
        let schema = Schema::person();
        let mut shredder = Shredder::new(&schema);
        for person in people {
            shredder.push(&parse(person.as_bytes()).unwrap().value);
        }
        let (batch, _) = shredder.finish().unwrap();
        let leaf = schema.stored(path).unwrap();
        let spans = leaf.space.map(|space| space_spans(&batch, &schema, space).unwrap());
        let texts = text_values(&batch, &schema, leaf.id, spans.as_ref()).unwrap().unwrap();
        assert!(texts.get(texts.len()).next().is_none());
        (0..texts.len()).map(|at| texts.get(at).map(str::to_string).collect()).collect()
    }

    #[test]
    fn a_person_has_a_text_or_none() {
        let people = [
            r#"{"basic_profile":{"name":"Ann"}}"#,
            r#"{"basic_profile":null}"#,
            r#"{"basic_profile":{"name":""}}"#,
            "{}",
        ];
        assert_eq!(texts(&people, "basic_profile.name"), [vec!["Ann"], vec![], vec![""], vec![]]);
    }

    #[test]
    fn a_list_has_its_items_without_nulls() {
        let people = [
            r#"{"basic_profile":{"languages":["fr",null,"en"]}}"#,
            r#"{"basic_profile":{"languages":[]}}"#,
            r#"{"basic_profile":{"languages":[null]}}"#,
            "{}",
        ];
        assert_eq!(texts(&people, "basic_profile.languages"), [vec!["fr", "en"], vec![], vec![], vec![]]);
    }

    #[test]
    fn elements_follow_the_arrays_of_their_union() {
        let people = [
            r#"{"experience":{"employment_details":{"past":[{"title":"a"},null,{}],"current":[{"title":"b"}]}}}"#,
            r#"{"experience":{"employment_details":{"current":[{"title":"c","company_industries":["x","y"]}]}}}"#,
        ];
        let path = |leaf: &str| format!("experience.employment_details.current.{leaf}");
        assert_eq!(texts(&people, &path("title")), [vec!["b"], vec!["a"], vec![], vec![], vec!["c"]]);
        let industries: [Vec<&str>; 5] = [vec![], vec![], vec![], vec![], vec!["x", "y"]];
        assert_eq!(texts(&people, &path("company_industries")), industries);
    }

    #[test]
    fn other_leaves_have_no_texts() {
        let schema = Schema::person();
        let (batch, _) = Shredder::new(&schema).finish().unwrap();
        let leaf = schema.stored("professional_network.followers").unwrap().id;
        assert!(text_values(&batch, &schema, leaf, None).unwrap().is_none());
    }
}

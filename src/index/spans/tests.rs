//! Tests of element spaces, against a list of parents with their elements.

use proptest::prelude::*;

use super::*;
use crate::index::testing::{config, harmed, harms, section};
use crate::storage::SectionKind;

/// The array index of each element, by parent.
type Model = Vec<Vec<u8>>;

#[derive(Debug, PartialEq)]
struct Space {
    parents: Vec<u8>,
    offsets: Vec<u8>,
    flags: Vec<u8>,
    written: [Written; 3],
}

impl Space {
    fn reader(&self) -> SpansReader {
        let [parents, offsets, flags] = self.written;
        SpansReader::new(
            section(SectionKind::SPAN_PARENTS, self.parents.clone(), parents),
            section(SectionKind::SPAN_OFFSETS, self.offsets.clone(), offsets),
            Some(section(SectionKind::SPACE_FLAGS, self.flags.clone(), flags)),
        )
        .unwrap()
    }
}

fn build(model: &Model) -> Space {
    let mut builder = SpansBuilder::with_flags();
    for arrays in model {
        builder.push_flagged(arrays);
    }
    let (mut parents, mut offsets, mut flags) = (Vec::new(), Vec::new(), Vec::new());
    let written = [
        builder.write_parents(&mut parents).unwrap(),
        builder.write_offsets(&mut offsets).unwrap(),
        builder.write_flags(&mut flags).unwrap().unwrap(),
    ];
    Space { parents, offsets, flags, written }
}

fn merge(inputs: &[SpansInput<'_>]) -> Result<Space, IndexError> {
    let (mut parents, mut offsets, mut flags) = (Vec::new(), Vec::new(), Vec::new());
    let written = [
        merge_parents(inputs, &mut parents)?,
        merge_offsets(inputs, &mut offsets)?,
        merge_flags(inputs, &mut flags)?,
    ];
    Ok(Space { parents, offsets, flags, written })
}

fn model() -> impl Strategy<Value = Model> {
    proptest::collection::vec(proptest::collection::vec(0..2_u8, 0..6), 0..30)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn elements_and_parents_find_each_other(model in model()) {
        let reader = build(&model).reader();
        prop_assert_eq!(reader.parents() as usize, model.len());
        let mut next = 0;
        for (parent, arrays) in (0..).zip(&model) {
            let elements = reader.elements(parent).unwrap();
            prop_assert_eq!(elements.clone(), next..next + arrays.len() as u32);
            next = elements.end;
            for (element, array) in elements.zip(arrays) {
                prop_assert_eq!(reader.parent(element).unwrap(), parent);
                prop_assert_eq!(reader.array(element).unwrap(), *array);
            }
        }
        prop_assert_eq!(reader.len(), next);
        prop_assert!(reader.elements(model.len() as u32).is_err());
        prop_assert!(reader.parent(next).is_err() && reader.array(next).is_err());
    }

    #[test]
    fn lifted_elements_give_each_parent_once(model in model(), chosen: Vec<bool>) {
        let reader = build(&model).reader();
        let elements = (0..reader.len()).zip(chosen).filter_map(|(element, chosen)| chosen.then_some(element));
        let mut expected: Vec<u32> = elements.clone().map(|element| reader.parent(element).unwrap()).collect();
        expected.dedup();
        let mut parents = Vec::new();
        reader.lift(elements, &mut parents).unwrap();
        prop_assert_eq!(parents, expected);
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec(prop_oneof![model().prop_map(Ok), (0..9_u32).prop_map(Err)], 0..6),
    ) {
        let readers: Vec<_> = parts.iter().map(|part| part.as_ref().map(|model| build(model).reader())).collect();
        let inputs: Vec<_> = readers.iter().map(|reader| match reader {
            Ok(reader) => SpansInput::Spans(reader),
            Err(parents) => SpansInput::Absent { parents: **parents },
        }).collect();
        let all = parts.iter().flat_map(|part| match part {
            Ok(model) => model.clone(),
            Err(parents) => vec![Vec::new(); *parents as usize],
        }).collect();
        prop_assert_eq!(merge(&inputs).unwrap(), build(&all));
    }

    #[test]
    fn damaged_spans_give_an_error_or_an_answer(
        model in model(), in_parents in harms(), in_offsets in harms(), in_flags in harms(),
    ) {
        let space = build(&model).reader();
        let reader = SpansReader::new(
            harmed(&space.parents, &in_parents),
            harmed(&space.offsets, &in_offsets),
            space.flags.as_ref().map(|flags| harmed(flags, &in_flags)),
        );
        if let Ok(reader) = reader {
            for i in 0..40 {
                let _ = (reader.elements(i), reader.parent(i), reader.array(i));
                let _ = reader.lift([i, i + 9, 5_000, u32::MAX], &mut Vec::new());
            }
            let _ = merge(&[SpansInput::Spans(&space), SpansInput::Spans(&reader)]);
        }
    }
}

#[test]
fn a_tiny_space_has_these_bytes() {
    let space = build(&vec![vec![0, 1], vec![], vec![1]]);
    assert_eq!(space.parents, [0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]);
    assert_eq!(space.offsets, [0, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
    assert_eq!(space.flags, [0, 1, 1]);
    assert_eq!(space.written, [Written { count: 3, aux: 0 }; 3]);
}

#[test]
fn a_space_over_one_array_has_no_flags() {
    let mut builder = SpansBuilder::new();
    builder.push(2);
    builder.push(0);
    assert_eq!((builder.elements(), builder.parents()), (2, 2));
    let mut flags = Vec::new();
    assert_eq!(builder.write_flags(&mut flags).unwrap(), None);
    assert!(flags.is_empty());
}

#[test]
fn elements_that_ids_cannot_number_are_refused() {
    let mut builder = SpansBuilder::new();
    builder.push(u32::MAX - 1);
    assert_eq!(builder.write_offsets(&mut Vec::new()).unwrap().count, u64::from(u32::MAX) - 1);
    builder.push(1);
    assert!(builder.write_offsets(&mut Vec::new()).is_err());
    builder.push(7);
    assert!(builder.write_offsets(&mut Vec::new()).is_err());
}

#[test]
fn many_elements_are_lifted_across_blocks() {
    let reader = build(&vec![vec![0; 3]; 5_000]).reader();
    let mut parents = Vec::new();
    reader.lift((0..15_000).step_by(2), &mut parents).unwrap();
    assert!(parents.into_iter().eq(0..5_000));
    assert!(reader.lift([15_000], &mut Vec::new()).is_err());
}

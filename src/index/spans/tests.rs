//! Tests of element spaces, against a list of parents with their elements.

use proptest::prelude::*;

use super::*;
use crate::index::testing::{Deaths, config, deaths, harmed, harms, kept_of, section};
use crate::index::{IdSet, Kept, Written};
use crate::storage::{Section, SectionKind, StorageError};

/// The array index of each element, by parent.
type Model = Vec<Vec<u8>>;

/// Arrays of the spaces here.
const ARRAYS: usize = 3;

/// Bytes and numbers of parents, offsets, ends and flags.
#[derive(Debug, PartialEq)]
struct Space([(Vec<u8>, Written); 4]);

impl Space {
    fn of(write: impl Fn(usize, &mut Vec<u8>) -> Result<Written, IndexError>) -> Result<Self, IndexError> {
        let mut space = Self(Default::default());
        for (at, (bytes, written)) in space.0.iter_mut().enumerate() {
            *written = write(at, bytes)?;
        }
        Ok(space)
    }

    fn sections(&self) -> [Section; 4] {
        let kinds = [
            SectionKind::SPAN_PARENTS,
            SectionKind::SPAN_OFFSETS,
            SectionKind::SPAN_ENDS,
            SectionKind::SPACE_FLAGS,
        ];
        std::array::from_fn(|at| section(kinds[at], self.0[at].0.clone(), self.0[at].1))
    }

    fn reader(&self) -> SpansReader {
        reader(self.sections()).unwrap()
    }
}

fn reader([parents, offsets, ends, flags]: [Section; 4]) -> Result<SpansReader, StorageError> {
    SpansReader::new(SpanSections { parents, offsets, ends, flags: Some(flags) })
}

fn build(model: &Model) -> Space {
    let mut builder = SpansBuilder::new(ARRAYS);
    for arrays in model {
        builder.push_flagged(arrays);
    }
    let write = |at, out: &mut Vec<u8>| match at {
        0 => builder.write_parents(out),
        1 => builder.write_offsets(out),
        2 => builder.write_ends(out),
        _ => Ok(builder.write_flags(out)?.unwrap()),
    };
    Space::of(write).unwrap()
}

/// A merge of spaces of which these parents are kept.
fn merge(inputs: &[(Option<&SpansReader>, Kept)]) -> Result<Space, IndexError> {
    let mut elements: Vec<Kept> = Vec::new();
    for (reader, parents) in inputs {
        let base = elements.last().map_or(0, |before| before.new_ids().end);
        elements.push(reader.map_or_else(|| Kept::all(0, base), |reader| reader.kept(parents, base))?);
    }
    let parts = inputs.iter().zip(&elements);
    let parts = parts.map(|((reader, parents), elements)| SpansPart { reader: *reader, parents, elements });
    merge_parts(&parts.collect::<Vec<_>>())
}

fn merge_parts(inputs: &[SpansPart<'_>]) -> Result<Space, IndexError> {
    Space::of(|at, out| match at {
        0 => merge_parents(inputs, out),
        1 => merge_offsets(inputs, out),
        2 => merge_ends(inputs, out),
        _ => merge_flags(inputs, ARRAYS, out),
    })
}

/// Parents with none, few or hundreds of elements, in one to several lines of offsets.
fn model() -> impl Strategy<Value = Model> {
    let count = prop_oneof![6 => Just(0..1_usize), 12 => Just(1..6), 2 => Just(60..70), 1 => Just(253..600)];
    let parent = count.prop_flat_map(|count| proptest::collection::vec(0..ARRAYS as u8, count));
    prop_oneof![
        9 => proptest::collection::vec(parent, 0..140),
        1 => (0..140_usize).prop_map(|parents| vec![Vec::new(); parents]),
    ]
}

/// How much of a space a set holds, of 255: a list of a few, bits of some, or nearly all.
fn share() -> impl Strategy<Value = u8> {
    prop_oneof![Just(0), 1..6_u8, any::<u8>(), Just(u8::MAX)]
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
                prop_assert_eq!(reader.is_last(element).unwrap(), element + 1 == next);
            }
        }
        prop_assert_eq!(reader.len(), next);
        prop_assert!(reader.elements(model.len() as u32).is_err());
        prop_assert!(reader.parent(next).is_err() && reader.array(next).is_err() && reader.is_last(next).is_err());
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
    fn sets_are_lifted_as_their_elements_are_one_by_one(
        model in model(), shares in proptest::collection::vec(any::<u8>(), 20_000), share in share(),
    ) {
        let reader = build(&model).reader();
        let chosen = |ids: u32| (0..ids).zip(&shares).filter(|&(_, &of)| of <= share).map(|(id, _)| id).collect();
        let elements: Vec<u32> = chosen(reader.len());
        let parents: Vec<u32> = elements.iter().map(|&element| reader.parent(element).unwrap()).collect();
        let parents = IdSet::from_sorted(reader.parents(), parents);
        let elements = IdSet::from_sorted(reader.len(), elements);
        prop_assert_eq!(reader.count_parents(&elements).unwrap(), parents.len());
        prop_assert_eq!(reader.lift_set(&elements).unwrap(), parents);

        let parents: Vec<u32> = chosen(reader.parents());
        let elements = parents.iter().flat_map(|&parent| reader.elements(parent).unwrap()).collect();
        let elements = IdSet::from_sorted(reader.len(), elements);
        let parents = IdSet::from_sorted(reader.parents(), parents);
        prop_assert_eq!(reader.lower_set(&parents).unwrap(), elements);
    }

    #[test]
    fn arrays_have_the_elements_of_their_index(model in model()) {
        let reader = build(&model).reader();
        let arrays = model.concat();
        for array in 0..5 {
            let ids = (0..).zip(&arrays).filter(|&(_, &of)| of == array).map(|(element, _)| element);
            prop_assert_eq!(reader.array_set(array).unwrap(), IdSet::from_sorted(reader.len(), ids.collect()));
        }
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(
        parts in proptest::collection::vec((any::<bool>(), model(), deaths()), 0..6),
    ) {
        let model_of = |lacks: bool, model: &Model| if lacks { vec![Vec::new(); model.len()] } else { model.clone() };
        let readers: Vec<_> =
            parts.iter().map(|(lacks, model, _)| (!lacks).then(|| build(model).reader())).collect();
        let kept = kept_of(parts.iter().map(|(_, model, dead)| (model.len(), dead)));
        let inputs: Vec<_> = readers.iter().map(Option::as_ref).zip(kept).collect();
        let living = |(lacks, model, dead): &(bool, Model, Deaths)| dead.living(&model_of(*lacks, model));
        prop_assert_eq!(merge(&inputs).unwrap(), build(&parts.iter().flat_map(living).collect()));
    }

    #[test]
    fn damaged_spans_give_an_error_or_an_answer(model in model(), harms in [harms(), harms(), harms(), harms()]) {
        let space = build(&model);
        let mut sections = space.sections();
        for (section, harms) in sections.iter_mut().zip(&harms) {
            *section = harmed(section, harms);
        }
        if let Ok(reader) = reader(sections) {
            for i in (0..40).chain([5_000, u32::MAX]) {
                let _ = (reader.elements(i), reader.parent(i), reader.array(i), reader.is_last(i));
                let _ = reader.lift([i, i.saturating_add(9), u32::MAX], &mut Vec::new());
                let _ = reader.array_set(i as u8);
            }
            for set in [IdSet::full(reader.len()), IdSet::from_sorted(reader.len(), vec![0, 3])] {
                let _ = (reader.count_parents(&set), reader.lift_set(&set));
            }
            let _ = reader.lower_set(&IdSet::from_sorted(reader.parents(), (0..70).collect()));
            let whole = space.reader();
            let kept = [&whole, &reader].map(|reader| Kept::all(reader.parents(), 0).unwrap());
            let _ = merge(&[(Some(&whole), kept[0].clone()), (Some(&reader), kept[1].clone())]);
            let some = Kept::of(reader.parents(), 0, (0..reader.parents().min(70)).step_by(3)).unwrap();
            let _ = merge(&[(Some(&reader), some)]);
        }
    }
}

#[test]
fn a_tiny_space_has_these_bytes() {
    let Space([parents, offsets, ends, flags]) = build(&vec![vec![0, 1], vec![], vec![2], vec![]]);
    let count = |aux| Written { count: 3, aux };
    assert_eq!(parents, (vec![0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0], count(0)));
    assert_eq!(offsets, (vec![0, 0, 0, 0, 2, 0, 1, 0], count(4)));
    assert_eq!(ends, (vec![0b110, 0, 0, 0, 0, 0, 0, 0], count(0)));
    assert_eq!(flags, (vec![0b010, 0, 0, 0, 0, 0, 0, 0, 0b100, 0, 0, 0, 0, 0, 0, 0], count(2)));
}

#[test]
fn lines_are_of_60_parents_and_many_elements_are_counted_as_255() {
    let mut model = vec![vec![0; 2]; 61];
    model[59] = vec![0; 300];
    let Space([_, (offsets, written), ..]) = build(&model);
    assert_eq!(written, Written { count: 420, aux: 61 });
    assert_eq!(offsets.len(), 64 + 5);
    assert_eq!(offsets[60..], [2, 2, 2, 255, 0xA2, 1, 0, 0, 2]);
}

#[test]
fn a_space_without_elements_takes_no_bytes() {
    let space = build(&vec![vec![]; 1_000]);
    assert!(space.0.iter().all(|(bytes, _)| bytes.is_empty()));
    let reader = space.reader();
    assert!(reader.is_empty());
    assert_eq!(reader.parents(), 1_000);
    assert_eq!(reader.elements(999).unwrap(), 0..0);
    assert!(reader.elements(1_000).is_err());
}

#[test]
fn a_space_over_one_array_has_no_flags() {
    let mut builder = SpansBuilder::new(1);
    builder.push(2);
    builder.push(0);
    assert_eq!((builder.elements(), builder.parents()), (2, 2));
    let mut flags = Vec::new();
    assert_eq!(builder.write_flags(&mut flags).unwrap(), None);
    assert!(flags.is_empty());
}

#[test]
fn an_input_that_knows_fewer_arrays_has_no_elements_of_the_others() {
    let mut builder = SpansBuilder::new(2);
    builder.push_flagged(&[0, 1, 1]);
    let [parents, offsets, ends, flags] = Space::of(|at, out| match at {
        0 => builder.write_parents(out),
        1 => builder.write_offsets(out),
        2 => builder.write_ends(out),
        _ => Ok(builder.write_flags(out)?.unwrap()),
    })
    .unwrap()
    .sections();
    let two = SpanSections { parents, offsets, ends, flags: Some(flags) };
    let one = SpansReader::new(SpanSections { flags: None, ..two.clone() }).unwrap();
    let two = SpansReader::new(two).unwrap();
    let three = build(&vec![vec![2, 0]]).reader();
    let inputs = [&one, &two, &three].into_iter().zip(0..);
    let inputs = inputs.map(|(reader, base)| (Some(reader), Kept::all(1, base).unwrap()));
    let merged = merge(&inputs.collect::<Vec<_>>()).unwrap();
    assert_eq!(merged, build(&vec![vec![0, 0, 0], vec![0, 1, 1], vec![2, 0]]));
}

#[test]
fn an_element_of_two_arrays_is_damage() {
    let mut space = build(&vec![vec![0, 1, 2]]);
    space.0[3].0[8] |= 0b010;
    assert!(space.reader().array(1).is_err());
    assert_eq!(space.reader().array(2).unwrap(), 2);
}

#[test]
fn elements_that_ids_cannot_number_are_refused() {
    let mut builder = SpansBuilder::new(1);
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

#[test]
fn carries_stop_at_the_borders_of_parents_and_pass_those_of_words() {
    // Spans that end at, before and behind the borders of words, that fill words, and that have one element.
    for lens in [[63, 1, 64, 200], [64, 128, 1, 1], [65, 62, 1, 129], [1, 190, 64, 2]] {
        let reader = build(&lens.map(|len| vec![0; len]).to_vec()).reader();
        for (parent, len) in (0..4).zip(lens) {
            let elements = reader.elements(parent).unwrap();
            for element in [elements.start, elements.start + len as u32 / 2, elements.end - 1] {
                // Elements of another parent make it bits.
                let other = (parent + 2) % 4;
                let mut ids: Vec<u32> = reader.elements(other).unwrap().collect();
                ids.push(element);
                ids.sort_unstable();
                let set = IdSet::from_sorted(reader.len(), ids);
                assert_eq!(reader.count_parents(&set).unwrap(), 2, "{lens:?} {element}");
                let mut both = vec![parent, other];
                both.sort_unstable();
                assert!(reader.lift_set(&set).unwrap().iter().eq(both), "{lens:?} {element}");
            }
        }
        let all = IdSet::full(reader.len());
        assert_eq!(reader.count_parents(&all).unwrap(), 4);
        assert_eq!(reader.lift_set(&all).unwrap(), IdSet::full(4));
    }
}

#[test]
fn sets_of_another_universe_are_refused() {
    let reader = build(&vec![vec![0; 3]; 2]).reader();
    assert!(reader.count_parents(&IdSet::full(5)).is_err());
    assert!(reader.lift_set(&IdSet::empty(7)).is_err());
    assert!(reader.lower_set(&IdSet::full(3)).is_err());
}

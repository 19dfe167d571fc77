//! Tests of positions, against texts as lists of word numbers.

use proptest::prelude::*;

use super::*;
use crate::index::testing::{config, deaths, harmed, harms, kept_of, section};
use crate::index::{IdMap, Kept, PostingsInput, PostingsReader, PostingsWriter, merge_postings};
use crate::storage::{Section, SectionKind};

/// Words that texts are made of.
const WORDS: u32 = 40;

/// The words of each text, by id.
type Model = Vec<Vec<u32>>;

#[derive(Debug, PartialEq)]
struct Built {
    positions: Vec<u8>,
    postings: Vec<u8>,
    written: [Written; 2],
}

impl Built {
    fn section(&self) -> Section {
        section(SectionKind::POSITIONS, self.positions.clone(), self.written[0])
    }

    fn reader(&self) -> PositionsReader {
        PositionsReader::new(self.section()).unwrap()
    }

    fn postings(&self) -> PostingsReader {
        let section = section(SectionKind::WORD_POSTINGS, self.postings.clone(), self.written[1]);
        PostingsReader::new(section).unwrap()
    }
}

/// The texts that have `word`, each with its positions.
fn places(model: &Model, word: u32) -> Vec<(u32, Vec<u32>)> {
    let of_text = |text: &Vec<u32>| {
        (0..)
            .zip(text)
            .filter(|(_, other)| **other == word)
            .map(|(position, _)| position)
            .collect::<Vec<u32>>()
    };
    let all = (0..).zip(model).map(|(id, text)| (id, of_text(text)));
    all.filter(|(_, positions)| !positions.is_empty()).collect()
}

fn build(model: &Model) -> Built {
    let (mut positions, mut postings) = (Vec::new(), Vec::new());
    let mut writer = PositionsWriter::new(&mut positions);
    let mut postings_writer = PostingsWriter::new(&mut postings, model.len() as u32);
    for word in 0..WORDS {
        let places = places(model, word);
        writer.push_word(places.iter().map(|(_, positions)| positions.as_slice())).unwrap();
        postings_writer.push(&places.iter().map(|(id, _)| *id).collect::<Vec<_>>()).unwrap();
    }
    let written = [writer.finish().unwrap(), postings_writer.finish().unwrap()];
    Built { positions, postings, written }
}

/// Texts of a few words each, now and then of many; some words are frequent, most are rare.
fn model() -> impl Strategy<Value = Model> {
    let word = prop_oneof![8 => 0..3_u32, 2 => 0..WORDS];
    let text = prop_oneof![
        40 => proptest::collection::vec(word.clone(), 0..8),
        1 => proptest::collection::vec(word, 200..400),
    ];
    prop_oneof![proptest::collection::vec(text.clone(), 0..30), proptest::collection::vec(text, 100..500),]
}

fn holds(text: &[u32], phrase: &[u32]) -> bool {
    (0..=text.len()).any(|at| text[at..].starts_with(phrase))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_phrase_is_found_where_its_words_stand_in_order(
        model in model(),
        phrases in proptest::collection::vec(proptest::collection::vec(prop_oneof![0..4_u32, 0..WORDS], 0..4), 8),
    ) {
        let built = build(&model);
        let (reader, postings) = (built.reader(), built.postings());
        let own = model.iter().step_by(20).map(|text| text[text.len() / 2..].iter().take(3).copied().collect());
        for phrase in phrases.into_iter().chain(own) {
            let found = reader.phrase(&postings, &phrase).unwrap();
            let expected: Vec<u32> =
                (0..).zip(&model).filter(|(_, text)| holds(text, &phrase)).map(|(id, _)| id).collect();
            prop_assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{:?}", phrase);
        }
        prop_assert!(reader.phrase(&postings, &[0, WORDS]).is_err());
    }

    #[test]
    fn a_merge_gives_the_bytes_of_one_build(parts in proptest::collection::vec((model(), deaths()), 0..4)) {
        let all = build(&parts.iter().flat_map(|(part, dead)| dead.living(part)).collect());
        let kept = kept_of(parts.iter().map(|(part, dead)| (part.len(), dead)));
        let built: Vec<_> = parts.iter().map(|(part, _)| build(part)).collect();
        let readers: Vec<_> = built.iter().map(|built| (built.reader(), built.postings())).collect();
        // Every part has every word, if need be with no id; the words that no text has are those of nobody.
        let map: Vec<u32> = (0..WORDS).collect();
        let inputs = readers.iter().zip(&kept).map(|((reader, postings), kept)| {
            PositionsPart { reader, words: &map, postings, kept }
        });
        let inputs: Vec<_> = inputs.collect();
        let (mut positions, mut postings) = (Vec::new(), Vec::new());
        let lists: Vec<_> = readers.iter().zip(&kept).map(|((_, reader), kept)| {
            PostingsInput::Lists { reader, lists: None, ids: IdMap::Kept(kept) }
        }).collect();
        let universe = kept.last().map_or(0, |kept| kept.new_ids().end);
        let written = [
            merge_positions(&inputs, WORDS, &mut positions).unwrap(),
            merge_postings(&lists, WORDS, universe, &mut postings).unwrap(),
        ];
        prop_assert_eq!(Built { positions, postings, written }, all);
    }

    #[test]
    fn words_move_to_their_new_numbers(model in model(), gaps in proptest::collection::vec(0..40_u32, WORDS as usize)) {
        let built = build(&model);
        let (reader, postings, kept) = (built.reader(), built.postings(), Kept::all(model.len() as u32, 0).unwrap());
        let part = |words| PositionsPart { reader: &reader, words, postings: &postings, kept: &kept };
        let map: Vec<u32> = gaps.iter().scan(0, |next, gap| {
            let word = *next + gap;
            *next = word + 1;
            Some(word)
        }).collect();
        let words = map.last().unwrap() + 3;
        let mut expected = Vec::new();
        let mut writer = PositionsWriter::new(&mut expected);
        for word in 0..words {
            let old = map.iter().position(|&new| new == word);
            let places = old.map_or(vec![], |old| places(&model, old as u32));
            writer.push_word(places.iter().map(|(_, positions)| positions.as_slice())).unwrap();
        }
        let expected_written = writer.finish().unwrap();
        let mut merged = Vec::new();
        let written = merge_positions(&[part(&map)], words, &mut merged).unwrap();
        prop_assert_eq!((merged, written), (expected, expected_written));
        for (map, words) in [(&map[1..], words), (&map[..], words - 3)] {
            prop_assert!(merge_positions(&[part(map)], words, &mut Vec::new()).is_err());
        }
    }

    #[test]
    fn entries_come_back(entries in proptest::collection::vec(positions(), 0..9)) {
        let mut bytes = Vec::new();
        entries.iter().for_each(|positions| put_entry(positions, &mut bytes));
        let mut rest = bytes.as_slice();
        for positions in &entries {
            let mut found = Vec::new();
            take_entry(&mut rest, |position| found.push(position)).unwrap();
            prop_assert_eq!(&found, positions);
        }
        prop_assert!(rest.is_empty());
    }

    #[test]
    fn damaged_positions_give_an_error_or_an_answer(
        model in model(), harms in harms(), phrases in proptest::collection::vec([0..4_u32, 0..WORDS], 8),
    ) {
        let built = build(&model);
        let Ok(reader) = PositionsReader::new(harmed(&built.section(), &harms)) else { return Ok(()) };
        for phrase in phrases {
            let _ = reader.phrase(&built.postings(), &phrase);
        }
        // Huge numbers of words cost nothing but the length of the map.
        let map: Vec<u32> = (0..reader.words().min(5_000)).collect();
        let postings = built.postings();
        let all = Kept::all(model.len() as u32, 0).unwrap();
        let some = Kept::of(model.len() as u32, 0, (0..model.len() as u32).skip(1).step_by(2)).unwrap();
        for kept in [&all, &some] {
            let part = PositionsPart { reader: &reader, words: &map, postings: &postings, kept };
            let _ = merge_positions(&[part], WORDS, &mut Vec::new());
            let _ = merge_positions(&[part], reader.words().min(5_000), &mut Vec::new());
        }
    }
}

/// Few and many, near and far positions.
fn positions() -> impl Strategy<Value = Vec<u32>> {
    let position = prop_oneof![0..300_u32, any::<u32>(), Just(u32::MAX)];
    let set = |len| proptest::collection::btree_set(position.clone(), len);
    prop_oneof![set(1..2), set(1..40)].prop_map(|set| set.into_iter().collect())
}

#[test]
fn a_tiny_section_has_these_bytes() {
    let mut bytes = Vec::new();
    let mut writer = PositionsWriter::new(&mut bytes);
    writer.push_word([[5].as_slice(), &[240], &[0, 1, 130]]).unwrap();
    writer.push_word([]).unwrap();
    let ones = [[7].as_slice(); 129];
    writer.push_word(ones).unwrap();
    assert_eq!(writer.finish().unwrap(), Written { count: 3, aux: 145 });
    let (head, tail) = bytes.split_at(13);
    assert_eq!(head, [18, 0, 0x89, 2, 5, 0xF0, 0xF0, 1, 0xF2, 0, 0, 0x80, 1]);
    assert_eq!(tail[..3], [2, 0x80, 1]);
    assert_eq!(tail[3..132], [7; 129]);
    assert_eq!(tail[132..], [0]);
}

#[test]
fn only_blocks_that_may_match_are_read() {
    // One word in all texts, another in two of them: damage elsewhere is not seen.
    let model: Model = (0..1_000).map(|i| if i == 300 || i == 900 { vec![0, 1] } else { vec![0] }).collect();
    let built = build(&model);
    let expected = [300, 900];
    let mut bytes = built.positions.clone();
    let zeros = bytes.windows(128).position(|window| window == [0; 128]).unwrap();
    bytes[zeros + 500] = 0xFF;
    let harmed = PositionsReader::new(section(SectionKind::POSITIONS, bytes, built.written[0])).unwrap();
    for reader in [built.reader(), harmed] {
        let found = reader.phrase(&built.postings(), &[0, 1]).unwrap();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected);
    }
}

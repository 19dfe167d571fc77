//! The sections that make lookups fast: one file per structure, each with builder, reader and merge.
//!
//! The bytes are in `docs/format.md`, section 4; the files here follow its order.
//!
//! | file | what it answers |
//! |---|---|
//! | [`compress`], `shapes`, [`train`](mod@train) | how a record is made small, and with which dictionary |
//! | [`records`] | the source record of a row |
//! | [`person_ids`] | the person id of a row |
//! | [`hash`], [`keys`] | the rows that a key may name |
//! | [`spans`] | the elements of a parent, and the parent of an element |
//! | [`leaves`] | which leaves have the sections below |
//! | [`ordered`], [`column`](mod@column) | the number, date or boolean of a row or element |
//! | [`dictionary`] | the number of a text or word, and the text of a number |
//! | [`id_set`] | sets of rows or elements, in memory |
//! | [`kept`] | what a merge keeps of an input |
//! | `lists`, [`postings`] | the rows or elements of a value or word |
//! | [`positions`] | the texts that hold a phrase |
//! | [`numbers`] | the rows or elements whose number lies in a range |
//! | [`leaf`] | all sections of one text leaf together |
//!
//! Every builder gives the same bytes for the same content, and every merge gives the bytes that one
//! builder would have given for all of it. A writer returns the `count` and `aux` of its section's
//! line in the directory ([`Written`]). Readers are cheap to clone, share nothing mutable, and take
//! any bytes: what does not fit is a [`Damage`](crate::storage::Damage), never a panic.

mod blocks;
pub mod column;
pub mod compress;
pub mod dictionary;
mod error;
pub mod hash;
pub mod id_set;
pub mod kept;
pub mod keys;
pub mod leaf;
pub mod leaves;
mod lists;
pub mod numbers;
pub mod ordered;
pub mod person_ids;
pub mod positions;
pub mod postings;
pub mod records;
mod shapes;
pub mod spans;
#[cfg(test)]
mod testing;
pub mod train;
pub(crate) mod varint;

pub use column::{
    BLOCK_VALUES, ColumnBlock, ColumnBuilder, ColumnReader, ColumnType, merge_columns, merge_value_columns,
};
pub use compress::{Compressor, Dictionary, MAX_RECORD_BYTES, Method};
pub use dictionary::{DictionaryReader, DictionaryWriter, dictionary_order, merge_dictionaries};
pub use error::{IndexError, Written};
pub use hash::HashKey;
pub use id_set::{IdSet, IdSetBuilder};
pub use kept::{Kept, Part};
pub use keys::{Candidates, KeysBuilder, KeysReader, KeysWritten, MAX_ROW, for_each_key, merge_keys};
pub use leaf::{
    BuiltSection, LeafSections, LongLeaf, LongLeafBuilder, SectionSink, TextLeaf, TextLeafBuilder,
    merge_long_leaf, merge_text_leaf,
};
pub use leaves::{IndexedLeaf, LeafKind, SectionLeaf, column_leaves, indexed_leaves, section_leaves};
pub use numbers::{NumberBucketsBuilder, NumberBucketsReader, merge_number_buckets};
pub use person_ids::{PersonIdsReader, merge_person_ids, write_person_ids};
pub use positions::{PositionsPart, PositionsReader, PositionsWriter, merge_positions};
pub use postings::{IdMap, PostingsInput, PostingsReader, PostingsWriter, lists_kept, merge_postings};
pub use records::{RecordOffsets, RecordsReader, RecordsWriter, merge_record_offsets, merge_records};
pub use spans::{
    SpanSections, SpansBuilder, SpansPart, SpansReader, merge_ends, merge_flags, merge_offsets, merge_parents,
};
pub use train::{SAMPLE_RECORDS, train};

//! Records to Arrow arrays to Parquet row groups, and back.
//!
//! - `layout`: the Arrow schema and the Parquet settings that follow from the catalogue of paths
//! - `shred`: JSON records into a record batch of that schema
//! - `prune`: the selected part of a record batch
//! - `elements`: a record batch seen as element spaces: spans, and leaf values by element
//! - `texts`: the texts of a leaf, by row or element
//! - `write`: batches into row groups of a segment
//! - `copy`: row groups of committed segments into a new one, undecoded or encoded again
//! - `absent`: column chunks without values, for leaves that older row groups lack
//! - `footer`: the Parquet footer over all live row groups
//! - `read`: row groups of a segment back into batches
//! - `rows`: the rows of any Parquet file as records

mod absent;
mod copy;
mod elements;
mod error;
mod footer;
mod layout;
mod prune;
mod read;
mod rows;
mod shred;
mod texts;
mod write;

pub use absent::{WrittenGroup, complete_row_groups};
pub use copy::{GroupToCopy, copy_row_groups, own_leaves};
pub use elements::{
    LeafValues, SpaceSpans, column_leaf, leaf_values, node_values, nodes_to_read, space_spans,
};
pub use error::ColumnError;
pub use footer::{MAX_ROW_GROUPS, read_footer, write_footer};
pub use layout::{ROW_GROUP_ROWS, arrow_schema, export_properties, node_type};
pub use prune::pruned;
pub use read::{read_row_group, read_rows};
pub use rows::ParquetRows;
pub use shred::{Misfit, ShredReport, Shredder};
pub use texts::{TextValues, text_values};
pub use write::{EncodedRowGroup, RowGroupEncoder, RowGroupWriter};

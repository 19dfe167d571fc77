//! People as record batches, nested as in the file: everybody, or whom a search found.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use rayon::prelude::*;

use super::database::Database;
use super::segments::LiveGroup;
use super::{Error, Fields, Hits};
use crate::column::{ColumnError, arrow_schema, pruned, read_rows};
use crate::schema::{NodeId, Schema};
use crate::storage::Segment;

/// Rows of a batch that is read.
const BATCH_ROWS: usize = 8_192;
/// Batches in memory at a time, however many threads there are.
const MOST_BATCHES: usize = 8;

/// People in the order of the file, read as they are asked for: a few batches at a time, in parallel.
pub struct Batches {
    schema: Arc<Schema>,
    leaves: Vec<NodeId>,
    columns: SchemaRef,
    parts: VecDeque<Part>,
    read: VecDeque<Result<RecordBatch, Error>>,
}

/// Some rows of a row group.
struct Part {
    segment: Segment,
    groups: Arc<Vec<LiveGroup>>,
    group: usize,
    rows: Rows,
}

/// Rows inside a row group, ascending.
enum Rows {
    All(Range<u32>),
    Some(Vec<u32>),
}

impl Database {
    /// The fields of everybody, or of the people that a search found, as other Parquet readers see them in the file: nested,
    /// with a null where a record has a value of another type. They come in the order of the file, not by person id, and
    /// each once.
    ///
    /// # Errors
    /// Damage in the footer; what is read later tells its own.
    pub fn batches(&self, hits: Option<&Hits<'_>>, fields: &Fields) -> Result<Batches, Error> {
        let mut found: Option<Vec<Vec<u32>>> = hits.map(|_| vec![Vec::new(); self.segments.len()]);
        for place in hits.map(Hits::places).into_iter().flatten() {
            if let Some(rows) = found.as_mut().and_then(|found| found.get_mut(place.segment as usize)) {
                rows.push(place.row);
            }
        }
        let mut parts = VecDeque::new();
        for (at, open) in self.segments.iter().enumerate() {
            let rows = found.as_mut().and_then(|found| found.get_mut(at));
            let rows = rows.map(|rows| {
                rows.sort_unstable();
                rows.dedup();
                rows.as_slice()
            });
            add_parts(&open.segment, &self.row_groups(at)?, rows, &mut parts)?;
        }
        let schema = Arc::clone(&self.schema);
        let leaves = schema.leaves().into_iter().filter(|leaf| fields.selection().contains(*leaf)).collect();
        let nobody = RecordBatch::new_empty(arrow_schema(&schema));
        let columns = pruned(&nobody, &schema, fields.selection())?.schema();
        Ok(Batches { schema, leaves, columns, parts, read: VecDeque::new() })
    }
}

/// Adds the parts of a segment that have any of `rows`, which ascend and count from the segment's first; `None`: all.
fn add_parts(
    segment: &Segment,
    groups: &Arc<Vec<LiveGroup>>,
    rows: Option<&[u32]>,
    parts: &mut VecDeque<Part>,
) -> Result<(), Error> {
    let mut found = 0;
    for (group, LiveGroup { rows: own, .. }) in groups.iter().enumerate() {
        let mut add = |rows| {
            parts.push_back(Part { segment: segment.clone(), groups: Arc::clone(groups), group, rows });
        };
        let count = own.end - own.start;
        match rows {
            None => {
                let starts = (0..count).step_by(BATCH_ROWS);
                starts.for_each(|at| add(Rows::All(at..count.min(at.saturating_add(BATCH_ROWS as u32)))));
            }
            Some(rows) => {
                let inside =
                    rows.partition_point(|row| *row < own.start)..rows.partition_point(|row| *row < own.end);
                let inside = rows.get(inside).unwrap_or_default();
                found += inside.len();
                let chunks = inside.chunks(BATCH_ROWS);
                chunks.for_each(|some| add(Rows::Some(some.iter().map(|row| row - own.start).collect())));
            }
        }
    }
    match rows {
        Some(rows) if found < rows.len() => {
            let problem = format!("it lists {found} of {} rows that live", rows.len());
            Err(ColumnError::Footer(problem).into())
        }
        _ => Ok(()),
    }
}

impl Batches {
    /// The columns of every batch.
    pub fn schema(&self) -> &SchemaRef {
        &self.columns
    }

    fn read(&self, part: Part) -> Result<RecordBatch, Error> {
        let Part { segment, groups, group, rows } = part;
        let group = groups.get(group).ok_or_else(|| Error::internal("a row group that is gone"))?;
        let rows = match rows {
            Rows::All(range) => range.collect(),
            Rows::Some(rows) => rows,
        };
        Ok(read_rows(&segment, &group.metadata, &self.schema, &self.leaves, &rows)?)
    }
}

impl Iterator for Batches {
    type Item = Result<RecordBatch, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.read.is_empty() {
            let now = rayon::current_num_threads().min(MOST_BATCHES).min(self.parts.len());
            let parts: Vec<Part> = self.parts.drain(..now).collect();
            let read: Vec<_> = parts.into_par_iter().map(|part| self.read(part)).collect();
            self.read.extend(read);
        }
        self.read.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use arrow::array::AsArray as _;
    use arrow::compute::concat_batches;

    use super::*;
    use crate::engine::{Input, LoadOptions, NoObserver, SearchOptions};
    use crate::filter::FilterOptions;

    fn load(path: &Path, ids: std::ops::Range<u64>) {
        let person = |id| {
            let city = if id % 3 == 0 { "Ghent" } else { "Oslo" };
            format!(
                r#"{{"crustdata_person_id":{id},"basic_profile":{{"name":"P{id}","location":{{"city":"{city}"}}}},"experience":{{"employment_details":{{"current":[{{"name":"E","title":"T{id}"}}]}}}}}}"#
            )
        };
        let input = vec![Input::bytes("people", ids.map(person).collect::<Vec<_>>().join("\n"))];
        Database::load(path, input, &LoadOptions::default(), &mut NoObserver).unwrap();
    }

    fn read(batches: Batches) -> RecordBatch {
        let columns = Arc::clone(batches.schema());
        let batches = batches.collect::<Result<Vec<_>, _>>().unwrap();
        assert!(batches.iter().all(|batch| batch.schema() == columns));
        concat_batches(&columns, &batches).unwrap()
    }

    #[test]
    fn the_part_that_is_read_is_the_part_of_the_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.parquet");
        load(&path, 1..40);
        load(&path, 40..50);
        let database = Database::open(&path).unwrap();
        let whole = read(database.batches(None, &database.all_fields()).unwrap());
        assert_eq!((whole.num_rows(), whole.schema()), (49, arrow_schema(database.schema())));
        let title = "experience.employment_details.current.title";
        let fields = database.fields(&["basic_profile.name", title]).unwrap();
        let part = read(database.batches(None, &fields).unwrap());
        assert_eq!(part, pruned(&whole, database.schema(), fields.selection()).unwrap());
        let flat = part.normalize(".", None).unwrap();
        let flat: Vec<_> = flat.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(flat, ["basic_profile.name", "experience.employment_details.current"]);
    }

    #[test]
    fn the_people_of_a_search_are_read_once_each() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.parquet");
        load(&path, 1..40);
        load(&path, 40..50);
        let database = Database::open(&path).unwrap();
        let fields = database.fields(&["basic_profile.name"]).unwrap();
        let names = |hits: &Hits<'_>| {
            let batch = read(database.batches(Some(hits), &fields).unwrap()).normalize(".", None).unwrap();
            let names = batch.column(0).as_string::<i32>().iter().flatten();
            names.map(str::to_string).collect::<Vec<_>>()
        };
        let filter = r#"{"field":"basic_profile.location.city","type":"=","value":"Ghent"}"#;
        let filter = database.filter(filter, &FilterOptions::default()).unwrap();
        let hits = database.search(&filter, &SearchOptions::default()).unwrap();
        let mut found = names(&hits);
        found.sort_unstable();
        let mut expected: Vec<_> = (1..50).filter(|id| id % 3 == 0).map(|id| format!("P{id}")).collect();
        expected.sort_unstable();
        assert_eq!(found, expected);
        assert_eq!(names(&database.people_by_id(&[45, 7, 45, 7, 99]).unwrap()), ["P7", "P45"]);
        assert!(names(&database.people_by_id(&[]).unwrap()).is_empty());
    }
}

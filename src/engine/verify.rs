//! Do checksums, row groups, columns, indexes and records agree?
//!
//! Every page is compared with its checksum. Then every record is read, parsed, shredded and its keys hashed again, as
//! loading does, and what comes out is compared with what the row groups, columns, spans and key tables hold. So nothing
//! that was derived from a record can differ from it unseen.

use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use arrow::array::RecordBatch;
use parquet::file::metadata::RowGroupMetaData;
use rayon::prelude::*;

use super::Error;
use super::database::{Database, OpenSegment};
use super::load::{live_segments, ordered_values, spans_of};
use super::person::{PERSON_FORMAT, with_person_id};
use crate::column::{Shredder, SpaceSpans, leaf_values, own_leaves, read_row_group, space_spans};
use crate::index::{ColumnReader, column_leaves};
use crate::record::{Key, identify, parse_person};
use crate::schema::{Schema, SpaceId};
use crate::storage::{NO_SPACE, SectionId, SectionKind, verify_pages};

/// Rows compared at a time.
const BATCH_ROWS: u32 = 4_096;
/// Problems listed at most; more are only counted.
const LISTED: usize = 100;

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyProgress {
    /// Bytes whose checksums were compared.
    pub bytes: u64,
    /// Bytes in all.
    pub bytes_total: u64,
    /// People whose records were compared with what was derived from them.
    pub people: u64,
    /// People in all.
    pub people_total: u64,
}

/// What a verification found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct VerifyReport {
    /// Bytes compared with their checksums.
    pub bytes: u64,
    /// People compared with what was derived from their records.
    pub people: u64,
    /// Keys found in the key tables.
    pub keys: u64,
    /// Row groups compared.
    pub row_groups: u64,
    /// What is wrong, the first hundred in the file's order; empty if all is well.
    pub problems: Vec<String>,
    /// How many problems there are.
    pub problem_count: u64,
}

impl VerifyReport {
    /// Whether all is well.
    pub fn is_sound(&self) -> bool {
        self.problem_count == 0
    }

    fn add(&mut self, problem: String) {
        self.problem_count += 1;
        if self.problems.len() < LISTED {
            self.problems.push(problem);
        }
    }
}

/// Verifies the last commit of the database at `path`. `progress` is called now and then, from any thread.
///
/// # Errors
/// When the database cannot be opened at all. What is wrong inside is in the report.
pub fn verify(path: &Path, progress: &(dyn Fn(VerifyProgress) + Sync)) -> Result<VerifyReport, Error> {
    let mut report = VerifyReport::default();
    let database = Database::open(path)?;
    let totals = VerifyProgress {
        bytes: 0,
        bytes_total: database.snapshot.bytes()?.live,
        people: 0,
        people_total: database.people(),
    };
    let mut bytes = 0;
    let damages = verify_pages(&database.snapshot, &mut |done, _| {
        bytes = done;
        progress(VerifyProgress { bytes, ..totals });
    })?;
    report.bytes = bytes;
    for damage in damages {
        report.add(damage.to_string());
    }
    let people = AtomicU64::new(0);
    let done = |rows: u32| {
        let people = people.fetch_add(u64::from(rows), Ordering::Relaxed) + u64::from(rows);
        progress(VerifyProgress { bytes, people, ..totals });
    };
    match live_segments(&database.snapshot) {
        Err(error) => report.add(error.to_string()),
        Ok(live) => {
            for (at, (open, live)) in database.segments.iter().zip(live).enumerate() {
                check_segment(&database, at, open, &live.groups, &done, &mut report);
            }
        }
    }
    Ok(report)
}

fn check_segment(
    database: &Database,
    at: usize,
    open: &OpenSegment,
    groups: &[RowGroupMetaData],
    done: &(dyn Fn(u32) + Sync),
    report: &mut VerifyReport,
) {
    let id = open.segment.directory().parts.segment_id;
    let name = |problem: String| format!("segment {id}: {problem}");
    if let Err(error) = open.keys.check(open.segment.rows()) {
        report.add(name(error.to_string()));
    }
    let mut keys = 0;
    let mut first = 0u32;
    let mut pieces = Vec::new();
    for group in groups {
        let rows = u32::try_from(group.num_rows()).unwrap_or(u32::MAX);
        pieces.push((first..first.saturating_add(rows), group));
        first = first.saturating_add(rows);
    }
    if first != open.segment.rows() {
        report.add(name(format!("the footer lists {first} rows of {}", open.segment.rows())));
        return;
    }
    for (rows, group) in pieces {
        report.row_groups += 1;
        match check_row_group(database, at, open, rows, group, done) {
            Ok(checked) => {
                keys += checked.keys;
                report.people += u64::from(checked.rows);
                checked.problems.into_iter().for_each(|problem| report.add(name(problem)));
            }
            Err(error) => report.add(name(error.to_string())),
        }
    }
    let mut stored = 0u64;
    let counted = open.keys.for_each_sorted::<Error>(|_, rows| {
        stored += rows.len() as u64;
        Ok(())
    });
    if counted.is_ok() && stored != keys && report.is_sound() {
        report.add(name(format!("the key table has {stored} entries, the records give {keys}")));
    }
    report.keys += stored;
}

/// What the comparison of some rows found.
#[derive(Default)]
struct Checked {
    rows: u32,
    keys: u64,
    problems: Vec<String>,
}

fn check_row_group(
    database: &Database,
    at: usize,
    open: &OpenSegment,
    rows: Range<u32>,
    group: &RowGroupMetaData,
    done: &(dyn Fn(u32) + Sync),
) -> Result<Checked, Error> {
    let stored = read_row_group(&open.segment, &own_leaves(group, &open.schema)?, &open.schema)?;
    let starts: Vec<u32> = rows.clone().step_by(BATCH_ROWS as usize).collect();
    if starts.len() != stored.len() {
        return Err(Error::internal(format!("{} batches of {} rows", stored.len(), rows.len())));
    }
    let checked = starts.par_iter().zip(&stored).map(|(&start, stored)| {
        let rows = start..rows.end.min(start + BATCH_ROWS);
        let checked = check_rows(database, at, open, rows.clone(), stored);
        done(rows.len() as u32);
        checked
    });
    let mut all = Checked::default();
    for checked in checked.collect::<Result<Vec<_>, _>>()? {
        all.rows += checked.rows;
        all.keys += checked.keys;
        all.problems.extend(checked.problems);
    }
    Ok(all)
}

/// Shreds the records of `rows` again and compares.
fn check_rows(
    database: &Database,
    at: usize,
    open: &OpenSegment,
    rows: Range<u32>,
    stored: &RecordBatch,
) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    let mut shredder = Shredder::new(&open.schema);
    let mut keys = Vec::new();
    for row in rows.clone() {
        let person = database.person(at, row)?;
        let person_id = person.id();
        let Ok(parsed) = parse_person(person.source()) else {
            checked.problems.push(format!("row {row}: the record cannot be read"));
            continue;
        };
        keys.clear();
        open.plan.keys_of(&parsed.value, &mut keys);
        // An id that was worked out may have given way to the next free one.
        let claim = identify(PERSON_FORMAT, None, &keys);
        if !claim.is_ok_and(|claim| claim.id == person_id || claim.identity_tag.is_some()) {
            checked.problems.push(format!("row {row}: the record does not give person id {person_id}"));
        }
        let own = Key::person_id(person_id);
        if !keys.contains(&own) {
            keys.push(own);
        }
        for key in &keys {
            let hash = database.hash_key.hash(key.kind().number(), key.text().as_bytes());
            if !open.keys.candidates(hash)?.any(|found| found == row) {
                checked
                    .problems
                    .push(format!("row {row}: a key of kind {} is not in the key table", key.kind().name()));
            }
        }
        checked.keys += keys.len() as u64;
        checked.rows += 1;
        shredder.push(&with_person_id(&open.schema, parsed.value, person_id));
    }
    let (expected, _) = shredder.finish()?;
    for (column, (expected, stored)) in expected.columns().iter().zip(stored.columns()).enumerate() {
        if expected != stored {
            let name = stored_name(&open.schema, column);
            checked.problems.push(format!("rows {rows:?}: column {name} differs from the records"));
        }
    }
    checked.problems.extend(check_columns(open, &rows, &expected)?);
    Ok(checked)
}

fn stored_name(schema: &Schema, column: usize) -> &str {
    let node = schema.roots().get(column).and_then(|&id| schema.node(id));
    node.map_or("?", |node| node.path.as_str())
}

/// Compares spans and columns with what the batch says.
fn check_columns(open: &OpenSegment, rows: &Range<u32>, batch: &RecordBatch) -> Result<Vec<String>, Error> {
    let schema = &open.schema;
    let mut problems = Vec::new();
    check_leaves(open, None, u64::from(rows.start), batch, None, &mut problems)?;
    let mut first_elements: Vec<u32> = Vec::new();
    for space in schema.spaces() {
        let outer = space.parent.and_then(|outer| first_elements.get(usize::from(outer)).copied());
        let first_parent = outer.unwrap_or(rows.start);
        let Some(reader) = spans_of(&open.segment, space.id)? else {
            problems.push(format!("the spans of {} are missing", space.name));
            first_elements.push(0);
            continue;
        };
        let spans = space_spans(batch, schema, space.id)?;
        let first =
            if first_parent < reader.parents() { reader.elements(first_parent)?.start } else { reader.len() };
        let mut next = first;
        let mut same = true;
        for (parent, &count) in (first_parent..).zip(&spans.counts) {
            let elements = reader.elements(parent)?;
            same &= elements == (next..next.saturating_add(count));
            for element in elements.clone() {
                same &= reader.parent(element)? == parent;
                same &= reader.is_last(element)? == (element + 1 == elements.end);
            }
            next = next.saturating_add(count);
        }
        for (element, &array) in (first..).zip(&spans.flags) {
            same &= element < reader.len() && reader.array(element)? == array;
        }
        if !same {
            problems.push(format!("rows {rows:?}: the spans of {} differ from the records", space.name));
        }
        check_leaves(open, Some(space.id), u64::from(first), batch, Some(&spans), &mut problems)?;
        first_elements.push(first);
    }
    Ok(problems)
}

fn check_leaves(
    open: &OpenSegment,
    space: Option<SpaceId>,
    first: u64,
    batch: &RecordBatch,
    spans: Option<&SpaceSpans>,
    problems: &mut Vec<String>,
) -> Result<(), Error> {
    for (node, _) in column_leaves(&open.schema, space) {
        let path = open.schema.node(node).map_or("?", |node| node.path.as_str());
        let id = SectionId { kind: SectionKind::COLUMN, space: space.unwrap_or(NO_SPACE), node };
        let Some(column) = open.segment.section(id).map(ColumnReader::new).transpose()? else {
            problems.push(format!("the column of {path} is missing"));
            continue;
        };
        let Some(values) = leaf_values(batch, &open.schema, node, spans)? else { continue };
        for (at, expected) in (first..).zip(ordered_values(&values)) {
            if at >= column.len() || column.get(at)? != expected {
                problems.push(format!("value {at} of the column of {path} differs from the record"));
                break;
            }
        }
    }
    Ok(())
}

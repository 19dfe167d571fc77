//! Compares everything in a segment with its records.

use std::ops::Range;

use arrow::array::RecordBatch;
use parquet::file::metadata::RowGroupMetaData;
use rayon::prelude::*;

use super::VerifyReport;
use super::batch::BatchCheck;
use super::facts::FactHash;
use super::numbers::check_numbers;
use super::texts::{TextFacts, check_texts};
use crate::column::{Shredder, own_leaves, read_row_group};
use crate::engine::Error;
use crate::engine::database::{Database, OpenSegment};
use crate::engine::person::with_person_id;
use crate::engine::segments::{LiveGroup, spans_of, written_groups};
use crate::index::{IndexedLeaf, LeafKind, SpansReader, column_leaves, indexed_leaves};
use crate::record::{Key, parse_person};
use crate::schema::{NodeId, SpaceId};

/// Rows compared at a time.
const BATCH_ROWS: u32 = 4_096;

/// One segment and what of it is compared.
pub(super) struct SegmentCheck<'a> {
    database: &'a Database,
    /// Its position in the database.
    at: usize,
    pub(super) open: &'a OpenSegment,
    pub(super) hash: FactHash,
    /// Its indexed text leaves; none if their words were made by other rules.
    pub(super) texts: Vec<IndexedLeaf>,
}

/// What the comparison of some rows found.
pub(super) struct Checked {
    rows: u32,
    keys: u64,
    pub(super) problems: Vec<String>,
    /// What the rows say about each text leaf.
    pub(super) texts: Vec<TextFacts>,
}

impl Checked {
    fn add_all(&mut self, other: Self) {
        self.rows += other.rows;
        self.keys += other.keys;
        self.problems.extend(other.problems);
        self.texts.iter_mut().zip(&other.texts).for_each(|(all, facts)| all.add_all(facts));
    }
}

impl<'a> SegmentCheck<'a> {
    /// The segment at `at` of the database. `words`: whether its words can be compared.
    pub(super) fn new(
        database: &'a Database,
        at: usize,
        open: &'a OpenSegment,
        hash: FactHash,
        words: bool,
    ) -> Self {
        let mut check = Self { database, at, open, hash, texts: Vec::new() };
        if words {
            let indexed = check.spaces().flat_map(|space| indexed_leaves(&open.schema, space));
            check.texts = indexed.filter(|leaf| !matches!(leaf.kind, LeafKind::Number(_))).collect();
        }
        check
    }

    /// The person, then the element spaces.
    fn spaces(&self) -> impl Iterator<Item = Option<SpaceId>> + use<'a> {
        std::iter::once(None).chain(self.open.schema.spaces().iter().map(|space| Some(space.id)))
    }

    /// The path of a leaf.
    pub(super) fn path(&self, node: NodeId) -> &str {
        self.open.schema.node(node).map_or("?", |node| node.path.as_str())
    }

    fn nothing(&self) -> Checked {
        Checked {
            rows: 0,
            keys: 0,
            problems: Vec::new(),
            texts: vec![TextFacts::default(); self.texts.len()],
        }
    }

    /// Compares it all; `groups` are its row groups in the footer. Rows of others are dead, and compared with the indexes all the same:
    /// their values are in those still.
    pub(super) fn check(&self, groups: &[LiveGroup], done: &(dyn Fn(u32) + Sync), report: &mut VerifyReport) {
        let open = self.open;
        let id = open.segment.directory().parts.segment_id;
        let name = |problem: String| format!("segment {id}: {problem}");
        if let Err(error) = open.keys.check(open.segment.rows()) {
            report.add(name(error.to_string()));
        }
        let (mut all, mut complete) = (self.nothing(), true);
        let mut groups = groups.iter().peekable();
        for rows in written_groups(&open.segment) {
            let group = groups.next_if(|group| group.rows == rows);
            report.row_groups += u64::from(group.is_some());
            match self.check_row_group(rows, group.map(|group| &group.metadata), done) {
                Ok(checked) => all.add_all(checked),
                Err(error) => {
                    complete = false;
                    all.problems.push(error.to_string());
                }
            }
        }
        report.people += u64::from(all.rows);
        std::mem::take(&mut all.problems).into_iter().for_each(|problem| report.add(name(problem)));
        self.check_key_count(all.keys, &name, report);
        if complete {
            self.check_indexes(&all.texts).into_iter().for_each(|problem| report.add(name(problem)));
        }
    }

    fn check_key_count(&self, keys: u64, name: &dyn Fn(String) -> String, report: &mut VerifyReport) {
        let mut stored = 0u64;
        let counted = self.open.keys.for_each_sorted::<Error>(|_, rows| {
            stored += rows.len() as u64;
            Ok(())
        });
        if counted.is_ok() && stored != keys && report.is_sound() {
            report.add(name(format!("the key table has {stored} entries, the records give {keys}")));
        }
        report.keys += stored;
    }

    /// Compares number buckets with columns, and text leaves with what the records say: the problems, by leaf.
    pub(super) fn check_indexes(&self, texts: &[TextFacts]) -> Vec<String> {
        let problem = |node: NodeId, found: Result<Option<&'static str>, Error>| {
            let problem =
                found.map_or_else(|error| Some(error.to_string()), |problem| problem.map(str::to_string));
            problem.map(|problem| format!("{}: {problem}", self.path(node)))
        };
        let mut problems = Vec::new();
        for space in self.spaces() {
            match self.universe(space) {
                Ok(universe) => {
                    let indexed = indexed_leaves(&self.open.schema, space);
                    let leaves = column_leaves(&self.open.schema, space).into_par_iter();
                    problems.par_extend(leaves.filter_map(|(node, kind)| {
                        let leaf = IndexedLeaf { space, node, kind: LeafKind::Number(kind) };
                        let is_indexed = indexed.contains(&leaf);
                        problem(node, check_numbers(&self.open.segment, &leaf, kind, is_indexed, universe))
                    }));
                }
                Err(error) => problems.push(error.to_string()),
            }
        }
        let leaves = self.texts.par_iter().zip(texts);
        problems.par_extend(leaves.filter_map(|(leaf, facts)| {
            problem(leaf.node, check_texts(self.hash, &self.open.segment, leaf, facts))
        }));
        problems
    }

    /// Number of rows, or of elements of a space.
    fn universe(&self, space: Option<SpaceId>) -> Result<u32, Error> {
        match space {
            None => Ok(self.open.segment.rows()),
            Some(space) => Ok(spans_of(&self.open.segment, space)?.as_ref().map_or(0, SpansReader::len)),
        }
    }

    pub(super) fn check_row_group(
        &self,
        rows: Range<u32>,
        group: Option<&RowGroupMetaData>,
        done: &(dyn Fn(u32) + Sync),
    ) -> Result<Checked, Error> {
        let open = self.open;
        let own = group.map(|group| own_leaves(group, &open.schema)).transpose()?;
        let stored = own.map(|group| read_row_group(&open.segment, &group, &open.schema)).transpose()?;
        let starts: Vec<u32> = rows.clone().step_by(BATCH_ROWS as usize).collect();
        if let Some(stored) = stored.as_ref().filter(|stored| stored.len() != starts.len()) {
            return Err(Error::internal(format!("{} batches of {} rows", stored.len(), rows.len())));
        }
        let checked = starts.par_iter().enumerate().map(|(at, &start)| {
            let rows = start..rows.end.min(start + BATCH_ROWS);
            let stored = stored.as_ref().and_then(|stored| stored.get(at));
            let checked = self.check_rows(rows.clone(), stored);
            done(stored.map_or(0, |_| rows.len() as u32));
            checked
        });
        let mut all = self.nothing();
        checked.collect::<Result<Vec<_>, _>>()?.into_iter().for_each(|checked| all.add_all(checked));
        Ok(all)
    }

    /// Shreds the records of `rows` again and compares; `stored`: what their row group holds, if it is in the footer.
    fn check_rows(&self, rows: Range<u32>, stored: Option<&RecordBatch>) -> Result<Checked, Error> {
        let open = self.open;
        let mut checked = self.nothing();
        let mut shredder = Shredder::new(&open.schema);
        let mut keys = Vec::new();
        for row in rows.clone() {
            let person = self.database.person(self.at, row)?;
            let person_id = person.id();
            let Ok(parsed) = parse_person(person.record()) else {
                checked.problems.push(format!("row {row}: the record cannot be read"));
                continue;
            };
            keys.clear();
            open.plan.keys_of(&parsed.value, &mut keys);
            // An id that was worked out may have given way to the next free one.
            let claim = person.claim(&keys);
            if !claim.is_ok_and(|claim| claim.id == person_id || claim.identity_tag.is_some()) {
                checked.problems.push(format!("row {row}: the record does not give person id {person_id}"));
            }
            let own = Key::person_id(person_id);
            if !keys.contains(&own) {
                keys.push(own);
            }
            for key in &keys {
                let hash = self.database.hash_key.hash(key.kind().number(), key.text().as_bytes());
                if !open.keys.candidates(hash)?.any(|found| found == row) {
                    checked.problems.push(format!(
                        "row {row}: a key of kind {} is not in the key table",
                        key.kind().name()
                    ));
                }
            }
            checked.keys += keys.len() as u64;
            checked.rows += u32::from(stored.is_some());
            shredder.push(&with_person_id(&open.schema, parsed.value, person_id));
        }
        let (expected, _) = shredder.finish()?;
        let stored = stored.map_or(&[][..], RecordBatch::columns);
        for (column, (expected, stored)) in expected.columns().iter().zip(stored).enumerate() {
            if expected != stored {
                let name = self.stored_name(column);
                checked.problems.push(format!("rows {rows:?}: column {name} differs from the records"));
            }
        }
        BatchCheck { segment: self, rows: &rows, batch: &expected }.check(&mut checked)?;
        Ok(checked)
    }

    fn stored_name(&self, column: usize) -> &str {
        self.open.schema.roots().get(column).map_or("?", |&node| self.path(node))
    }
}

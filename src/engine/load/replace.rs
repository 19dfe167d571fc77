//! What a replaced person costs: a row group lists only living people, so those with a dead row leave the file's footer, and who
//! survives in them is indexed again.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::commit::Base;
use super::identity::Replaced;
use super::indexer::Indexer;
use super::stored::StoredRows;
use crate::engine::Error;
use crate::engine::segments::{live_segments, person_ids_of};
use crate::record::{Format, KeyPlan};
use crate::schema::mapping::Mapping;
use crate::storage::Segment;

/// What is needed to index people again.
pub(super) struct Survivors<'a> {
    pub(super) base: &'a Base,
    pub(super) plan: &'a KeyPlan,
    /// Mappings of this load that the file does not have yet.
    pub(super) new_mappings: &'a [Arc<Mapping>],
}

/// The people of a load, and who lost their place to them.
pub(super) struct Indexed {
    /// The runs of the new segment.
    pub(super) runs: Vec<Segment>,
    /// Runs that had a dead row, by their number among all: their row groups are in the segment, and count for nothing.
    pub(super) left_out: BTreeSet<usize>,
    /// Rows of older segments that die: whole row groups.
    pub(super) dead: BTreeMap<usize, RoaringBitmap>,
}

impl Survivors<'_> {
    /// Ends the load's indexing: adds the survivors of every row group in which somebody was replaced.
    pub(super) fn index(&self, mut indexer: Indexer<'_, '_>, replaced: &Replaced) -> Result<Indexed, Error> {
        indexer.close_run()?;
        let dead_in_runs = dead_in_runs(indexer.runs(), replaced)?;
        self.index_runs(&mut indexer, &dead_in_runs)?;
        let dead = self.index_older(&mut indexer, &replaced.stored)?;
        let left_out: BTreeSet<usize> = dead_in_runs.into_keys().collect();
        let runs = indexer.finish()?.into_iter().enumerate();
        let runs = runs.filter(|(at, _)| !left_out.contains(at)).map(|(_, run)| run).collect();
        Ok(Indexed { runs, left_out, dead })
    }

    /// Adds the survivors of this load's own runs.
    fn index_runs(
        &self,
        indexer: &mut Indexer<'_, '_>,
        dead: &BTreeMap<usize, BTreeSet<u32>>,
    ) -> Result<(), Error> {
        let formats: Vec<Format> = self.new_mappings.iter().cloned().map(Format::Mapped).collect();
        let dictionary = indexer.dictionary().cloned();
        for (&at, dead) in dead {
            let run = indexer.runs().get(at).ok_or_else(|| Error::internal(format!("no run {at}")))?.clone();
            let number = run.directory().mapping(0);
            let own = number.checked_sub(self.base.formats.count() + 1);
            let format = match own.and_then(|own| formats.get(own as usize)) {
                Some(format) => format,
                None => self.base.formats.of(&run, 0)?,
            };
            let stored = StoredRows::of_run(&run, dictionary.as_deref(), format)?;
            let rows: Vec<u32> = (0..run.rows()).filter(|row| !dead.contains(row)).collect();
            indexer.add_stored(self.plan, &stored, &rows)?;
        }
        Ok(())
    }

    /// Adds the survivors of older segments' row groups, and tells which rows are dead for that.
    fn index_older(
        &self,
        indexer: &mut Indexer<'_, '_>,
        replaced: &BTreeSet<(usize, u32)>,
    ) -> Result<BTreeMap<usize, RoaringBitmap>, Error> {
        let mut dead: BTreeMap<usize, RoaringBitmap> = BTreeMap::new();
        let Some(snapshot) = self.base.snapshot.as_ref().filter(|_| !replaced.is_empty()) else {
            return Ok(dead);
        };
        for (at, live) in live_segments(snapshot)?.iter().enumerate() {
            let stored = StoredRows::of_segment(&live.segment, &self.base.dictionaries, &self.base.formats)?;
            for group in live.groups.iter().map(|group| group.rows.clone()) {
                if replaced.range((at, group.start)..(at, group.end)).next().is_none() {
                    continue;
                }
                let rows: Vec<u32> = group.clone().filter(|&row| !replaced.contains(&(at, row))).collect();
                indexer.add_stored(self.plan, &stored, &rows)?;
                dead.entry(at).or_default().insert_range(group);
            }
        }
        Ok(dead)
    }
}

/// The rows of a load's runs that do not count, by run.
fn dead_in_runs(runs: &[Segment], replaced: &Replaced) -> Result<BTreeMap<usize, BTreeSet<u32>>, Error> {
    let mut rows_of: HashMap<u64, Vec<(usize, u32)>> = HashMap::new();
    let wanted: BTreeSet<u64> = replaced.again.union(&replaced.gone).copied().collect();
    if !wanted.is_empty() {
        for (at, run) in runs.iter().enumerate() {
            for (row, id) in (0..).zip(person_ids_of(run)?.slice(0..run.rows())?) {
                if wanted.contains(&id) {
                    rows_of.entry(id).or_default().push((at, row));
                }
            }
        }
    }
    let mut dead: BTreeMap<usize, BTreeSet<u32>> = BTreeMap::new();
    for (id, mut rows) in rows_of {
        // Runs are in the order of the load, and hold a person once.
        if !replaced.gone.contains(&id) {
            rows.pop();
        }
        for (at, row) in rows {
            dead.entry(at).or_default().insert(row);
        }
    }
    Ok(dead)
}

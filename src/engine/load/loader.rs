//! One load from first byte to commit.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::chunk::Accepted;
use super::commit::{Base, NewSegment};
use super::feed::{Fed, feed};
use super::identity::{Holder, Identities};
use super::indexer::Indexer;
use super::replace::{Indexed, Survivors};
use super::report::{path_at_fault, summary};
use super::source::Choice;
use super::{
    Input, LoadOptions, LoadReport, Observer, OnDuplicate, OnError, Progress, Reject, Stage, commit,
    group_rows,
};
use crate::column::{RowGroupWriter, Shredder};
use crate::engine::merge::merge_small;
use crate::engine::suppression::Suppression;
use crate::engine::{Bytes, Error};
use crate::index::{Compressor, Dictionary, SAMPLE_RECORDS, train};
use crate::record::{Format, IdClaim, Item, Key, KeyPlan, RejectReason, Tally, Value};
use crate::schema::Schema;
use crate::schema::mapping::Mapping;
use crate::storage::{DirectoryParts, Segment, SharedRange, Writer};

/// Records on which an older dictionary is tried before it is used.
const TRIAL_RECORDS: usize = 256;
/// Bytes of records that wait for a dictionary at most.
const SAMPLE_BYTES: usize = 64 << 20;
/// How often progress is told.
const PROGRESS_EVERY: Duration = Duration::from_millis(100);
/// Bytes of a rejected record that are reported.
const REPORTED_BYTES: usize = 64 << 10;

/// Loads `inputs`, in order, into the database at `path`, as one commit; creates the database if there is none. Holds the
/// writer's lock meanwhile. Memory: under a gigabyte for records of some kilobytes, whatever the inputs' size, and some 30 bytes for each
/// person.
///
/// # Errors
/// Another writer, damage, a full disk, an input that cannot be read to its end. After an error nothing was loaded.
pub(in crate::engine) fn load(
    path: &Path,
    inputs: Vec<Input>,
    options: &LoadOptions,
    observer: &mut dyn Observer,
) -> Result<LoadReport, Error> {
    let purpose = match inputs.as_slice() {
        [one] => format!("load {}", one.name()),
        several => format!("load {} inputs", several.len()),
    };
    load_through(Writer::open(path, &purpose)?, inputs, options, observer)
}

/// Loads like [`Database::load`](crate::Database::load), through a writer that the caller has opened: for tests of what a failing medium leaves behind.
pub fn load_through(
    mut writer: Writer,
    inputs: Vec<Input>,
    options: &LoadOptions,
    observer: &mut dyn Observer,
) -> Result<LoadReport, Error> {
    let started = Instant::now();
    let base = Base::of(&writer, options.schema.clone().unwrap_or_else(Schema::person))?;
    let mut watch = Watch::new(observer, inputs.iter().map(|input| input.len).sum());
    let mut report = LoadReport::default();
    let new = read_all(&writer, &base, inputs, options, &mut watch, &mut report)?;
    if options.dry_run {
        let before = base.snapshot.as_ref().map_or(0, |snapshot| snapshot.manifest().live_rows());
        report.total_people = before + report.people;
        report.seconds = started.elapsed().as_secs_f64();
        return Ok(report);
    }
    let new = new.map(|new| commit::finish_segment(&base, new)).transpose()?;
    watch.stage(Stage::Committing, &report)?;
    commit::commit_load(&mut writer, &base, new, &mut report)?;
    // The people are in. Whatever keeps small segments from being merged now, the next load merges them.
    let merged = watch
        .stage(Stage::Compacting, &report)
        .and_then(|()| merge_small(&mut writer, group_rows(options.row_group_rows)));
    commit::count_merged(&writer, merged, &mut report);
    let bytes = writer.snapshot().and_then(|after| after.bytes().ok());
    report.file = bytes.map(Bytes::of).unwrap_or_default();
    report.seconds = started.elapsed().as_secs_f64();
    Ok(report)
}

/// Reads and indexes all inputs; `None` if no record was accepted.
fn read_all(
    writer: &Writer,
    base: &Base,
    inputs: Vec<Input>,
    options: &LoadOptions,
    watch: &mut Watch<'_>,
    report: &mut LoadReport,
) -> Result<Option<NewSegment>, Error> {
    let start = writer.segment_start();
    let mut segment = writer.new_segment("segment")?;
    let plan = KeyPlan::new(&base.schema);
    let mut groups = RowGroupWriter::new(&mut segment, start, &base.schema)?;
    let mut loader = Loader {
        base,
        options,
        plan: &plan,
        identities: Identities::new(base, &plan, options.key.as_deref())?,
        indexer: Indexer::new(writer, &base.schema, &mut groups, group_rows(options.row_group_rows)),
        new_dictionary: None,
        waiting: Waiting::default(),
        new_mappings: Vec::new(),
        tally: Tally::default(),
        watch,
        report: &mut *report,
    };
    loader.read(inputs)?;
    let Loader { indexer, identities, new_dictionary, new_mappings, tally, .. } = loader;
    report.absorb_tally(tally);
    if options.dry_run || report.people + report.replaced == 0 {
        return Ok(None);
    }
    watch.stage(Stage::Merging, report)?;
    let dictionary = match (&new_dictionary, indexer.dictionary()) {
        (Some(_), _) => base.dictionaries.count() + 1,
        (None, Some(_)) => base.dictionaries.count(),
        (None, None) => 0,
    };
    let survivors = Survivors { base, plan: &plan, new_mappings: &new_mappings };
    let Indexed { runs, left_out, dead } = survivors.index(indexer, &identities.replaced())?;
    let groups = groups.finish()?.into_iter().enumerate();
    let groups = groups.filter(|(at, _)| !left_out.contains(at)).map(|(_, group)| group).collect();
    let row_groups: Vec<u32> = runs.iter().map(Segment::rows).collect();
    let parts = DirectoryParts {
        segment_id: base.next_segment_id,
        rows: row_groups.iter().sum(),
        schema: base.schema_index,
        row_groups,
        dictionaries: SharedRange::all(dictionary),
        ..DirectoryParts::default()
    };
    let (dictionary, mappings) = (new_dictionary, new_mappings);
    Ok(Some(NewSegment { segment, groups, runs, parts, dictionary, mappings, dead }))
}

/// The state of a load.
struct Loader<'a, 'g, 'o, 'r> {
    base: &'a Base,
    options: &'a LoadOptions,
    plan: &'a KeyPlan,
    identities: Identities<'a>,
    indexer: Indexer<'a, 'g>,
    new_dictionary: Option<Arc<Dictionary>>,
    waiting: Waiting,
    /// Mappings that the file does not have yet; their numbers follow those that it has.
    new_mappings: Vec<Arc<Mapping>>,
    /// What records of other sources hold.
    tally: Tally,
    watch: &'r mut Watch<'o>,
    report: &'r mut LoadReport,
}

/// Batches that wait until it is decided how records are compressed.
#[derive(Default)]
struct Waiting {
    batches: Vec<Fed>,
    records: usize,
    bytes: usize,
}

/// A record that can be taken if its id is free.
struct Candidate<'a> {
    value: Value<'a>,
    keys: Vec<Key>,
    claim: IdClaim,
    /// Whether it names somebody who must not come back.
    suppressed: bool,
    duplicate_keys: u32,
    tally: Tally,
}

/// What becomes of a record that can be taken.
enum Admitted {
    /// It is loaded under this id.
    As(u64),
    /// Its person is there, and stays as it is.
    PassedOver,
    /// It is rejected.
    Refused(Refusal),
}

/// Why a record is not taken, with the value at fault where one is.
struct Refusal {
    reason: RejectReason,
    value: Option<String>,
    /// What the record holds, in a dry run.
    tally: Option<Box<Tally>>,
}

impl From<RejectReason> for Refusal {
    fn from(reason: RejectReason) -> Self {
        Self { reason, value: None, tally: None }
    }
}

impl Loader<'_, '_, '_, '_> {
    /// Reads all inputs to their ends.
    fn read(&mut self, inputs: Vec<Input>) -> Result<(), Error> {
        let choice = Choice {
            schema: Arc::clone(&self.base.schema),
            source: self.options.source.clone(),
            country: self.options.country.clone(),
        };
        let batches = feed(inputs, choice);
        loop {
            // A reader that is gone before it said so has panicked: what it read so far is not all.
            let fed = batches.recv().map_err(|_| Error::internal("the inputs were not read to their end"))?;
            match fed? {
                Some(fed) => self.take(fed)?,
                None => return self.start_waiting(),
            }
        }
    }

    fn take(&mut self, fed: Fed) -> Result<(), Error> {
        if self.indexer.is_ready() {
            return self.index(&fed);
        }
        self.waiting.records += fed.batch.items.len();
        self.waiting.bytes += fed.batch.bytes.len();
        self.waiting.batches.push(fed);
        if self.waiting.records >= SAMPLE_RECORDS || self.waiting.bytes >= SAMPLE_BYTES {
            self.start_waiting()?;
        }
        Ok(())
    }

    /// Decides on a dictionary and indexes what waited for that.
    fn start_waiting(&mut self) -> Result<(), Error> {
        let batches = std::mem::take(&mut self.waiting).batches;
        if batches.is_empty() {
            return Ok(());
        }
        let all = batches.iter().flat_map(|fed| fed.batch.items.iter().map(move |item| (fed, item)));
        // What a dictionary is trained on stays in the file.
        let stays = all.filter(|(fed, item)| {
            let candidates = Candidates::of(self.base, self.plan, self.options, fed);
            !candidates.is_suppressed(fed.batch.record(item), item)
        });
        let sample: Vec<&[u8]> =
            stays.take(SAMPLE_RECORDS).map(|(fed, item)| fed.batch.record(item)).collect();
        let dictionary = match self.serving_dictionary(&sample)? {
            Some(dictionary) => Some(dictionary),
            None => {
                let trained = train(&sample).map(Dictionary::new).transpose()?.map(Arc::new);
                self.new_dictionary.clone_from(&trained);
                trained
            }
        };
        self.indexer.compress_with(dictionary);
        batches.iter().try_for_each(|fed| self.index(fed))
    }

    /// The file's newest dictionary, if these records shrink by at least a quarter more with it than without.
    fn serving_dictionary(&self, sample: &[&[u8]]) -> Result<Option<Arc<Dictionary>>, Error> {
        let count = self.base.dictionaries.count();
        if count == 0 {
            return Ok(None);
        }
        let newest = Arc::clone(self.base.dictionaries.get(count)?);
        let size = |dictionary| -> Result<usize, Error> {
            let (mut compressor, mut payload, mut size) = (Compressor::new(dictionary)?, Vec::new(), 0);
            for record in sample.iter().take(TRIAL_RECORDS) {
                compressor.compress(record, &mut payload)?;
                size += payload.len();
            }
            Ok(size)
        };
        let (with, without) = (size(Some(Arc::clone(&newest)))?, size(None)?);
        Ok((with <= without / 4 * 3).then_some(newest))
    }

    /// Parses a batch, gives out ids, and adds who was accepted to the run.
    fn index(&mut self, fed: &Fed) -> Result<(), Error> {
        self.report.sources.extend(fed.told.clone());
        let items = &fed.batch.items;
        let (strict, schema) = (self.options.strict, &self.base.schema);
        let candidates = Candidates::of(self.base, self.plan, self.options, fed);
        let candidates: Vec<Result<Candidate<'_>, Refusal>> = items
            .par_iter()
            .with_min_len(16)
            .map_init(
                || strict.then(|| Shredder::new(schema)),
                |checker, item| candidates.take(checker.as_mut(), fed.batch.record(item), item),
            )
            .collect();
        let mut accepted = Vec::with_capacity(items.len());
        for (item, candidate) in items.iter().zip(candidates) {
            let source = fed.batch.record(item);
            match candidate {
                Err(refusal) => self.reject(fed, item, refusal)?,
                Ok(candidate) if candidate.suppressed => self.report.suppressed += 1,
                Ok(candidate) => match self.admit(&candidate)? {
                    Admitted::As(id) => accepted.push(self.accept(id, source, candidate)),
                    Admitted::PassedOver => self.report.kept += 1,
                    Admitted::Refused(refusal) => self.reject(fed, item, refusal)?,
                },
            }
        }
        if !accepted.is_empty() {
            let mapping = match &fed.format {
                Format::Person => 0,
                Format::Mapped(mapping) => self.mapping_id(mapping)?,
            };
            let shredded = self.indexer.add(mapping, accepted)?;
            self.report.absorb(shredded);
        }
        self.watch.tell(fed.bytes, Stage::Reading, self.report)
    }

    /// Under which id a record is loaded, if it is.
    fn admit(&mut self, candidate: &Candidate<'_>) -> Result<Admitted, Error> {
        let held = match self.identities.holder(&candidate.claim, &candidate.value)? {
            Holder::Nobody(id) => {
                self.identities.add(id, candidate.claim.identity_tag, &candidate.value);
                self.report.people += 1;
                return Ok(Admitted::As(id));
            }
            Holder::Several(ids) => return Ok(Admitted::Refused(self.several(ids))),
            Holder::Same(held) => held,
        };
        let id = held.id;
        match self.options.on_duplicate {
            OnDuplicate::Keep => Ok(Admitted::PassedOver),
            OnDuplicate::Reject => {
                let reason = RejectReason::DuplicatePerson { id };
                Ok(Admitted::Refused(Refusal { value: Some(id.to_string()), ..reason.into() }))
            }
            OnDuplicate::Replace => {
                Ok(match self.identities.replace(&held, &candidate.claim, &candidate.value)? {
                    Ok(id) => {
                        self.report.replaced += 1;
                        Admitted::As(id)
                    }
                    Err(other) => Admitted::Refused(self.several(vec![id, other])),
                })
            }
        }
    }

    /// One record cannot take the place of several people.
    fn several(&self, ids: Vec<u64>) -> Refusal {
        let path = self.options.key.clone().unwrap_or_default();
        RejectReason::SeveralPeople { path, ids }.into()
    }

    fn mapping_id(&mut self, mapping: &Arc<Mapping>) -> Result<u32, Error> {
        if let Some(id) = self.base.formats.find(mapping.text())? {
            return Ok(id);
        }
        let known = self.new_mappings.iter().position(|known| known.text() == mapping.text());
        let at = known.unwrap_or_else(|| {
            self.new_mappings.push(Arc::clone(mapping));
            self.new_mappings.len() - 1
        });
        Ok(self.base.formats.count() + 1 + at as u32)
    }

    fn accept<'b>(&mut self, id: u64, source: &'b [u8], candidate: Candidate<'b>) -> Accepted<'b> {
        self.tally.absorb(candidate.tally);
        self.report.json_bytes += source.len() as u64;
        self.report.duplicate_keys += u64::from(candidate.duplicate_keys);
        Accepted::new(&self.base.schema, id, source, candidate.value, candidate.keys)
    }

    fn reject(&mut self, fed: &Fed, item: &Item, refusal: Refusal) -> Result<(), Error> {
        let Refusal { reason, value, tally } = refusal;
        tally.into_iter().for_each(|tally| self.tally.absorb(*tally));
        let source = fed.batch.record(item);
        let line = reason.line(source, item.line);
        self.report.rejected += 1;
        *self.report.reasons.entry(summary(&reason).to_string()).or_default() += 1;
        let shown = source.get(..source.len().min(REPORTED_BYTES)).unwrap_or_default();
        self.watch.reject(&Reject {
            input: fed.input.to_string(),
            line,
            path: path_at_fault(&reason),
            value,
            reason: reason.to_string(),
            record: String::from_utf8_lossy(shown).into_owned(),
        })?;
        if self.options.on_error == OnError::Stop {
            let (input, reason) = (fed.input.to_string(), reason.to_string());
            return Err(Error::Rejected { input, line, reason });
        }
        Ok(())
    }
}

/// Reads records into candidates.
struct Candidates<'a> {
    plan: &'a KeyPlan,
    format: &'a Format,
    suppression: Option<&'a Suppression>,
    /// Whether it is counted where every value goes.
    tally_all: bool,
}

impl<'a> Candidates<'a> {
    fn of(base: &'a Base, plan: &'a KeyPlan, options: &LoadOptions, fed: &'a Fed) -> Self {
        let suppression = base.suppression.as_ref();
        Self { plan, format: &fed.format, suppression, tally_all: options.dry_run }
    }

    /// Whether a record names somebody who must not come back.
    fn is_suppressed(&self, source: &'a [u8], item: &Item) -> bool {
        self.suppression.is_some()
            && self.take(None, source, item).is_ok_and(|candidate| candidate.suppressed)
    }

    fn take(
        &self,
        checker: Option<&mut Shredder>,
        source: &'a [u8],
        item: &Item,
    ) -> Result<Candidate<'a>, Refusal> {
        if let Some(reason) = &item.rejected {
            return Err(reason.clone().into());
        }
        let taken = self.format.read(source)?;
        let mut tally = Tally::default();
        if let (Format::Mapped(mapping), Some(record)) = (self.format, &taken.source) {
            tally.add(mapping, record, self.tally_all);
        }
        let mut keys = Vec::new();
        self.plan.keys_of(&taken.value, &mut keys);
        let claim = match self.format.claim(taken.id.as_deref(), &keys) {
            Ok(claim) => claim,
            // A dry run tells of these, too: where nothing goes may be why nobody has a key.
            Err(reason) if self.tally_all => {
                return Err(Refusal { tally: Some(Box::new(tally)), ..reason.into() });
            }
            Err(reason) => return Err(reason.into()),
        };
        let own = Key::person_id(claim.id);
        let is_suppressed = |list: &Suppression| list.holds(&own) || keys.iter().any(|key| list.holds(key));
        let suppressed = self.suppression.is_some_and(is_suppressed);
        if let Some(misfit) =
            checker.filter(|_| !suppressed).and_then(|checker| checker.push_strict(&taken.value))
        {
            let reason =
                RejectReason::WrongType { path: misfit.path, expected: misfit.expected, found: misfit.found };
            return Err(Refusal { value: Some(misfit.value), ..reason.into() });
        }
        let duplicate_keys = taken.duplicate_keys;
        Ok(Candidate { value: taken.value, keys, claim, suppressed, duplicate_keys, tally })
    }
}

/// Passes progress and rejects on, and remembers that the caller wants to stop.
pub(super) struct Watch<'o> {
    observer: &'o mut dyn Observer,
    bytes: u64,
    bytes_total: Option<u64>,
    told: Instant,
}

impl<'o> Watch<'o> {
    fn new(observer: &'o mut dyn Observer, bytes_total: Option<u64>) -> Self {
        Self { observer, bytes: 0, bytes_total, told: Instant::now() }
    }

    fn tell(&mut self, bytes: u64, stage: Stage, report: &LoadReport) -> Result<(), Error> {
        self.bytes = bytes;
        if self.told.elapsed() < PROGRESS_EVERY {
            return Ok(());
        }
        self.stage(stage, report)
    }

    fn stage(&mut self, stage: Stage, report: &LoadReport) -> Result<(), Error> {
        self.told = Instant::now();
        let (people, rejected) = (report.people + report.replaced, report.rejected);
        let progress = Progress { stage, bytes: self.bytes, bytes_total: self.bytes_total, people, rejected };
        match self.observer.progress(&progress) {
            std::ops::ControlFlow::Continue(()) => Ok(()),
            std::ops::ControlFlow::Break(()) => Err(Error::Interrupted),
        }
    }

    fn reject(&mut self, reject: &Reject) -> Result<(), Error> {
        self.observer.reject(reject).map_err(Error::Rejects)
    }
}

//! One load from first byte to commit.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rayon::prelude::*;

use super::chunk::{Accepted, CHUNK_ROWS, ChunkMaker};
use super::commit::{Base, NewSegment};
use super::feed::{Fed, feed};
use super::identity::Identities;
use super::report::{path_at_fault, summary};
use super::run::Run;
use super::source::Choice;
use super::{Input, LoadOptions, LoadReport, Observer, OnError, Progress, Reject, Stage, commit, compact};
use crate::column::{ROW_GROUP_ROWS, RowGroupEncoder, RowGroupWriter, Shredder};
use crate::engine::Error;
use crate::engine::person::with_person_id;
use crate::index::{Compressor, Dictionary, train};
use crate::record::{Format, IdClaim, Item, Key, KeyPlan, RejectReason, Tally, Value};
use crate::schema::Schema;
use crate::schema::mapping::Mapping;
use crate::storage::{DirectoryParts, Segment, SegmentWriter, SharedRange, Writer};

/// Records that a dictionary is trained on.
const SAMPLE_RECORDS: usize = 2_048;
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
    watch.stage(Stage::Merging, &report)?;
    let new = new.map(|new| commit::finish_segment(&base, new)).transpose()?;
    watch.stage(Stage::Committing, &report)?;
    commit::commit_load(&mut writer, &base, new, &mut report)?;
    // The people are in. Whatever keeps small segments from being merged now, the next load merges them.
    let merged =
        watch.stage(Stage::Compacting, &report).and_then(|()| compact::merge_small(&mut writer, &mut report));
    report.unmerged = merged.err().map(|error| match error {
        Error::Interrupted => "interrupted".to_string(),
        error => error.to_string(),
    });
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
    let mut segment = SegmentWriter::create(&writer.staging_path("segment"), start)?;
    let plan = KeyPlan::new(&base.schema);
    let mut groups = RowGroupWriter::new(&mut segment, start, &base.schema)?;
    let mut loader = Loader {
        writer,
        base,
        options,
        plan: &plan,
        identities: Identities::new(base, &plan)?,
        encoder: groups.encoder(),
        groups: &mut groups,
        maker: None,
        new_dictionary: None,
        waiting: Waiting::default(),
        run: Run::default(),
        run_mapping: 0,
        new_mappings: Vec::new(),
        tally: Tally::default(),
        runs: Vec::new(),
        row_groups: Vec::new(),
        watch,
        report: &mut *report,
    };
    let choice = Choice {
        schema: Arc::clone(&base.schema),
        source: options.source.clone(),
        country: options.country.clone(),
    };
    let batches = feed(inputs, choice);
    loop {
        // A reader that is gone before it said so has panicked: what it read so far is not all.
        let fed = batches.recv().map_err(|_| Error::internal("the inputs were not read to their end"))?;
        match fed? {
            Some(fed) => loader.take(fed)?,
            None => break,
        }
    }
    loader.start_waiting()?;
    loader.close_run()?;
    let Loader { runs, row_groups, new_dictionary, new_mappings, tally, maker, .. } = loader;
    report.absorb_tally(tally);
    let groups = groups.finish()?;
    if runs.is_empty() {
        return Ok(None);
    }
    let dictionary = match (&new_dictionary, maker.and_then(|maker| maker.dictionary)) {
        (Some(_), _) => base.dictionaries.count() + 1,
        (None, Some(_)) => base.dictionaries.count(),
        (None, None) => 0,
    };
    let parts = DirectoryParts {
        segment_id: base.next_segment_id,
        rows: row_groups.iter().sum(),
        schema: base.schema_index,
        row_groups,
        sorted_ranges: Vec::new(),
        dictionaries: SharedRange::all(dictionary),
        mappings: Vec::new(),
    };
    Ok(Some(NewSegment { segment, groups, runs, parts, dictionary: new_dictionary, mappings: new_mappings }))
}

/// The state of a load.
struct Loader<'a, 'g, 'o> {
    writer: &'a Writer,
    base: &'a Base,
    options: &'a LoadOptions,
    plan: &'a KeyPlan,
    identities: Identities<'a>,
    encoder: RowGroupEncoder,
    groups: &'a mut RowGroupWriter<'g>,
    /// Set once it is decided with which dictionary records are compressed.
    maker: Option<ChunkMaker>,
    new_dictionary: Option<Arc<Dictionary>>,
    waiting: Waiting,
    run: Run,
    /// The mapping through which the records of the run are read; 0: none.
    run_mapping: u32,
    /// Mappings that the file does not have yet; their numbers follow those that it has.
    new_mappings: Vec<Arc<Mapping>>,
    /// What records of other sources hold.
    tally: Tally,
    runs: Vec<Segment>,
    row_groups: Vec<u32>,
    watch: &'a mut Watch<'o>,
    report: &'a mut LoadReport,
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
    duplicate_keys: u32,
    tally: Tally,
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

impl Loader<'_, '_, '_> {
    fn take(&mut self, fed: Fed) -> Result<(), Error> {
        if self.maker.is_some() {
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
        let all = batches.iter().flat_map(|fed| fed.batch.items.iter().map(|item| fed.batch.record(item)));
        let sample: Vec<&[u8]> = all.take(SAMPLE_RECORDS).collect();
        let dictionary = match self.serving_dictionary(&sample)? {
            Some(dictionary) => Some(dictionary),
            None => {
                let trained = train(&sample).map(Dictionary::new).transpose()?.map(Arc::new);
                self.new_dictionary.clone_from(&trained);
                trained
            }
        };
        let (schema, hash_key) = (Arc::clone(&self.base.schema), self.base.hash_key);
        self.maker = Some(ChunkMaker { schema, hash_key, dictionary });
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
        let candidates = Candidates { plan: self.plan, format: &fed.format, tally_all: self.options.dry_run };
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
                Ok(candidate) => match self.identities.claim(&candidate.claim)? {
                    Some(id) => accepted.push(self.accept(id, source, candidate)),
                    None => {
                        let id = candidate.claim.id;
                        let reason = RejectReason::DuplicatePerson { id };
                        self.reject(fed, item, Refusal { value: Some(id.to_string()), ..reason.into() })?;
                    }
                },
            }
        }
        if !accepted.is_empty() {
            self.turn_to(&fed.format)?;
            self.add(accepted)?;
        }
        self.watch.tell(fed.bytes, Stage::Reading, self.report)
    }

    /// Begins another run if the records to come are read in another way than those of the run: a run has one mapping.
    fn turn_to(&mut self, format: &Format) -> Result<(), Error> {
        let mapping = match format {
            Format::Person => 0,
            Format::Mapped(mapping) => self.mapping_id(mapping)?,
        };
        if mapping != self.run_mapping {
            self.close_run()?;
            self.run_mapping = mapping;
        }
        Ok(())
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
        self.report.people += 1;
        self.report.json_bytes += source.len() as u64;
        self.report.duplicate_keys += u64::from(candidate.duplicate_keys);
        let mut keys = candidate.keys;
        let own = Key::person_id(id);
        if !keys.contains(&own) {
            keys.push(own);
        }
        let value = with_person_id(&self.base.schema, candidate.value, id);
        Accepted { id, source, value, keys }
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

    fn add(&mut self, mut accepted: Vec<Accepted<'_>>) -> Result<(), Error> {
        while !accepted.is_empty() {
            let room = ROW_GROUP_ROWS - self.run.rows();
            let rest = accepted.split_off(room.min(accepted.len()));
            let maker = self.maker.as_ref().ok_or_else(|| Error::internal("records before a dictionary"))?;
            // Owned, so that each chunk's parsed records are also freed in parallel.
            let chunks = accepted.into_par_iter().chunks(CHUNK_ROWS).map(|people| maker.make(&people));
            for (chunk, shredded) in chunks.collect::<Result<Vec<_>, _>>()? {
                self.report.absorb(shredded);
                self.run.push(chunk);
            }
            if self.run.rows() == ROW_GROUP_ROWS {
                self.close_run()?;
            }
            accepted = rest;
        }
        Ok(())
    }

    /// Sorts the run, appends its row group to the segment and writes its sections to a file of their own.
    fn close_run(&mut self) -> Result<(), Error> {
        if self.run.rows() == 0 {
            return Ok(());
        }
        let (run, mapping) = (std::mem::take(&mut self.run).sorted()?, self.run_mapping);
        let path = self.writer.staging_path(&format!("run-{}", self.runs.len()));
        let (group, staged) = rayon::join(
            || self.encoder.encode(&run.batches),
            || -> Result<Segment, Error> {
                let mut out = SegmentWriter::create(&path, 0)?;
                run.write_sections(&self.base.schema, &mut out)?;
                let staged = out.finish(run_parts(run.rows(), mapping))?;
                let segment = Segment::open_staged(&staged)?;
                staged.remove()?;
                Ok(segment)
            },
        );
        self.groups.append(group?)?;
        self.runs.push(staged?);
        self.row_groups.push(run.rows());
        Ok(())
    }
}

fn run_parts(rows: u32, mapping: u32) -> DirectoryParts {
    DirectoryParts {
        segment_id: 1,
        rows,
        schema: 0,
        // The run's row group, which lies in the segment already.
        row_groups: vec![rows],
        sorted_ranges: vec![0],
        dictionaries: SharedRange::all(0),
        mappings: SharedRange::all(mapping),
    }
}

/// Reads records into candidates.
struct Candidates<'a> {
    plan: &'a KeyPlan,
    format: &'a Format,
    /// Whether it is counted where every value goes.
    tally_all: bool,
}

impl<'a> Candidates<'a> {
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
        if let Some(misfit) = checker.and_then(|checker| checker.push_strict(&taken.value)) {
            let reason =
                RejectReason::WrongType { path: misfit.path, expected: misfit.expected, found: misfit.found };
            return Err(Refusal { value: Some(misfit.value), ..reason.into() });
        }
        Ok(Candidate { value: taken.value, keys, claim, duplicate_keys: taken.duplicate_keys, tally })
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
        let (people, rejected) = (report.people, report.rejected);
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

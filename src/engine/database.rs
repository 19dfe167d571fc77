//! What a reader holds: one snapshot of a database file, and what was made ready to answer from it.

use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::dictionaries::Dictionaries;
use super::formats::Formats;
use super::load::{self, Input, LoadOptions, LoadReport, Observer};
use super::schemas::{newest_schema, schema_of};
use super::segments::{LiveGroup, keys_of, live_segments, person_ids_of, records_of, spans_of};
use super::{
    Error, Fields, Hits, Info, Layout, Lookup, Person, Rendering, RewriteObserver, RewriteOptions,
    RewriteReport, info, rewrite,
};
use crate::column::column_leaf;
use crate::index::{HashKey, KeysReader, PersonIdsReader, RecordsReader, SpansReader};
use crate::record::{Key, KeyPlan, Style};
use crate::schema::mapping::Mapping;
use crate::schema::{NodeId, Schema, SpaceId};
use crate::storage::{NO_SPACE, Section, SectionId, SectionKind, Segment, Snapshot, SnapshotName};

/// A database as one commit left it. Reading takes no lock and waits for nobody; the answers do not change, whatever is
/// loaded meanwhile, until [`Database::refresh`].
///
/// It can be shared between threads.
#[derive(Debug)]
pub struct Database {
    pub(super) snapshot: Snapshot,
    pub(super) schema: Arc<Schema>,
    pub(super) hash_key: HashKey,
    pub(super) dictionaries: Dictionaries,
    pub(super) formats: Formats,
    pub(super) segments: Vec<OpenSegment>,
    /// The row groups of each segment; read when a column is wanted that only Parquet has.
    row_groups: OnceLock<RowGroups>,
}

/// The row groups of each segment.
type RowGroups = Vec<Arc<Vec<LiveGroup>>>;

/// A segment with its readers.
#[derive(Debug)]
pub(super) struct OpenSegment {
    pub(super) segment: Segment,
    pub(super) schema: Arc<Schema>,
    pub(super) plan: Arc<KeyPlan>,
    pub(super) keys: KeysReader,
    pub(super) records: RecordsReader,
    pub(super) ids: PersonIdsReader,
}

impl OpenSegment {
    /// A section of a leaf of people, or of the elements of a space; `None` if nobody in the segment has a value. A segment of an
    /// older schema may lack the leaf, or call it by the first array that has it there.
    pub(super) fn leaf_section(
        &self,
        kind: SectionKind,
        space: Option<SpaceId>,
        leaf: NodeId,
    ) -> Option<Section> {
        let node = column_leaf(&self.schema, leaf)?;
        self.segment.section(SectionId { kind, space: space.unwrap_or(NO_SPACE), node })
    }

    /// The way from a row into arrays, the outermost first; `None` if the segment was written before one of them existed.
    pub(super) fn spans(
        &self,
        spaces: impl IntoIterator<Item = SpaceId>,
    ) -> Result<Option<Vec<SpansReader>>, Error> {
        spaces.into_iter().map(|space| spans_of(&self.segment, space)).collect()
    }

    /// The elements of a space that belong to the person of a row, in its arrays at any depth.
    pub(super) fn elements(&self, space: SpaceId, row: u32) -> Result<Range<u32>, Error> {
        let around = |space: &SpaceId| self.schema.spaces().get(usize::from(*space))?.parent;
        let mut spaces: Vec<SpaceId> = std::iter::successors(Some(space), around).collect();
        spaces.reverse();
        self.spans(spaces)?.map_or(Ok(0..0), |spans| elements_inside(&spans, row))
    }
}

/// The elements inside a row, through the spaces of `spans`, the outermost first; without spaces the row itself.
pub(super) fn elements_inside(spans: &[SpansReader], row: u32) -> Result<Range<u32>, Error> {
    let mut inside = row..row.saturating_add(1);
    for spans in spans {
        inside = match inside.end.checked_sub(1).filter(|last| *last >= inside.start) {
            Some(last) => spans.elements(inside.start)?.start..spans.elements(last)?.end,
            None => 0..0,
        };
    }
    Ok(inside)
}

impl Database {
    /// Opens the database at `path` as its last commit left it. Cost: the directories of its segments, whatever
    /// the number of people.
    ///
    /// # Errors
    /// No such file, no permission, not a rolo file, a newer format, damage in what is read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Self::of(Snapshot::open(path.as_ref())?)
    }

    /// Opens the database as an earlier commit left it. The name comes from [`Database::snapshot_name`].
    ///
    /// # Errors
    /// Those of [`Database::open`], and when the file does not hold that commit any more.
    pub fn open_at(path: impl AsRef<Path>, name: &SnapshotName) -> Result<Self, Error> {
        Self::of(Snapshot::open_at(path.as_ref(), name)?)
    }

    pub(super) fn of(snapshot: Snapshot) -> Result<Self, Error> {
        let mut segments: Vec<OpenSegment> = Vec::new();
        let mut plans: Vec<(Arc<Schema>, Arc<KeyPlan>)> = Vec::new();
        for segment in snapshot.segments()? {
            let schema = schema_of(&snapshot, segment.directory().parts.schema)?;
            let known =
                plans.iter().find(|(known, _)| Arc::ptr_eq(known, &schema)).map(|(_, plan)| Arc::clone(plan));
            let plan = known.unwrap_or_else(|| {
                let plan = Arc::new(KeyPlan::new(&schema));
                plans.push((Arc::clone(&schema), Arc::clone(&plan)));
                plan
            });
            let (keys, records, ids) = (keys_of(segment)?, records_of(segment)?, person_ids_of(segment)?);
            segments.push(OpenSegment { segment: segment.clone(), schema, plan, keys, records, ids });
        }
        let schema = newest_schema(&snapshot)?.unwrap_or_else(Schema::person);
        Ok(Self {
            formats: Formats::of_snapshot(Some(&snapshot), &schema),
            schema,
            hash_key: HashKey(snapshot.header().hash_key),
            dictionaries: Dictionaries::of_snapshot(Some(&snapshot)),
            segments,
            row_groups: OnceLock::new(),
            snapshot,
        })
    }

    /// Moves on to the last commit. Returns whether there was a newer one.
    pub fn refresh(&mut self) -> Result<bool, Error> {
        match self.snapshot.refresh()? {
            None => Ok(false),
            Some(newer) => {
                *self = Self::of(newer)?;
                Ok(true)
            }
        }
    }

    /// Loads `inputs` into the database at `path`, as one commit, and creates it if there is none. A
    /// `Database` that is open does not see the new people until it is refreshed.
    ///
    /// # Errors
    /// Another writer, damage, a full disk, an input that cannot be read to its end, with `OnError::Stop` a rejected
    /// record. After an error nothing was loaded.
    pub fn load(
        path: impl AsRef<Path>,
        inputs: Vec<Input>,
        options: &LoadOptions,
        observer: &mut dyn Observer,
    ) -> Result<LoadReport, Error> {
        load::load(path.as_ref(), inputs, options, observer)
    }

    /// Writes the database at `path` anew, as one segment without dead bytes, in the old file's place. Whoever has the old file open
    /// reads on in it. Costs about what a load of everybody costs without parsing, and as much disk as lives in the file.
    ///
    /// # Errors
    /// Another writer, damage, too little room, an interruption by `observer`. After an error everything is as it was.
    pub fn compact(
        path: impl AsRef<Path>,
        options: &RewriteOptions,
        observer: &RewriteObserver<'_>,
    ) -> Result<RewriteReport, Error> {
        rewrite::compact(path.as_ref(), options, observer)
    }

    /// Number of people.
    pub fn people(&self) -> u64 {
        self.snapshot.manifest().live_rows()
    }

    /// The ids of all people, ascending. Costs 8 bytes of memory and of reading for each.
    pub fn person_ids(&self) -> Result<Vec<u64>, Error> {
        let mut all = Vec::new();
        for (open, reference) in self.segments.iter().zip(&self.snapshot.manifest().segments) {
            let live = |row: &u32| reference.live.as_ref().is_none_or(|live| live.contains(*row));
            let ids = open.ids.slice(0..reference.rows)?;
            all.extend((0..reference.rows).zip(ids).filter(|(row, _)| live(row)).map(|(_, id)| id));
        }
        all.sort_unstable();
        Ok(all)
    }

    /// The number of the commit, from 1.
    pub fn generation(&self) -> u64 {
        self.snapshot.manifest().generation
    }

    /// The name under which this commit can be opened again.
    pub fn snapshot_name(&self) -> SnapshotName {
        self.snapshot.name()
    }

    /// The catalogue of paths of the newest segment.
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    /// The fields that a list of paths selects. Leaves, branches, families and aliases are accepted.
    ///
    /// # Errors
    /// An unknown path, with what exists and what might be meant.
    pub fn fields(&self, paths: &[impl AsRef<str>]) -> Result<Fields, Error> {
        let selection = self.schema.selection(paths)?;
        Ok(Fields::new(&self.schema, selection, self.schemas()))
    }

    /// Every field of the person schema.
    pub fn all_fields(&self) -> Fields {
        Fields::new(&self.schema, self.schema.everything(), self.schemas())
    }

    /// How people are written as records of a source that [`Mapping::names`] names.
    ///
    /// # Errors
    /// No such source, or a catalogue of paths that lacks what its form says.
    pub fn rendering(&self, source: &str, style: Style) -> Result<Rendering, Error> {
        let unknown = |problem: String| Error::input(format!("source {source}"), problem);
        let mapping =
            Mapping::shipped(source, &self.schema).ok_or_else(|| unknown("no such source".to_string()))?;
        let mapping = mapping.map_err(|error| unknown(error.to_string()))?;
        Ok(Rendering::new(mapping, self.all_fields(), style))
    }

    /// The schemas that people were loaded with.
    fn schemas(&self) -> Vec<Arc<Schema>> {
        let mut schemas: Vec<Arc<Schema>> = Vec::new();
        for open in &self.segments {
            if !schemas.iter().any(|known| Arc::ptr_eq(known, &open.schema)) {
                schemas.push(Arc::clone(&open.schema));
            }
        }
        schemas
    }

    /// The people that a key names, by ascending person id; none if it names nobody. Cost: a page of the key table per
    /// segment, and the record of each person found.
    pub fn get(&self, key: &Key) -> Result<Vec<Person>, Error> {
        Lookup::new(self).get(key)
    }

    /// Applies `work` to the person that each key names, in the file's order and in parallel, and returns the results in
    /// the order of the keys: one per key, `None` where it names nobody. A key that names several people means the one with
    /// the lowest person id. This is the one way in which many keys are looked up.
    pub fn lookup<T: Send>(
        &self,
        keys: &[Option<Key>],
        work: impl Fn(Person) -> Result<T, Error> + Sync,
    ) -> Result<Vec<Option<T>>, Error> {
        Lookup::new(self).bulk(keys, &work)
    }

    /// The people with these ids, in the order of the ids, once for each time an id is there; an id that nobody has is left
    /// out. Their records are not read yet, and [`Hits::for_each`] reads none where columns hold the fields.
    pub fn people_by_id(&self, ids: &[u64]) -> Result<Hits<'_>, Error> {
        let places = Lookup::new(self).places(ids)?;
        let total = places.len() as u64;
        Ok(Hits::new(self, places, total))
    }

    /// The fields, as JSON, of the person that each key names, in the order of the keys; see [`Database::lookup`].
    pub fn enrich(&self, keys: &[Option<Key>], fields: &Fields) -> Result<Vec<Option<String>>, Error> {
        self.lookup(keys, |person| person.project(fields))
    }

    /// What is in the file: people, segments, bytes.
    pub fn info(&self) -> Result<Info, Error> {
        info::info(self)
    }

    /// Every part of the file with its place, in the order of the file.
    pub fn layout(&self) -> Result<Layout, Error> {
        info::layout(self)
    }

    /// The hash under which the key tables have a key.
    pub(super) fn hash_of(&self, key: &Key) -> u64 {
        self.hash_key.hash(key.kind().number(), key.text().as_bytes())
    }

    /// Whether a row of a segment is a person still.
    pub(super) fn is_live(&self, segment: usize, row: u32) -> bool {
        let reference = self.snapshot.manifest().segments.get(segment);
        reference.is_some_and(|segment| segment.live.as_ref().is_none_or(|live| live.contains(row)))
    }

    /// Reads the person of a row of a segment.
    pub(super) fn person(&self, segment: usize, row: u32) -> Result<Person, Error> {
        let open = self.segment(segment)?;
        let mut source = Vec::new();
        self.dictionaries.read(&open.segment, &open.records, row, &mut source)?;
        Person::new(open.ids.get(row)?, source, self.formats.of(&open.segment, row)?, &open.schema)
    }

    /// The row groups of a segment. Reads the Parquet footer, once.
    pub(super) fn row_groups(&self, segment: usize) -> Result<Arc<Vec<LiveGroup>>, Error> {
        let all = match self.row_groups.get() {
            Some(all) => all,
            None => {
                let live = live_segments(&self.snapshot)?.into_iter();
                let read = live.map(|segment| Arc::new(segment.groups)).collect();
                self.row_groups.get_or_init(|| read)
            }
        };
        all.get(segment).map(Arc::clone).ok_or_else(|| Error::internal(format!("no segment {segment}")))
    }

    pub(super) fn segment(&self, at: usize) -> Result<&OpenSegment, Error> {
        self.segments.get(at).ok_or_else(|| Error::internal(format!("no segment {at}")))
    }
}

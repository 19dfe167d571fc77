//! What is in the file: people, segments, bytes; and where each part lies.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Serialize;

use super::Error;
use super::database::Database;
use crate::storage::{FORMAT_VERSION, SectionKind, Segment, StorageError, Totals};

/// What is in a database.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Info {
    /// The file.
    pub path: PathBuf,
    /// People.
    pub people: u64,
    /// The number of the commit, from 1.
    pub generation: u64,
    /// When it was committed, RFC 3339 in UTC.
    pub committed: String,
    /// Segments.
    pub segments: Vec<SegmentInfo>,
    /// Row groups.
    pub row_groups: u64,
    /// Different keys, counted in each segment.
    pub keys: u64,
    /// Bytes: `live`, `dead`, and `total`, which is the file's length.
    pub bytes: Bytes,
    /// Live bytes by what they are.
    pub sections: BTreeMap<String, u64>,
    /// Versions of the schema in the file.
    pub schemas: u32,
    /// People by the source of their records; `person` for records in the person schema.
    pub sources: BTreeMap<String, u64>,
    /// Record dictionaries in the file.
    pub dictionaries: u32,
    /// The file's uuid.
    pub uuid: String,
    /// The name under which this commit can be opened again.
    pub snapshot: String,
    /// The format's version.
    pub format: u32,
}

/// Bytes of a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bytes {
    /// What this commit uses.
    pub live: u64,
    /// What only earlier commits used.
    pub dead: u64,
    /// The share of `live` that people take who were replaced, about.
    pub dead_rows: u64,
    /// `live` and `dead`.
    pub total: u64,
}

/// Fewer dead bytes are nobody's trouble.
const LEAST_DEAD: u64 = 1 << 20;

impl Bytes {
    pub(super) fn of(totals: Totals) -> Self {
        Self {
            live: totals.live,
            dead: totals.dead,
            dead_rows: totals.dead_rows,
            total: totals.live + totals.dead,
        }
    }

    /// What a compaction writes, and what it frees; about.
    pub fn compaction(&self) -> (u64, u64) {
        (self.live.saturating_sub(self.dead_rows), self.dead + self.dead_rows)
    }

    /// Whether a compaction is worth it: it frees at least half of what it writes. It takes half the time of a load, so who replaces
    /// again and again then pays less for it than for that.
    pub fn is_worth_compacting(&self) -> bool {
        let (writes, frees) = self.compaction();
        frees >= LEAST_DEAD.max(writes / 2)
    }
}

/// A segment in short.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SegmentInfo {
    /// Its id.
    pub id: u64,
    /// Its people, living and dead.
    pub rows: u32,
    /// Its living people.
    pub live_rows: u32,
    /// Its row groups.
    pub row_groups: u32,
    /// Ranges of it in ascending person-id order.
    pub sorted_ranges: usize,
    /// Its bytes.
    pub bytes: u64,
}

/// Every part of a file, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Layout {
    /// The parts; they do not overlap and leave out nothing but padding.
    pub extents: Vec<Extent>,
}

/// A range of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Extent {
    /// Its first byte.
    pub offset: u64,
    /// Its bytes.
    pub len: u64,
    /// What it holds.
    pub name: String,
    /// The segment it belongs to, if it is part of one.
    pub segment: Option<u64>,
    /// Rows, elements or entries, where the part counts them.
    pub count: Option<u64>,
    /// Whether this commit uses it.
    pub live: bool,
}

pub(super) fn info(database: &Database) -> Result<Info, Error> {
    let snapshot = &database.snapshot;
    let manifest = snapshot.manifest();
    let mut sections = BTreeMap::new();
    for extent in layout(database)?.extents.into_iter().filter(|extent| extent.live) {
        let kind = extent.name.split(" of ").next().unwrap_or_default();
        let kind = kind.trim_end_matches(|c: char| c.is_ascii_digit() || c == ' ');
        *sections.entry(kind.to_string()).or_default() += extent.len;
    }
    let segments = database.segments.iter().zip(&manifest.segments).map(|(open, reference)| {
        let parts = &open.segment.directory().parts;
        let bytes = reference.end - open.segment.extent().start;
        SegmentInfo {
            id: parts.segment_id,
            rows: reference.rows,
            live_rows: reference.live_rows(),
            row_groups: reference.row_groups,
            sorted_ranges: parts.sorted_ranges.len(),
            bytes,
        }
    });
    let committed = jiff::Timestamp::from_microsecond(manifest.committed_us);
    Ok(Info {
        path: snapshot.path().to_path_buf(),
        people: manifest.live_rows(),
        generation: manifest.generation,
        committed: committed.map(|at| format!("{at:.0}")).unwrap_or_default(),
        segments: segments.collect(),
        row_groups: manifest.segments.iter().map(|segment| u64::from(segment.row_groups)).sum(),
        keys: database.segments.iter().map(|open| open.keys.len()).sum(),
        bytes: Bytes::of(snapshot.bytes()?),
        sections,
        schemas: manifest.shared_count(SectionKind::SCHEMA),
        sources: sources(database)?,
        dictionaries: manifest.shared_count(SectionKind::RECORD_DICTIONARY),
        uuid: manifest.file.to_string(),
        snapshot: snapshot.name().to_string(),
        format: FORMAT_VERSION,
    })
}

/// People by the source of their records: a run of rows has one mapping.
fn sources(database: &Database) -> Result<BTreeMap<String, u64>, Error> {
    let mut sources = BTreeMap::new();
    for (open, reference) in database.segments.iter().zip(&database.snapshot.manifest().segments) {
        let ranges = &open.segment.directory().parts.mappings;
        let ends = ranges.iter().skip(1).map(|range| range.first_row).chain([reference.rows]);
        for (range, end) in ranges.iter().zip(ends) {
            let people = match &reference.live {
                Some(live) => live.range_cardinality(range.first_row..end),
                None => u64::from(end.saturating_sub(range.first_row)),
            };
            let format = database.formats.of(&open.segment, range.first_row)?;
            *sources.entry(format.source().to_string()).or_default() += people;
        }
    }
    Ok(sources)
}

pub(super) fn layout(database: &Database) -> Result<Layout, Error> {
    let snapshot = &database.snapshot;
    let manifest = snapshot.manifest();
    let mut extents =
        vec![part(0, 4096, "file header"), part(4096, 4096, "slot A"), part(8192, 4096, "slot B")];
    for open in &database.segments {
        segment_parts(database, &open.segment, &mut extents);
    }
    for shared in &manifest.shared {
        let name = format!("{} {}", shared.kind.name(), shared.id);
        extents.push(part(shared.offset, shared.len, &name));
    }
    let own = snapshot.name().manifest;
    extents.push(part(own.offset, own.len, "manifest"));
    let footer = snapshot.committed_len().saturating_sub(manifest.footer_len + 8);
    extents.push(part(footer, manifest.footer_len + 8, "Parquet footer"));
    extents.sort_by_key(|extent| (extent.offset, extent.len));
    Ok(Layout { extents: with_gaps(extents, snapshot.committed_len())? })
}

fn part(offset: u64, len: u64, name: &str) -> Extent {
    Extent { offset, len, name: name.to_string(), segment: None, count: None, live: true }
}

fn segment_parts(database: &Database, segment: &Segment, extents: &mut Vec<Extent>) {
    let directory = segment.directory();
    let id = Some(directory.parts.segment_id);
    let mut add = |offset, len, name: &str, count| {
        extents.push(Extent { segment: id, count, ..part(offset, len, name) });
    };
    let first =
        directory.sections.iter().map(|entry| entry.offset).min().unwrap_or(directory.checksums_offset);
    add(directory.start, first - directory.start, "row groups", Some(u64::from(segment.rows())));
    for entry in &directory.sections {
        let space =
            database.schema.spaces().get(usize::from(entry.id.space)).map(|space| space.name.as_str());
        let leaf = database.schema.node(entry.id.node).map(|node| node.path.as_str());
        let kind = entry.id.kind.name();
        let name = match (leaf, space) {
            (Some(leaf), _) => format!("{kind} of {leaf}"),
            (None, Some(space)) => format!("{kind} of {space}"),
            (None, None) => kind.to_string(),
        };
        add(entry.offset, entry.len, &name, Some(entry.count));
    }
    add(directory.checksums_offset, directory.checksums_len, "checksums", Some(directory.checksums_len / 8));
    let reference = database.snapshot.manifest().segments.iter();
    let own = reference.map(|segment| segment.directory).find(|own| own.offset == segment.extent().end);
    if let Some(own) = own {
        add(own.offset, own.len, "directory", None);
    }
}

/// Names what lies between the parts: bytes of earlier commits. Padding of less than 64 bytes is left out.
fn with_gaps(parts: Vec<Extent>, end: u64) -> Result<Vec<Extent>, Error> {
    let mut all = Vec::with_capacity(parts.len());
    let mut at = 0;
    let dead = |from: u64, to: u64| Extent { live: false, ..part(from, to - from, "earlier commits") };
    for extent in parts {
        if extent.offset < at {
            let problem = format!("{} at {} overlaps what is before it", extent.name, extent.offset);
            let damage = crate::storage::Damage { section: "directory".to_string(), offset: at, problem };
            return Err(StorageError::from(damage).into());
        }
        if extent.offset - at >= 64 {
            all.push(dead(at, extent.offset));
        }
        at = extent.offset + extent.len;
        if extent.len > 0 {
            all.push(extent);
        }
    }
    if end > at {
        all.push(dead(at, end));
    }
    Ok(all)
}

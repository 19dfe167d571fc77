//! Stored members, a few at a time: made into something on all threads, taken in order.

use rayon::prelude::*;

use crate::jobs::{JobError, lines_of};

/// Compressed bytes that one thread works on at a time: small members are taken together.
const PART_BYTES: usize = 128 << 10;
/// Parts in memory at a time, however many threads there are.
pub(super) const MOST_PARTS: usize = 8;

/// Members that one thread works on.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// How many members come before.
    before: u64,
    members: Vec<Vec<u8>>,
}

/// The lines of a member.
#[derive(Debug)]
pub(super) struct Text {
    /// Which member it is, from 1.
    chunk: u64,
    pub(super) bytes: Vec<u8>,
}

/// What became of a part, and how many lines it had.
pub(super) type Made<T> = Result<(T, u64), JobError>;

/// Has every part made into something, and that taken in the order of the members. Returns how many lines there were.
/// Memory: the lines of [`MOST_PARTS`] parts at most.
pub(super) fn each<T: Send>(
    mut members: impl Iterator<Item = Result<Vec<u8>, JobError>>,
    make: impl Fn(Part) -> Made<T> + Sync,
    mut take: impl FnMut(T) -> Result<(), JobError>,
) -> Result<u64, JobError> {
    let (mut lines, mut before) = (0, 0);
    loop {
        let mut parts = Vec::new();
        while parts.len() < rayon::current_num_threads().clamp(1, MOST_PARTS) {
            let part = Part::of_next(&mut members, before)?;
            if part.members.is_empty() {
                break;
            }
            before += part.members.len() as u64;
            parts.push(part);
        }
        if parts.is_empty() {
            return Ok(lines);
        }
        for made in parts.into_par_iter().map(&make).collect::<Vec<_>>() {
            let (made, own) = made?;
            take(made)?;
            lines += own;
        }
    }
}

impl Part {
    fn of_next(
        members: &mut impl Iterator<Item = Result<Vec<u8>, JobError>>,
        before: u64,
    ) -> Result<Self, JobError> {
        let mut part = Self { before, members: Vec::new() };
        let mut bytes = 0;
        while bytes < PART_BYTES
            && let Some(member) = members.next()
        {
            let member = member?;
            bytes += member.len();
            part.members.push(member);
        }
        Ok(part)
    }

    /// The lines of each member; what is damaged is an error that names the member.
    pub(super) fn texts(&self) -> impl Iterator<Item = Result<Text, JobError>> {
        (self.before + 1..).zip(&self.members).map(|(chunk, member)| {
            let named = |error: JobError| match error {
                JobError::Member(problem) => JobError::Member(format!("chunk {chunk}: {problem}")),
                other => other,
            };
            let bytes = lines_of(member).map_err(named)?;
            match bytes.last() {
                None | Some(b'\n') => Ok(Text { chunk, bytes }),
                Some(_) => Err(JobError::Member(format!("chunk {chunk}: its last line has no end"))),
            }
        })
    }

    /// The members as they are stored.
    pub(super) fn into_members(self) -> Vec<Vec<u8>> {
        self.members
    }
}

impl Text {
    /// How many lines there are.
    pub(super) fn count(&self) -> u64 {
        memchr::memchr_iter(b'\n', &self.bytes).count() as u64
    }

    /// The lines, without what ends them. What `read` finds wrong with one becomes an error that names it.
    pub(super) fn each_line<'t>(
        &'t self,
        mut read: impl FnMut(&'t [u8]) -> Result<(), String>,
    ) -> Result<u64, JobError> {
        let mut number = 0;
        let lines = self.bytes.strip_suffix(b"\n").into_iter().flat_map(|text| text.split(|b| *b == b'\n'));
        for line in lines {
            number += 1;
            read(line).map_err(|problem| {
                JobError::Member(format!("chunk {}, line {number}: {problem}", self.chunk))
            })?;
        }
        Ok(number)
    }
}

//! Result lines as gzip members. A member is a whole gzip file, and so are members one after the other: a download is the
//! members as they are stored.
//!
//! The header has no time and no name, so the same lines give the same bytes.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;

use super::JobError;

/// gzip's own default.
const LEVEL: u32 = 6;
/// The lines of one member take at most so many bytes: more than SQLite keeps in one row.
const MAX_BYTES: u64 = 1 << 30;
/// deflate makes nothing smaller than this part of it.
const MAX_RATIO: u64 = 1032;
/// The bytes of an empty member: header, an empty block, trailer.
const LEAST_BYTES: u64 = 20;

/// Lines, compressed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The gzip file.
    pub gzip: Vec<u8>,
    /// Bytes of the lines, newlines included.
    pub bytes: u64,
    /// How many lines there are.
    pub lines: u32,
}

impl Member {
    /// The member of some lines, each without a newline; `None` if there is none.
    ///
    /// # Errors
    /// Lines of more than 1 GiB together.
    pub fn of<'l>(lines: impl Iterator<Item = &'l str>) -> Result<Option<Member>, JobError> {
        let mut encoder = encoder();
        let (mut bytes, mut count) = (0_u64, 0_u32);
        for line in lines {
            if memchr::memchr(b'\n', line.as_bytes()).is_some() {
                return Err(JobError::Internal("a result line with a newline in it".to_string()));
            }
            bytes += line.len() as u64 + 1;
            count += 1;
            if bytes > MAX_BYTES {
                let problem =
                    "the result lines of one chunk take more than 1 GiB: submit with a smaller chunk_size";
                return Err(JobError::Input(problem.to_string()));
            }
            encoder.write_all(line.as_bytes()).and_then(|()| encoder.write_all(b"\n")).map_err(unwritten)?;
        }
        if count == 0 {
            return Ok(None);
        }
        Ok(Some(Member { gzip: encoder.finish().map_err(unwritten)?, bytes, lines: count }))
    }

    /// A gzip file of nothing: the download of a job without lines.
    pub fn empty() -> Vec<u8> {
        // A Vec takes every write.
        encoder().finish().unwrap_or_default()
    }
}

fn encoder() -> GzEncoder<Vec<u8>> {
    GzEncoder::new(Vec::new(), Compression::new(LEVEL))
}

fn unwritten(error: std::io::Error) -> JobError {
    JobError::Internal(format!("lines cannot be compressed: {error}"))
}

/// The lines of one member, each with its newline. Memory: the lines, and never more than the trailer says there are.
///
/// # Errors
/// Bytes that are not one whole member.
pub fn lines_of(gzip: &[u8]) -> Result<Vec<u8>, JobError> {
    let damaged = |problem: &str| JobError::Member(format!("{problem} ({} bytes)", gzip.len()));
    let said = gzip.last_chunk().map(|last| u64::from(u32::from_le_bytes(*last)));
    let said =
        said.filter(|_| gzip.len() as u64 >= LEAST_BYTES).ok_or_else(|| damaged("a part is missing"))?;
    if said > MAX_BYTES || said > gzip.len() as u64 * MAX_RATIO {
        return Err(damaged(&format!("so few cannot hold {said}")));
    }
    let mut lines = Vec::with_capacity(said as usize);
    let mut rest = gzip;
    // One byte more than there should be, so that the decoder comes to the trailer and compares.
    let read = GzDecoder::new(&mut rest).take(said + 1).read_to_end(&mut lines);
    read.map_err(|error| damaged(&error.to_string()))?;
    if lines.len() as u64 != said || !rest.is_empty() {
        return Err(damaged(&format!("they are not one gzip member of {said}")));
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use flate2::read::MultiGzDecoder;
    use proptest::prelude::*;

    use super::*;
    use crate::engine::ErrorKind;
    use crate::record::cases;

    fn member(lines: &[&str]) -> Member {
        Member::of(lines.iter().copied()).unwrap().unwrap()
    }

    fn gunzip(gzip: &[u8]) -> String {
        let mut text = String::new();
        MultiGzDecoder::new(gzip).read_to_string(&mut text).unwrap();
        text
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn lines_come_back_and_the_same_lines_give_the_same_bytes(
            lines in proptest::collection::vec("[^\n]{0,200}", 1..20)
        ) {
            let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
            let of = || Member::of(lines.iter().map(String::as_str)).unwrap().unwrap();
            let made = of();
            prop_assert_eq!(&made, &of());
            prop_assert_eq!((made.bytes, made.lines), (text.len() as u64, lines.len() as u32));
            prop_assert_eq!(lines_of(&made.gzip).unwrap(), text.as_bytes());
            prop_assert_eq!(gunzip(&made.gzip), text);
        }

        #[test]
        fn a_cut_or_longer_member_is_none_and_a_changed_one_is_none_or_the_same(at: prop::sample::Index, bit in 0..8_u8, cut: prop::sample::Index) {
            let gzip = member(&[r#"{"a":1}"#, r#"{"b":"Ghent"}"#, r#"{"a":1}"#]).gzip;
            let mut changed = gzip.clone();
            changed[at.index(gzip.len())] ^= 1 << bit;
            // Some bits say nothing: the time, the system, those behind the last block.
            if let Ok(lines) = lines_of(&changed) {
                prop_assert_eq!(lines, lines_of(&gzip).unwrap());
            }
            prop_assert!(lines_of(&gzip[..cut.index(gzip.len())]).is_err());
            let twice = [gzip.as_slice(), gzip.as_slice()].concat();
            prop_assert!(lines_of(&twice).is_err());
        }
    }

    #[test]
    fn members_one_after_the_other_are_a_gzip_file() {
        let (first, second) = (member(&["{\"a\":1}", ""]), member(&["Jürgen"]));
        let all = [first.gzip, Member::empty(), second.gzip].concat();
        assert_eq!(gunzip(&all), "{\"a\":1}\n\nJürgen\n");
    }

    #[test]
    fn no_lines_are_no_member_but_an_empty_file() {
        assert_eq!(Member::of(std::iter::empty()).unwrap(), None);
        assert_eq!(Member::empty().len() as u64, LEAST_BYTES);
        assert_eq!(lines_of(&Member::empty()).unwrap(), b"");
        assert_eq!(gunzip(&Member::empty()), "");
    }

    #[test]
    fn the_header_says_neither_when_nor_how() {
        let gzip = member(&["x"]).gzip;
        assert_eq!(gzip[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_line_with_a_newline_is_refused() {
        let error = Member::of(["a\nb"].into_iter()).unwrap_err();
        assert!(error.to_string().contains("newline"), "{error}");
    }

    #[test]
    fn a_trailer_that_promises_too_much_is_not_believed() {
        let mut gzip = member(&["x"]).gzip;
        let end = gzip.len();
        gzip[end - 4..].copy_from_slice(&0x3fff_ffff_u32.to_le_bytes());
        let error = lines_of(&gzip).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Damaged);
        assert!(error.to_string().contains("cannot hold 1073741823"), "{error}");
    }
}

//! What is damaged or cannot be written is an error that says where.

use std::io::Write;

use super::*;
use crate::engine::ErrorKind;

#[test]
fn damage_is_told_with_the_chunk_in_every_format() {
    let good = member(&[format!(r#"{{"original_identifier":"a","internal_id":7,"data":{ADA}}}"#)]);
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 16;
    for format in DownloadFormat::ALL {
        for damaged in [&flipped[..], &good[..good.len() - 3], b"", b"no gzip at all, but long enough to be"]
        {
            let members = [good.clone(), good.clone(), damaged.to_vec(), good.clone()];
            let error = try_download(&members, &ENRICH, None, format).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Damaged, "{format}: {error}");
            assert!(error.to_string().contains("chunk 3: "), "{format}: {error}");
        }
    }
}

#[test]
fn a_line_that_cannot_be_read_is_told_with_its_chunk_and_number() {
    use DownloadFormat::{Csv, Json, Parquet};
    let good = format!(r#"{{"original_identifier":"a","internal_id":7,"data":{ADA}}}"#);
    for (line, formats, problem) in [
        ("", &[Json, Csv, Parquet][..], "it is no JSON object"),
        ("[1]", &[Json, Csv, Parquet], "it is no JSON object"),
        (r#"{"data":{}"#, &[Csv, Parquet], "it is no JSON object"),
        (r#"{"data":{}} {}"#, &[Csv, Parquet], "it is no JSON object"),
        (r#"{"internal_id":"7"}"#, &[Csv, Parquet], "internal_id is a string"),
        (r#"{"original_identifier":7}"#, &[Csv, Parquet], "original_identifier is an integer"),
        (r#"{"original_identifier":"\x"}"#, &[Csv, Parquet], "original_identifier: "),
        (r#"{"data":[]}"#, &[Csv, Parquet], "the record is a list"),
        (r#"{"data":{"a":nul}}"#, &[Csv, Parquet], ""),
    ] {
        for &format in formats {
            let members = [member(&[&good]), member(&[good.as_str(), line])];
            let error = try_download(&members, &ENRICH, Some(&[NAME]), format).unwrap_err().to_string();
            assert!(
                error.contains("chunk 2, line 2: ") && error.contains(problem),
                "{format}, {line}: {error}"
            );
        }
    }
}

#[test]
fn an_output_that_fails_is_told_as_the_systems_error() {
    struct Closed(usize);
    impl Write for Closed {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            let now = bytes.len().min(self.0);
            self.0 -= now;
            if now > 0 { Ok(now) } else { Err(std::io::ErrorKind::BrokenPipe.into()) }
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let (schema, selection) = (Schema::person(), None);
    for format in DownloadFormat::ALL {
        for room in [0, 3] {
            let members = std::iter::once(Ok(member(&[ADA])));
            let error = write(members, &SEARCH, &schema, selection, format, &mut Closed(room)).unwrap_err();
            let broken =
                matches!(&error, JobError::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe);
            assert!(broken, "{format}: {error:?}");
        }
    }
}

#[test]
fn an_error_of_the_ledger_is_passed_on() {
    for format in DownloadFormat::ALL {
        let members = [Ok(member(&[ADA])), Err(JobError::Interrupted)].into_iter();
        let error = write(members, &SEARCH, &Schema::person(), None, format, &mut Vec::new()).unwrap_err();
        assert!(matches!(error, JobError::Interrupted), "{format}");
    }
}

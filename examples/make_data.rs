//! Makes `data/people.jsonl.zst`: people 0 to 1,999 of the default seed.
//!
//! `cargo run --release --example make_data [FILE [FIRST LAST]]`: with a file, writes there; with two numbers, writes the
//! people from the first up to the last (left out) as plain JSON lines, `-` being standard output.

use std::error::Error;
use std::fs::File;
use std::io::{self, BufWriter, Write};

use rolo::demo::{DEFAULT_SEED, People};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let people = People::new(DEFAULT_SEED);
    match &args[..] {
        [] => sample(&people, "data/people.jsonl.zst"),
        [file] => sample(&people, file),
        [file, first, last] => {
            let out: Box<dyn Write> =
                if file == "-" { Box::new(io::stdout().lock()) } else { Box::new(File::create(file)?) };
            Ok(people.write(first.parse()?..last.parse()?, BufWriter::new(out))?)
        }
        _ => Err("usage: make_data [FILE [FIRST LAST]]".into()),
    }
}

fn sample(people: &People, file: &str) -> Result<(), Box<dyn Error>> {
    let mut out = zstd::Encoder::new(File::create(file)?, 19)?;
    people.write(0..2000, &mut out)?;
    out.finish()?;
    Ok(())
}

//! `rolo inspect`: where each part of a file lies.

use rolo::engine::{Database, Extent};

use super::args;
use super::console::Console;
use super::failure::{Exit, Failure};
use super::output::{Output, Row, RowWriter, format_of, json_line};
use super::units::{bytes, counted};

const HEADER: [&str; 7] = ["offset", "bytes", "state", "segment", "count", "what", "of"];
const RIGHT: [bool; 7] = [true, true, false, true, true, false, false];

pub(crate) fn run(args: &args::Inspect, console: &mut Console) -> Result<Exit, Failure> {
    let layout = Database::open(&args.database)?.layout()?;
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let header = HEADER.map(str::to_string).to_vec();
    let mut rows = RowWriter::new(output, format, header, RIGHT.to_vec(), console);
    for extent in &layout.extents {
        rows.push(&ExtentRow(extent), console)?;
    }
    rows.finish(console)?;
    let sum = |live: bool| {
        layout.extents.iter().filter(|extent| extent.live == live).map(|extent| extent.len).sum()
    };
    let parts = counted(layout.extents.len() as u64, "part", "parts");
    console.note(&format!("{parts}: {} live, {} dead", bytes(sum(true)), bytes(sum(false))));
    Ok(Exit::Done)
}

struct ExtentRow<'a>(&'a Extent);

impl Row for ExtentRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        json_line(self.0)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let extent = self.0;
        let number = |n: Option<u64>| n.map(|n| n.to_string()).unwrap_or_default();
        let state = if extent.live { "live" } else { "dead" };
        let (what, of) = extent.name.split_once(" of ").unwrap_or((&extent.name, ""));
        Ok(vec![
            extent.offset.to_string(),
            extent.len.to_string(),
            state.to_string(),
            number(extent.segment),
            number(extent.count),
            what.to_string(),
            of.to_string(),
        ])
    }
}

//! `rolo info`: what is in a file.

use rolo::engine::{self, Database};
use rolo::record::PERSON_FORMAT;
use serde::Serialize;

use super::args::{self, ReportFormat};
use super::console::{Console, printable};
use super::failure::{Exit, Failure, quoted};
use super::units::{bytes, count, counted, percent};

pub(crate) fn run(args: &args::Info, console: &mut Console) -> Result<Exit, Failure> {
    let info = Database::open(&args.database)?.info()?;
    if args.format == ReportFormat::Json {
        print_json(&info, console)?;
    } else {
        let text = text(&info, console);
        console.print(&text)?;
    }
    Ok(Exit::Done)
}

/// Says on standard error what a long piece of work did, and prints its report if that was asked for.
pub(crate) fn tell<R: Serialize>(
    report: &R,
    text: impl FnOnce(&R, &Console) -> String,
    format: ReportFormat,
    console: &mut Console,
) -> Result<Exit, Failure> {
    let text = text(report, console);
    console.note(&text);
    if format == ReportFormat::Json {
        print_json(report, console)?;
    }
    Ok(Exit::Done)
}

/// Prints a report as one JSON object.
pub(crate) fn print_json(report: &impl Serialize, console: &mut Console) -> Result<(), Failure> {
    let json = serde_json::to_string_pretty(report);
    let json = json.map_err(|error| Failure::Failed(format!("the report: {error}")))?;
    console.print(&format!("{json}\n"))
}

fn text(info: &engine::Info, console: &Console) -> String {
    let paint = console.out_paint;
    let mut text = format!("{}\n", paint.bold(&printable(&info.path.display().to_string())));
    let mut fact = |name: &str, value: String| {
        text.push_str(&format!("  {}{value}\n", paint.dim(&format!("{name:<13}"))));
    };
    fact("people", count(info.people));
    if info.sources.keys().any(|source| source != PERSON_FORMAT) {
        let each =
            info.sources.iter().map(|(source, &people)| format!("{} {}", count(people), printable(source)));
        fact("sources", each.collect::<Vec<_>>().join(", "));
    }
    fact("keys", count(info.keys));
    fact("size", {
        let each =
            info.bytes.total.checked_div(info.people).map(|each| format!(", {} a person", count(each)));
        format!("{}{}", bytes(info.bytes.total), each.unwrap_or_default())
    });
    fact(
        "dead bytes",
        format!("{} ({})", bytes(info.bytes.dead), percent(info.bytes.dead, info.bytes.total)),
    );
    if info.bytes.dead_rows > 0 {
        fact(
            "",
            format!(
                "and about {} of the live ones are of people who were replaced",
                bytes(info.bytes.dead_rows)
            ),
        );
    }
    if info.bytes.is_worth_compacting() {
        let (writes, frees) = info.bytes.compaction();
        let command = format!("`rolo compact {}`", quoted(&info.path));
        fact("", format!("{command} frees about {}, and writes {}", bytes(frees), bytes(writes)));
    }
    fact("commit", format!("{}, of {}", count(info.generation), info.committed));
    let segments = counted(info.segments.len() as u64, "segment", "segments");
    fact("parts", format!("{segments}, {}", counted(info.row_groups, "row group", "row groups")));
    fact("snapshot", info.snapshot.clone());
    fact("format", format!("{}", info.format));
    text.push_str(&format!("{}\n", paint.cyan("live bytes")));
    let mut sections: Vec<(&String, u64)> = info.sections.iter().map(|(name, &n)| (name, n)).collect();
    sections.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
    for (name, n) in sections {
        let each =
            n.checked_div(info.people).map(|each| format!("{:>9} a person", count(each))).unwrap_or_default();
        let share = percent(n, info.bytes.live);
        text.push_str(&format!("  {:<20}{:>10}{share:>7}{each}\n", printable(name), bytes(n)));
    }
    if info.segments.len() > 1 {
        text.push_str(&segments_text(info, console));
    }
    text
}

fn segments_text(info: &engine::Info, console: &Console) -> String {
    let mut text = format!("{}\n", console.out_paint.cyan("segments"));
    for segment in &info.segments {
        let people = match segment.live_rows {
            live if live == segment.rows => counted(u64::from(live), "person", "people"),
            live => format!("{} of {} people alive", count(u64::from(live)), count(u64::from(segment.rows))),
        };
        let groups = counted(u64::from(segment.row_groups), "row group", "row groups");
        text.push_str(&format!("  {:<6}{:>10}  {people}, {groups}\n", segment.id, bytes(segment.bytes)));
    }
    text
}

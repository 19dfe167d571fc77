//! An explanation as text: the plan as a tree, its figures in columns.

use std::fmt;

use unicode_width::UnicodeWidthStr as _;

use super::explain::{Explanation, PlanNode};

/// Columns that the tree takes at most; a longer line has its figures below it.
const WIDEST: usize = 46;
/// Between columns.
const GAP: &str = "  ";

impl fmt::Display for Explanation {
    /// What was found and read, the plan from its first step to its last, and what the figures mean.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let people = counted(self.people, "person", "people");
        write!(f, "{people} in {}: ", counted(self.segments, "segment", "segments"))?;
        let records = counted(self.records_read, "record", "records");
        match (self.found, self.pages, self.micros) {
            (Some(found), Some(pages), Some(micros)) => {
                let pages = counted(pages, "page", "pages");
                writeln!(f, "{found} found in {}; {pages} and {records} read", time(micros))?;
            }
            _ => writeln!(f, "nothing was run; it would read at most {records}")?,
        }
        let mut picture = Picture { rows: Vec::new(), names: Vec::new() };
        picture.names = picture.columns(self);
        picture.add(&self.plan, "", "", "");
        writeln!(f)?;
        picture.write(f)?;
        writeln!(f)?;
        let of = match &self.elements {
            Some(array) => format!("elements of {array}"),
            None => "people".to_owned(),
        };
        if self.analyzed {
            writeln!(f, "found, expected: {of}; below \"one ...\" elements of that array.")?;
            writeln!(f, "pages: of 16 KiB. pages and time: with all that stands below.")
        } else {
            writeln!(f, "expected: {of}; below \"one ...\" elements of that array.")
        }
    }
}

/// A line of the tree.
struct Row {
    text: String,
    /// What stands before figures that have a line of their own.
    stem: String,
    /// Empty: a remark.
    figures: Vec<String>,
}

struct Picture {
    rows: Vec<Row>,
    names: Vec<&'static str>,
}

impl Picture {
    fn columns(&self, explanation: &Explanation) -> Vec<&'static str> {
        match explanation.analyzed {
            false => vec!["expected"],
            true if explanation.records_read > 0 => vec!["found", "expected", "pages", "records", "time"],
            true => vec!["found", "expected", "pages", "time"],
        }
    }

    /// Adds an operator and its inputs. `first` and `rest` are the branches before its first line and the others; paths below
    /// `array` go without it.
    fn add(&mut self, node: &PlanNode, first: &str, rest: &str, array: &str) {
        let own = node.detail.strip_prefix(array).and_then(|own| own.strip_prefix('.'));
        let own = own.unwrap_or(&node.detail);
        let title = match node.operator {
            "some" => format!("one {own}:"),
            "and" if node.inputs.is_empty() => "everybody".to_owned(),
            "and" => "all of:".to_owned(),
            "or" if node.inputs.is_empty() => "nobody".to_owned(),
            "or" => "any of:".to_owned(),
            "not" => "but not:".to_owned(),
            _ => own.to_owned(),
        };
        let stem = if node.inputs.is_empty() { format!("{rest}  ") } else { format!("{rest}│ ") };
        let figures = self.names.iter().map(|name| figure(node, name)).collect();
        self.rows.push(Row { text: format!("{first}{title}"), stem: stem.clone(), figures });
        for index in &node.index {
            let text = format!("{stem}  {index}");
            self.rows.push(Row { text, stem: String::new(), figures: Vec::new() });
        }
        let array = if node.operator == "some" { &node.detail } else { array };
        for (at, input) in node.inputs.iter().enumerate() {
            let last = at + 1 == node.inputs.len();
            let (branch, below) = if last { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            self.add(input, &format!("{rest}{branch}"), &format!("{rest}{below}"), array);
        }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let measured = self.rows.iter().filter(|row| !row.figures.is_empty()).map(|row| row.text.width());
        let width = measured.filter(|&width| width <= WIDEST).max().unwrap_or(0);
        let widths: Vec<usize> = self
            .names
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let cells = self.rows.iter().filter_map(|row| row.figures.get(at)).map(|cell| cell.width());
                cells.chain([name.len()]).max().unwrap_or(0)
            })
            .collect();
        let names: Vec<String> = self.names.iter().map(|&name| name.to_owned()).collect();
        writeln!(f, "{}", line("", width, &names, &widths))?;
        for row in &self.rows {
            if row.figures.is_empty() {
                writeln!(f, "{}", row.text)?;
            } else if row.text.width() <= width {
                writeln!(f, "{}", line(&row.text, width, &row.figures, &widths))?;
            } else {
                writeln!(f, "{}\n{}", row.text, line(&row.stem, width, &row.figures, &widths))?;
            }
        }
        Ok(())
    }
}

/// A text, and figures at the right of their columns.
fn line(text: &str, width: usize, figures: &[String], widths: &[usize]) -> String {
    let mut line = text.to_owned();
    line.push_str(&" ".repeat(width.saturating_sub(text.width())));
    for (figure, &width) in figures.iter().zip(widths) {
        line.push_str(GAP);
        line.push_str(&" ".repeat(width.saturating_sub(figure.width())));
        line.push_str(figure);
    }
    line.truncate(line.trim_end().len());
    line
}

/// A figure of an operator; empty if it never had to run.
fn figure(node: &PlanNode, name: &str) -> String {
    let number = match name {
        "expected" => Some(node.estimated),
        "found" => node.found,
        "pages" => node.pages,
        "records" => node.records.filter(|_| !node.exact && node.operator == "test"),
        _ => return node.micros.map(time).unwrap_or_default(),
    };
    number.map(|number| number.to_string()).unwrap_or_default()
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Microseconds in a fitting unit.
fn time(micros: f64) -> String {
    match micros {
        ..1_000.0 => format!("{micros:.0} µs"),
        ..1_000_000.0 => format!("{:.1} ms", micros / 1e3),
        _ => format!("{:.1} s", micros / 1e6),
    }
}

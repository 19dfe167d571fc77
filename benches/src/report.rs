//! What is printed: Markdown, ready for `docs/benchmarks.md`.

/// A table under construction.
pub(crate) struct Table {
    columns: usize,
    lines: Vec<String>,
}

impl Table {
    pub(crate) fn new(head: &[&str]) -> Self {
        let rule = head.iter().map(|_| "---").collect::<Vec<_>>();
        Self { columns: head.len(), lines: vec![line(head), line(&rule)] }
    }

    pub(crate) fn row(&mut self, cells: &[String]) {
        debug_assert_eq!(cells.len(), self.columns, "a cell for each column");
        self.lines.push(line(cells));
    }

    pub(crate) fn print(self) {
        println!("{}\n", self.lines.join("\n"));
    }
}

fn line(cells: &[impl AsRef<str>]) -> String {
    let cells: Vec<&str> = cells.iter().map(AsRef::as_ref).collect();
    format!("| {} |", cells.join(" | "))
}

/// The heading of a measurement.
pub(crate) fn heading(title: &str, about: &str) {
    println!("### {title}\n\n{about}\n");
}

/// An aim, and whether it was met.
pub(crate) fn verdict(met: bool, aim: &str) -> String {
    format!("{aim}: {}", if met { "met" } else { "**missed**" })
}

/// Bytes in MB (10^6).
pub(crate) fn mb(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

/// A part of a whole, in percent.
pub(crate) fn percent(part: u64, whole: u64) -> String {
    format!("{:.1} %", 100.0 * part as f64 / whole as f64)
}

/// A number for each of `count`.
pub(crate) fn each(sum: u64, count: u64) -> String {
    format!("{:.0}", sum as f64 / count as f64)
}

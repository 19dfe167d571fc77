//! Every command of `docs/tour.md` runs and prints what stands there, and every cell of `docs/notebook.ipynb`.
//!
//! In the tour, `…` in an expected line stands for anything, a line of it for any lines. With `ROLO_BLESS=1` what is printed is
//! written into the page and the notebook.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use tempfile::TempDir;

use super::common::path_with_rolo;
use super::foreign;

/// What is different each time.
const ANYTHING: &str = "…";

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tour.md")
}

/// A command, and what it should print.
struct Step {
    /// As the page has it, with its marks.
    typed: Vec<String>,
    printed: Vec<String>,
}

impl Step {
    /// What a shell gets: lines behind the first stand behind `> `.
    fn script(&self) -> String {
        let line = |line: &String| {
            line.strip_prefix("$ ").or(line.strip_prefix("> ")).unwrap_or_default().to_string()
        };
        self.typed.iter().map(line).collect::<Vec<_>>().join("\n")
    }

    /// What it prints, on both streams, in a folder with the sample.
    fn run(&self, folder: &Path) -> Vec<String> {
        let mut shell = Command::new("sh");
        shell.current_dir(folder).arg("-c").arg(format!("{{ {}\n}} 2>&1", self.script()));
        shell.env("PATH", path_with_rolo()).env("NO_COLOR", "1").env("LC_ALL", "C.UTF-8");
        let output = shell.output().expect("a shell");
        let printed = String::from_utf8(output.stdout).expect("text");
        assert!(output.status.success(), "{}\n{printed}", self.script());
        printed.lines().map(|line| line.trim_end().to_string()).collect()
    }
}

/// The page, its commands taken out of it: text before each block, and the block's steps.
fn blocks(page: &str) -> Vec<(String, Vec<Step>)> {
    let (mut blocks, mut text, mut steps) = (Vec::new(), String::new(), None::<Vec<Step>>);
    for line in page.lines() {
        match (&mut steps, line) {
            (None, "```console") => steps = Some(Vec::new()),
            (None, line) => writeln!(text, "{line}").expect("a text"),
            (Some(_), "```") => blocks.push((std::mem::take(&mut text), steps.take().unwrap_or_default())),
            (Some(steps), line) if line.starts_with("$ ") => {
                steps.push(Step { typed: vec![line.to_string()], printed: Vec::new() });
            }
            (Some(steps), line) => {
                let step = steps.last_mut().expect("a command before its output");
                let goes_on = step.printed.is_empty() && line.starts_with("> ");
                if goes_on { &mut step.typed } else { &mut step.printed }.push(line.to_string());
            }
        }
    }
    blocks.push((text, Vec::new()));
    blocks
}

/// Whether lines are those wanted; a line that is nothing but the mark stands for any number of lines.
fn are_like(lines: &[String], wanted: &[String]) -> bool {
    let mut pattern = String::new();
    for line in wanted {
        if line == ANYTHING {
            pattern += "(?s:.*\n)?";
        } else {
            let parts: Vec<String> = line.split(ANYTHING).map(regex::escape).collect();
            pattern += &format!("{}\n", parts.join(".*"));
        }
    }
    let text: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
    Regex::new(&format!("^{pattern}$")).expect("a pattern").is_match(&text)
}

#[test]
fn every_command_of_the_tour_prints_what_stands_there() {
    let text = fs::read_to_string(page()).expect("the tour");
    let folder = TempDir::new().expect("a folder");
    std::os::unix::fs::symlink(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("data"),
        folder.path().join("data"),
    )
    .expect("the sample");
    let (mut new, mut wrong) = (String::new(), Vec::new());
    for (before, steps) in blocks(&text) {
        new += &before;
        if steps.is_empty() {
            continue;
        }
        new += "```console\n";
        for step in steps {
            let printed = step.run(folder.path());
            let same = are_like(&printed, &step.printed);
            if !same {
                wrong.push(format!(
                    "{}\n  printed:\n{}\n  wanted:\n{}",
                    step.script(),
                    printed.join("\n"),
                    step.printed.join("\n")
                ));
            }
            let kept = if same { &step.printed } else { &printed };
            for line in step.typed.iter().chain(kept) {
                writeln!(new, "{line}").expect("a text");
            }
        }
        new += "```\n";
    }
    if std::env::var_os("ROLO_BLESS").is_some() {
        fs::write(page(), new).expect("the tour");
        return;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn every_cell_of_the_notebook_shows_what_stands_there() {
    let notebook = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/notebook.ipynb");
    let differences = foreign::notebook_differences(&notebook, std::env::var_os("ROLO_BLESS").is_some());
    assert!(differences.is_empty(), "{differences}");
}

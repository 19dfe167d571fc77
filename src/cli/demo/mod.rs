//! `rolo demo`: every step as the command that a user would type, on invented people, in a folder of its own.
//!
//! The commands that are shown are parsed and run as if they had been typed; what is shown is what they print.
//!
//! - `people`: who is invented; `steps`, `batch`: what is done with them; `shell`: commands and what they print

mod batch;
mod people;
mod shell;
mod steps;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::args;
use super::console::Console;
use super::failure::{Exit, Failure, quoted};
use super::units::count;

/// The people that come with rolo.
const SAMPLE: &[u8] = include_bytes!("../../../data/people.jsonl.zst");
const SAMPLE_PEOPLE: u64 = 2_000;
/// Leads in the list; fewer where there are fewer people.
const LEADS: u64 = 500;
/// Says that a folder is a demo's.
const MARKER: &str = ".rolo-demo";
/// Everything else that a demo writes.
const FILES: [&str; 12] = [
    "people.jsonl",
    "people.parquet",
    "people.parquet.jobs",
    "people.parquet.jobs-wal",
    "people.parquet.jobs-shm",
    "leads.csv",
    "enriched.csv",
    "leads.sql",
    "same-role.json",
    "any-role.json",
    "batch.txt",
    "found.jsonl.gz",
];
/// Widest lines of the demo's own words.
const WIDEST: usize = 80;
/// Before each line of a command's output.
const MARGIN: &str = "  ";

pub(crate) fn run(args: &args::Demo, console: &mut Console) -> Result<Exit, Failure> {
    prepare(&args.dir)?;
    let width = console.out_width.unwrap_or(WIDEST).clamp(40, WIDEST);
    let mut demo = Demo { dir: args.dir.clone(), program: program(), width, console };
    demo.tell_all(args.people)
}

/// Makes the folder, or clears away what an earlier demo left.
fn prepare(dir: &Path) -> Result<(), Failure> {
    let failed = || Failure::writing(dir.display().to_string());
    let marker = dir.join(MARKER);
    match fs::read_dir(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::create_dir_all(dir).map_err(failed())?,
        Err(error) => return Err(failed()(error)),
        Ok(mut entries) => {
            if entries.next().is_some() && !marker.exists() {
                let problem = "is not empty and not a demo's: name another folder with --dir";
                return Err(Failure::Usage(format!("{} {problem}", dir.display())));
            }
        }
    }
    for file in FILES {
        match fs::remove_file(dir.join(file)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(failed()(error)),
            _ => {}
        }
    }
    fs::write(
        &marker,
        "The files beside this one were made by `rolo demo`. It replaces them when it runs again.\n",
    )
    .map_err(failed())
}

/// How to call this program from here: by its name if a shell finds it, else by its path.
fn program() -> String {
    let Ok(own) = std::env::current_exe().and_then(fs::canonicalize) else { return "rolo".to_string() };
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let found = folders.iter().find_map(|folder| fs::canonicalize(folder.join("rolo")).ok());
    if found.is_some_and(|found| found == own) {
        return "rolo".to_string();
    }
    let here = std::env::current_dir().and_then(fs::canonicalize).ok();
    let near = here.and_then(|here| own.strip_prefix(here).map(Path::to_path_buf).ok());
    quoted(&near.map_or(own, |near| Path::new(".").join(near)))
}

struct Demo<'a> {
    dir: PathBuf,
    program: String,
    width: usize,
    console: &'a mut Console,
}

impl Demo<'_> {
    fn tell_all(&mut self, people: Option<u64>) -> Result<Exit, Failure> {
        let known = people.unwrap_or(SAMPLE_PEOPLE);
        self.say(&format!(
            "rolo keeps people in one file, finds them by profile URL, e-mail or phone number or by what they have \
             done, answers SQL, and fills in lists of leads. This demo does that with {} invented people. It writes only into the folder {}.",
            count(known),
            self.dir.display()
        ))?;
        let leads = LEADS.min(known);
        let (example, json_bytes) = self.write_inputs(people, known, leads)?;
        self.load(known, json_bytes)?;
        self.get(&example)?;
        self.search()?;
        self.enrich(leads)?;
        self.batch()?;
        #[cfg(feature = "sql")]
        self.sql()?;
        self.next_steps()?;
        Ok(Exit::Done)
    }

    fn next_steps(&mut self) -> Result<(), Failure> {
        self.heading("What to try next")?;
        self.say("Your own records, your own search, your own list:")?;
        let (program, database) = (self.program.clone(), self.file("people.parquet"));
        self.commands(&[
            &format!("{program} load mine.parquet people.jsonl"),
            &format!("{program} search mine.parquet -f @filter.json -o found.csv"),
            &format!("{program} enrich mine.parquet -i leads.csv --append -o enriched.csv"),
            &format!("{program} jobs submit enrich mine.parquet -i urls.txt --wait -o found.jsonl.gz"),
        ])?;
        self.say("What is in the file, where each part of it lies, and whether all of it is sound:")?;
        self.commands(&[
            &format!("{program} info {database}"),
            &format!("{program} inspect {database}"),
            &format!("{program} verify {database}"),
        ])?;
        self.say("It is a Parquet file: DuckDB, Polars, pandas and Spark open it as it is.")?;
        self.commands(&[
            &format!("duckdb -c \"select basic_profile.name from '{database}'\""),
            &format!("python -c \"import polars; print(polars.read_parquet('{database}'))\""),
        ])?;
        let dir = quoted(&self.dir);
        self.say(&format!("`{program} --help` lists the commands; `rm -r {dir}` removes this demo."))
    }

    /// A file of the demo's folder, as it is typed.
    fn file(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_holds_as_many_people_as_are_promised() {
        let text = zstd::decode_all(SAMPLE).unwrap();
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count() as u64, SAMPLE_PEOPLE);
    }
}

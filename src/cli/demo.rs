//! `rolo demo`: every step as the command that a user would type, on invented people, in a folder of its own.
//!
//! The commands that are shown are parsed and run as if they had been typed; what is shown is what they print.

use std::fs::{self, File};
use std::io::{self, BufRead as _, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rolo::demo::{DEFAULT_SEED, Leads, People};
use rolo::record::parse;
use unicode_width::UnicodeWidthStr as _;

use super::args;
use super::console::Console;
use super::delimited::{Dialect, Records};
use super::failure::{Exit, Failure, quoted};
use super::table::{Layout, cut, wrap};
use super::units::{bytes, count, duration, percent};
use super::{dispatch, interrupt};

/// The people that come with rolo.
const SAMPLE: &[u8] = include_bytes!("../../data/people.jsonl.zst");
const SAMPLE_PEOPLE: u64 = 2_000;
/// Leads in the list; fewer where there are fewer people.
const LEADS: u64 = 500;
/// Says that a folder is a demo's.
const MARKER: &str = ".rolo-demo";
/// Everything else that a demo writes.
const FILES: [&str; 6] =
    ["people.jsonl", "people.parquet", "leads.csv", "enriched.csv", "same-role.json", "any-role.json"];
/// Managers in retail; `OP` stands for the operator that says whether in one role.
const MANAGERS_IN_RETAIL: &str = r#"{"op": "OP", "conditions": [
  {"field": "experience.employment_details.title",
   "type": "(.)", "value": "manager"},
  {"field": "experience.employment_details.company_industries",
   "type": "=", "value": "Retail"}
]}
"#;
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

/// A person to look up.
struct Example {
    name: String,
    url: String,
    email: String,
}

impl Demo<'_> {
    fn tell_all(&mut self, people: Option<u64>) -> Result<Exit, Failure> {
        let known = people.unwrap_or(SAMPLE_PEOPLE);
        self.say(&format!(
            "rolo keeps people in one file, finds them by profile URL, e-mail or phone number or by what they have \
             done, and fills in lists of leads. This demo does that with {} invented people. It writes only into the folder {}.",
            count(known),
            self.dir.display()
        ))?;
        let leads = LEADS.min(known);
        let (example, json_bytes) = self.write_inputs(people, known, leads)?;
        self.load(known, json_bytes)?;
        self.get(&example)?;
        self.search()?;
        self.enrich(leads)?;
        self.next_steps()?;
        Ok(Exit::Done)
    }

    /// Writes the people and the leads; returns a person to look up, and the bytes of all people as JSON.
    fn write_inputs(
        &mut self,
        people: Option<u64>,
        known: u64,
        leads: u64,
    ) -> Result<(Example, u64), Failure> {
        let path = self.dir.join("people.jsonl");
        let failed = || Failure::writing(path.display().to_string());
        let mut out = BufWriter::with_capacity(1 << 20, File::create(&path).map_err(failed())?);
        let generator = People::new(DEFAULT_SEED);
        match people {
            None => zstd::stream::copy_decode(SAMPLE, &mut out).map_err(failed())?,
            Some(_) => {
                const AT_ONCE: u64 = 20_000;
                for first in (0..known).step_by(AT_ONCE as usize) {
                    interrupt::check()?;
                    generator.write(first..known.min(first + AT_ONCE), &mut out).map_err(failed())?;
                }
            }
        }
        out.into_inner().map_err(|error| failed()(error.into_error()))?;
        let path = self.dir.join("leads.csv");
        let file = File::create(&path).map_err(Failure::writing(path.display()))?;
        let leads = Leads::new(&generator, known).write(leads, BufWriter::new(file));
        leads.map_err(Failure::writing(path.display()))?;
        let path = self.dir.join("people.jsonl");
        let length = fs::metadata(&path).map_err(Failure::reading(path.display()))?.len();
        Ok((example(&path)?, length))
    }

    fn load(&mut self, known: u64, json_bytes: u64) -> Result<(), Failure> {
        self.heading("1  Load people")?;
        self.say(&format!(
            "{} holds {} people, one JSON object a line, {}. One command reads them, indexes every way in which \
             they can be named, and writes one file:",
            self.file("people.jsonl"),
            count(known),
            bytes(json_bytes)
        ))?;
        let (database, input) = (self.file("people.parquet"), self.file("people.jsonl"));
        let time = self.step(&["load", &database, &input], 12)?;
        let length = fs::metadata(self.dir.join("people.parquet")).map_or(0, |file| file.len());
        self.say(&format!(
            "The file is {}, {} of the JSON, with every record inside it word for word, the same people as columns, \
             and the indexes. It took {}.",
            bytes(length),
            percent(length, json_bytes),
            duration(time)
        ))
    }

    fn get(&mut self, example: &Example) -> Result<(), Failure> {
        self.heading("2  Look somebody up")?;
        self.say(
            "By profile URL. It need not be spelled as in the record: this one has another host and a tail.",
        )?;
        let database = self.file("people.parquet");
        let slug = example.url.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let url = format!("https://de.linkedin.com/in/{slug}/?trk=share");
        let time = self.step(&["get", &database, &url], 16)?;
        self.say(&format!(
            "Found in {}, with opening the file. On a terminal you get a page; into a pipe or a file goes JSON.",
            duration(time)
        ))?;
        self.say("By e-mail, and only the fields that are asked for. Capitals do not matter:")?;
        let fields = "basic_profile.name,basic_profile.current_title";
        let email = example.email.to_uppercase();
        let time = self.step(&["enrich", &database, &email, "--fields", fields], 8)?;
        self.say(&format!("It is {} again, in {}.", example.name, duration(time)))
    }

    fn search(&mut self) -> Result<(), Failure> {
        self.heading("3  Search")?;
        for (name, op) in [("same-role.json", "and"), ("any-role.json", "all_of")] {
            let path = self.dir.join(name);
            let filter = MANAGERS_IN_RETAIL.replace("OP", op);
            fs::write(&path, filter).map_err(Failure::writing(path.display()))?;
        }
        let database = self.file("people.parquet");
        let (same, any) = (self.file("same-role.json"), self.file("any-role.json"));
        self.say(&format!("A filter is a tree of conditions. This one, {same}, wants managers in retail:"))?;
        self.block(MANAGERS_IN_RETAIL.replace("OP", "and").trim_end())?;
        self.say("--matched says which of their roles made people match:")?;
        let filter = format!("@{same}");
        let fields = "basic_profile.name";
        let arguments = ["search", &database, "-f", &filter, "--fields", fields, "--matched", "--limit", "4"];
        self.step(&arguments, 8)?;
        self.say(&format!(
            "In an `and`, both conditions hold on one role: manager *at* a retailer. {any} has the same two in an \
             `all_of`: each on some role. That is what engines answer that keep titles in one index and industries \
             in another:"
        ))?;
        let at_once = self.step(&["search", &database, "-f", &filter, "--count"], 4)?;
        self.step(&["search", &database, "-f", &format!("@{any}"), "--count"], 4)?;
        self.say(
            "The second count has everybody of the first, and whoever was a manager in one job and in retail in \
             another: people that nobody looked for.",
        )?;
        self.say(&format!("The first count took {}. This is how it was answered:", duration(at_once)))?;
        self.step(&["search", &database, "-f", &filter, "--explain=analyze"], 14)?;
        Ok(())
    }

    fn enrich(&mut self, leads: u64) -> Result<(), Failure> {
        self.heading("4  Fill in a list of leads")?;
        self.say(&format!(
            "{} has {} leads, such as come from a fair or a CRM: names, and for some an e-mail, for some a profile \
             URL. Not all of them are among our people. rolo finds the columns by itself:",
            self.file("leads.csv"),
            count(leads)
        ))?;
        let (database, list, output) =
            (self.file("people.parquet"), self.file("leads.csv"), self.file("enriched.csv"));
        let time = self.step(&["enrich", &database, "-i", &list, "--append", "-o", &output], 8)?;
        let rate = (leads as f64 / time.as_secs_f64().max(0.001)) as u64;
        self.say(&format!(
            "{output} is the same list, every row and cell of it, with columns added: {} in {}, {} a second. Some rows \
             and columns of it:",
            count(leads),
            duration(time),
            count(rate)
        ))?;
        let table = self.enriched_rows()?;
        self.block(&table)
    }

    /// The first rows of the enriched list that have a person, and one that has none.
    fn enriched_rows(&self) -> Result<String, Failure> {
        const COLUMNS: [(&str, &str); 4] = [
            ("name", "name"),
            ("email", "email"),
            ("basic_profile.current_title", "current_title"),
            ("basic_profile.location.city", "city"),
        ];
        let path = self.dir.join("enriched.csv");
        let file = File::open(&path).map_err(Failure::reading(path.display()))?;
        let mut records = Records::new(BufReader::new(file), Dialect::detect(b"a,b\n", None));
        let header = records.next()?.map(|record| record.texts()).unwrap_or_default();
        let places = COLUMNS.map(|(path, _)| header.iter().position(|name| name == path));
        let (mut found, mut not_found) = (Vec::new(), Vec::new());
        while let Some(record) = records.next()?
            && (found.len() < 4 || not_found.is_empty())
        {
            let cells =
                places.map(|place| place.and_then(|at| record.cell(at)).unwrap_or_default().into_owned());
            let into =
                if cells.last().is_some_and(|city| !city.is_empty()) { &mut found } else { &mut not_found };
            into.push(cells.to_vec());
        }
        found.truncate(4);
        found.extend(not_found.into_iter().take(1));
        let names = COLUMNS.map(|(_, name)| name.to_string());
        let rows = std::iter::once(names.as_slice()).chain(found.iter().map(Vec::as_slice));
        let layout = Layout::fit(rows, &[], self.width.saturating_sub(MARGIN.len()));
        let mut lines = vec![layout.header(&names, &[], self.console.out_paint)];
        lines.extend(found.iter().map(|row| layout.line(row, &[])));
        Ok(lines.join("\n"))
    }

    fn next_steps(&mut self) -> Result<(), Failure> {
        self.heading("What to try next")?;
        self.say("Your own records, your own search, your own list:")?;
        let (program, database) = (self.program.clone(), self.file("people.parquet"));
        self.commands(&[
            &format!("{program} load mine.parquet people.jsonl"),
            &format!("{program} search mine.parquet -f @filter.json -o found.csv"),
            &format!("{program} enrich mine.parquet -i leads.csv --append -o enriched.csv"),
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

    /// Shows a command, runs it, and shows at most `most` lines of what it prints.
    fn step(&mut self, arguments: &[&str], most: usize) -> Result<Duration, Failure> {
        interrupt::check()?;
        let typed: Vec<String> = arguments.iter().map(|argument| quoted(Path::new(argument))).collect();
        self.commands(&[&format!("{} {}", self.program, typed.join(" "))])?;
        self.console.flush()?;
        let paint = self.console.out_paint;
        let (mut console, captured) = Console::captured(self.width.saturating_sub(MARGIN.len()), paint);
        let arguments = std::iter::once("rolo").chain(arguments.iter().copied());
        let (cli, matches) = super::parse(arguments.map(Into::into))
            .map_err(|error| Failure::Failed(format!("internal error: the demo types {error}")))?;
        let started = Instant::now();
        dispatch(&cli.command, &matches, &mut console)?;
        let time = started.elapsed();
        let text = captured.text();
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let room = self.width.saturating_sub(MARGIN.len());
        let fitted =
            |line: &&str| if line.contains('\x1b') { line.to_string() } else { wrap_line(line, room) };
        let mut shown = lines.iter().take(most).map(fitted).collect::<Vec<_>>().join("\n");
        if let Some(more @ 1..) = lines.len().checked_sub(most) {
            shown.push_str(&format!("\n{}", paint.dim(&format!("… {more} more lines"))));
        }
        self.block(&shown)?;
        Ok(time)
    }

    fn heading(&mut self, text: &str) -> Result<(), Failure> {
        let paint = self.console.out_paint;
        let rule = "─".repeat(self.width.saturating_sub(text.chars().count() + 1));
        self.console.print(&format!("{} {}\n\n", paint.bold(text), paint.dim(&rule)))
    }

    /// Says something in the demo's own words.
    fn say(&mut self, text: &str) -> Result<(), Failure> {
        let text = wrap(text, self.width).join("\n");
        self.console.print(&format!("{text}\n\n"))
    }

    fn commands(&mut self, commands: &[&str]) -> Result<(), Failure> {
        let paint = self.console.out_paint;
        let mut text = String::new();
        for command in commands {
            for (at, line) in shell_lines(command, self.width.saturating_sub(6)).iter().enumerate() {
                let start = if at == 0 { paint.dim("$ ") } else { "    ".to_string() };
                text.push_str(&format!("{MARGIN}{start}{}\n", paint.green(line)));
            }
        }
        self.console.print(&format!("{text}\n"))
    }

    /// What a command printed.
    fn block(&mut self, text: &str) -> Result<(), Failure> {
        let lines: Vec<String> = text
            .lines()
            .map(|line| if line.is_empty() { String::new() } else { format!("{MARGIN}{line}") })
            .collect();
        self.console.print(&format!("{}\n\n", lines.join("\n")))
    }
}

/// A line as it is, or broken where it is too long.
fn wrap_line(line: &str, width: usize) -> String {
    if line.width() <= width { line.to_string() } else { wrap(line, width).join("\n") }
}

/// A command in lines that a shell reads as one, broken between its arguments.
fn shell_lines(command: &str, width: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for word in shell_words(command) {
        // Room for the blank and the backslash.
        if !line.is_empty() && line.width() + word.width() + 3 > width {
            lines.push(format!("{line} \\"));
            line = String::new();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// The words of a command; blanks inside quotes do not part them.
fn shell_words(command: &str) -> Vec<&str> {
    let mut quote = None;
    let parts = command.split(|c| {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), _) if open == c => quote = None,
            _ => {}
        }
        c == ' ' && quote.is_none()
    });
    parts.collect()
}

/// The first person who has a name, a profile URL and an e-mail.
fn example(people: &Path) -> Result<Example, Failure> {
    let file = File::open(people).map_err(Failure::reading(people.display()))?;
    for line in BufReader::new(file).lines() {
        let line = line.map_err(Failure::reading(people.display()))?;
        let Ok(parsed) = parse(line.as_bytes()) else { continue };
        let at = |path: &[&str]| {
            let mut value = &parsed.value;
            for part in path {
                value = value.items().first().unwrap_or(value).get(part)?;
            }
            value.as_str().filter(|text| !text.is_empty()).map(str::to_string)
        };
        let url = at(&["social_handles", "professional_network_identifier", "profile_url"]);
        let email = at(&["contact", "business_emails", "email"]).filter(|email| email.is_ascii());
        if let (Some(name), Some(url), Some(email)) = (at(&["basic_profile", "name"]), url, email)
            && url.contains("/in/")
            && name.is_ascii()
        {
            return Ok(Example { name: cut(&name, 60), url, email });
        }
    }
    Err(Failure::Failed(
        "internal error: none of the invented people has a profile URL and an e-mail".to_string(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_command_is_broken_so_that_a_shell_joins_it() {
        let command = "rolo enrich people.parquet -i leads.csv --append -o enriched.csv";
        let lines = shell_lines(command, 40);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.len() <= 40), "{lines:?}");
        assert_eq!(lines.join("\n").replace("\\\n", ""), command);
        let quoted = "duckdb -c \"from 'a b' select a long list\"";
        assert_eq!(shell_lines(quoted, 20), ["duckdb -c \\", "\"from 'a b' select a long list\""]);
    }

    #[test]
    fn the_sample_holds_as_many_people_as_are_promised() {
        let text = zstd::decode_all(SAMPLE).unwrap();
        assert_eq!(text.iter().filter(|&&byte| byte == b'\n').count() as u64, SAMPLE_PEOPLE);
    }
}

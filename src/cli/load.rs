//! `rolo load`: records into a database file.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rolo::engine::{
    Database, EXISTS_ALREADY, Input, LoadOptions, LoadReport, Observer, OnDuplicate, OnError, Progress,
    Reject, Source, Stage,
};
use rolo::record::normalise::country_id;
use rolo::record::{Mapped, PERSON_FORMAT};
use rolo::schema::Schema;
use rolo::schema::mapping::{Mapping, TABLE};

use super::args::{self, ReportFormat};
use super::console::{Console, printable};
use super::failure::{Exit, Failure, quoted};
use super::interrupt;
use super::output::same_file;
use super::progress::ProgressLine;
use super::table::cut;
use super::units::{bytes, count, counted, duration, percent};

/// Rejected records that the summary shows.
const EXAMPLES: usize = 5;
/// Paths that the summary lists.
const LISTED_PATHS: usize = 10;
/// Parts of the file that it lists: with them a summary fits a screen of 24 lines.
const LISTED_PARTS: usize = 4;
/// The arrays of the union of all roles, inside a path.
const CURRENT: &str = ".current.";
const PAST: &str = ".past.";

pub(crate) fn run(args: &args::Load, console: &mut Console) -> Result<Exit, Failure> {
    check(args)?;
    let inputs = args.inputs.iter().map(|path| open(path)).collect::<Result<Vec<_>, _>>()?;
    let rejects = args.rejects.as_ref().map(|path| RejectFile { path: path.clone(), file: None });
    let mut watch =
        Watch { line: ProgressLine::new(console), rejects, examples: Vec::new(), asked_late: false };
    let on_error = match args.on_error {
        args::OnError::Continue => OnError::Continue,
        args::OnError::Stop => OnError::Stop,
    };
    let on_duplicate = match args.on_duplicate {
        args::OnDuplicate::Reject => OnDuplicate::Reject,
        args::OnDuplicate::Replace => OnDuplicate::Replace,
        args::OnDuplicate::Keep => OnDuplicate::Keep,
    };
    let options = LoadOptions {
        on_error,
        on_duplicate,
        key: args.key.clone(),
        strict: args.strict,
        dry_run: args.dry_run,
        source: source(args)?,
        country: args.country.clone(),
        ..LoadOptions::default()
    };
    let result = Database::load(&args.database, inputs, &options, &mut watch);
    interrupt::commit_is_over();
    watch.line.clear();
    // What was rejected is worth knowing even where the load failed.
    let written = watch.rejects.as_mut().map_or(Ok(()), RejectFile::finish);
    let report = result?;
    if watch.asked_late {
        console.note("(interrupted too late: the commit had begun, and was finished)");
    }
    Summary { args, report: &report, watch: &watch }.tell(console);
    if args.format == ReportFormat::Json {
        let json = serde_json::to_string_pretty(&report);
        let json = json.map_err(|error| Failure::Failed(format!("the report: {error}")))?;
        console.print(&format!("{json}\n"))?;
    }
    written?;
    Ok(if report.rejected > 0 { Exit::SomeRejected } else { Exit::Done })
}

/// What the user says that the records are.
fn source(args: &args::Load) -> Result<Option<Source>, Failure> {
    if let Some(name) = &args.source {
        let known: Vec<&str> = Source::names().collect();
        if !known.contains(&name.as_str()) {
            let known = known.join(", ");
            return Err(Failure::Usage(format!(
                "--source {name:?} is not known; known are {known}, and --map FILE"
            )));
        }
        return Ok(Some(Source::Named(name.clone())));
    }
    let Some(path) = &args.map else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(Failure::reading(path.display()))?;
    let mapping = Mapping::parse(&text, &Schema::person());
    let mapping = mapping.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
    mapping.country.as_deref().map_or(Ok(()), known_country)?;
    Ok(Some(Source::Mapping(Arc::new(mapping))))
}

fn known_country(code: &str) -> Result<(), Failure> {
    match country_id(code) {
        Some(_) => Ok(()),
        None => {
            let problem = "is no country with phone numbers of its own; give two letters, such as DE or GB";
            Err(Failure::Usage(format!("{code:?} {problem}")))
        }
    }
}

/// Refuses names that would destroy something, and inputs that cannot be read twice.
fn check(args: &args::Load) -> Result<(), Failure> {
    let stdin = Path::new("-");
    if args.inputs.iter().filter(|path| *path == stdin).count() > 1 {
        return Err(Failure::Usage("standard input can be read only once: give `-` once".to_string()));
    }
    if let Some(input) = args.inputs.iter().find(|path| same_file(path, &args.database)) {
        return Err(Failure::Usage(format!("{} is the database itself, not an input", input.display())));
    }
    args.country.as_deref().map_or(Ok(()), known_country)?;
    let Some(rejects) = &args.rejects else { return Ok(()) };
    let lost = args.inputs.iter().chain([&args.database]).find(|path| same_file(path, rejects));
    match lost {
        Some(_) => {
            let problem = "is read by this load: choose another name for the rejects";
            Err(Failure::Usage(format!("{} {problem}", rejects.display())))
        }
        None => Ok(()),
    }
}

fn open(path: &Path) -> Result<Input, Failure> {
    if path == Path::new("-") { Ok(Input::stdin()) } else { Ok(Input::file(path)?) }
}

/// The file of rejected records: the owner's alone, made at the first one.
struct RejectFile {
    path: PathBuf,
    file: Option<BufWriter<File>>,
}

impl RejectFile {
    fn write(&mut self, reject: &Reject) -> io::Result<()> {
        if self.file.is_none() {
            self.file = Some(BufWriter::new(create_private(&self.path)?));
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        serde_json::to_writer(&mut *file, reject)?;
        file.write_all(b"\n")
    }

    fn finish(&mut self) -> Result<(), Failure> {
        let Some(file) = &mut self.file else { return Ok(()) };
        file.flush().map_err(Failure::writing(self.path.display()))
    }
}

fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    // A file that was there keeps its mode when opened, and these are people's records.
    #[cfg(unix)]
    if file.metadata()?.is_file() {
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    }
    Ok(file)
}

/// Watches a load: progress, rejects, Ctrl-C.
struct Watch {
    line: ProgressLine,
    rejects: Option<RejectFile>,
    examples: Vec<Reject>,
    asked_late: bool,
}

impl Observer for Watch {
    fn progress(&mut self, progress: &Progress) -> ControlFlow<()> {
        let done = progress.bytes.min(progress.bytes_total.unwrap_or(u64::MAX));
        self.line.tell(done, progress.bytes_total, |so_far| match progress.stage {
            Stage::Reading => {
                let of = progress.bytes_total.map(|all| format!(" of {}", bytes(all))).unwrap_or_default();
                let (people, rate) = (count(progress.people), count(so_far.rate(progress.people)));
                format!("{}{of}, {people} people, {rate}/s{}", bytes(done), so_far.left())
            }
            Stage::Merging => format!("merging {} people", count(progress.people)),
            Stage::Committing => "writing to the file".to_string(),
            Stage::Compacting => "merging small segments".to_string(),
        });
        let committing = matches!(progress.stage, Stage::Committing | Stage::Compacting);
        if interrupt::requested() && !committing {
            return ControlFlow::Break(());
        }
        if committing {
            interrupt::commit_begins();
            self.asked_late |= interrupt::requested();
        }
        ControlFlow::Continue(())
    }

    fn reject(&mut self, reject: &Reject) -> io::Result<()> {
        if self.examples.len() < EXAMPLES {
            self.examples.push(reject.clone());
        }
        self.rejects.as_mut().map_or(Ok(()), |file| file.write(reject))
    }
}

/// What is said at the end.
struct Summary<'a> {
    args: &'a args::Load,
    report: &'a LoadReport,
    watch: &'a Watch,
}

impl Summary<'_> {
    fn tell(&self, console: &mut Console) {
        let mut text = self.headline(console);
        text.push_str(&self.kept());
        text.push_str(&self.suppressed());
        text.push_str(&self.sources());
        text.push_str(&self.mapped(console));
        text.push_str(&self.bytes(console));
        let paths = |title: &str, what: &BTreeMap<String, u64>| paths(title, what, console);
        text.push_str(&paths(
            "of a wrong type: null in their column, kept in the record",
            &self.report.coerced,
        ));
        text.push_str(&paths(
            "under keys that have no place in the person schema: kept in the record",
            &self.report.unknown,
        ));
        if self.report.duplicate_keys > 0 {
            let dropped = counted(self.report.duplicate_keys, "value", "values");
            text.push_str(&format!(
                "\n{dropped} came twice under one name: the last one counts in the columns\n"
            ));
        }
        if self.report.file.is_worth_compacting() {
            let (frees, total) = (bytes(self.report.file.compaction().1), bytes(self.report.file.total));
            let database = quoted(&self.args.database);
            text.push_str(&format!(
                "\n`rolo compact {database}` frees about {frees} of the file's {total}\n"
            ));
        }
        if let Some(reason) = &self.report.unmerged {
            text.push_str(&format!(
                "\nsmall segments were not merged, which the next load makes up for: {}\n",
                printable(reason)
            ));
        }
        // What a user may have to do something about stands last, where it is seen.
        text.push_str(&self.rejected(console));
        console.note(text.trim_end());
        self.stale_rejects(console);
    }

    fn headline(&self, console: &Console) -> String {
        let report = self.report;
        let database = printable(&self.args.database.display().to_string());
        if self.args.dry_run {
            let would = match (report.people, report.replaced) {
                (0, 0) => "nobody would be loaded".to_string(),
                (people, 0) => format!("{} would be loaded", counted(people, "person", "people")),
                (people, replaced) => {
                    let people = counted(people, "person", "people");
                    format!("{people} would be loaded, and {} replaced,", count(replaced))
                }
            };
            let total = count(report.total_people);
            return format!(
                "{would} into {database}, which would have {total}; nothing was, because of --dry-run\n"
            );
        }
        if report.people + report.replaced == 0 {
            return format!(
                "nobody loaded into {database}; it has {}\n",
                counted(report.total_people, "person", "people")
            );
        }
        let people = match report.replaced {
            0 => counted(report.people, "person", "people"),
            replaced => {
                format!(
                    "{} and {} replaced",
                    counted(report.people, "new person", "new people"),
                    count(replaced)
                )
            }
        };
        let people = console.err_paint.bold(&people);
        let time = duration(std::time::Duration::from_secs_f64(report.seconds.max(0.0)));
        let rate = (self.loaded() as f64 / report.seconds.max(0.001)) as u64;
        let total = match report.total_people {
            all if all == report.people && report.replaced == 0 => String::new(),
            all => format!("; it has {} now", count(all)),
        };
        format!("{people} loaded into {database} in {time} ({}/s){total}\n", count(rate))
    }

    /// Records that are in the file now.
    fn loaded(&self) -> u64 {
        self.report.people + self.report.replaced
    }

    /// Records whose people were there and stay as they are.
    fn kept(&self) -> String {
        match self.report.kept {
            0 => String::new(),
            kept => {
                let kept = counted(kept, "record", "records");
                format!(
                    "{kept} passed over: the people are there, and --on-duplicate keep leaves them as they are\n"
                )
            }
        }
    }

    /// Records of people who must not come back.
    fn suppressed(&self) -> String {
        match self.report.suppressed {
            0 => String::new(),
            n => format!("{} left out: their people were forgotten\n", counted(n, "record", "records")),
        }
    }

    /// What records of other sources were taken for.
    fn sources(&self) -> String {
        let others: Vec<_> = self.report.sources.iter().filter(|told| told.source != PERSON_FORMAT).collect();
        let mut text = String::new();
        for told in others.iter().take(LISTED_PATHS) {
            let how = if told.recognised { "; --source or --map overrule it" } else { "" };
            text.push_str(&format!("{}: read as {}{how}\n", printable(&told.input), printable(&told.source)));
            if told.source == TABLE && !self.args.dry_run {
                text.push_str(&format!("  columns read: {}\n", printable(&told.columns.join(", "))));
            }
        }
        if let Some(more @ 1..) = others.len().checked_sub(LISTED_PATHS) {
            text.push_str(&format!(
                "and {} of other sources\n",
                counted(more as u64, "more input", "more inputs")
            ));
        }
        for told in &self.report.sources {
            let input = printable(&told.input);
            if told.database {
                text.push_str(&format!(
                    "{input} is a rolo database: its columns were read, not the source records in it\n"
                ));
            } else if !told.known {
                text.push_str(&format!(
                    "{input}: like nothing known, so read in the person schema; --source or --map say what it is\n"
                ));
            }
        }
        if others.is_empty() && self.args.country.is_some() {
            text.push_str("--country says nothing about records in the person schema: their numbers are taken as they are\n");
        }
        text
    }

    /// Where the values of other sources go; known after a dry run.
    fn mapped(&self, console: &Console) -> String {
        let mapped = &self.report.mapped;
        let Some(longest) = mapped.keys().map(|path| path.chars().count()).max() else {
            return String::new();
        };
        let width = console.err_width.unwrap_or(usize::MAX);
        let header = format!("{:>11}  {:<longest$}  goes to", "values", "path");
        let mut text = format!("\n{}\n", console.err_paint.dim(&header));
        for (path, mapped) in mapped {
            let to = destination(mapped);
            let line = format!("{:>11}  {:<longest$}  {to}", count(mapped.values), printable(path));
            text.push_str(&format!("{}\n", cut(&line, width)));
        }
        text
    }

    fn rejected(&self, console: &Console) -> String {
        let report = self.report;
        if report.rejected == 0 {
            return String::new();
        }
        let rejected = counted(report.rejected, "record", "records");
        let mut text = format!("\n{}\n", console.err_paint.red(&format!("{rejected} rejected")));
        for (reason, &n) in &report.reasons {
            text.push_str(&format!("  {:>9}  {}\n", count(n), printable(reason)));
        }
        let width = console.err_width.unwrap_or(usize::MAX).saturating_sub(4);
        text.push_str("for example\n");
        for reject in &self.watch.examples {
            let line = format!("{}, line {}: {}", reject.input, reject.line, reject.reason);
            text.push_str(&format!("  {}\n", cut(&printable(&line).replace('\n', " "), width)));
        }
        if report.reasons.contains_key(EXISTS_ALREADY) {
            text.push_str("to change people who are there: --on-duplicate replace; to leave them: keep\n");
        }
        match &self.args.rejects {
            Some(path) => text.push_str(&format!("all of them are in {}\n", quoted(path))),
            None => text.push_str("to keep them, load with --rejects FILE\n"),
        }
        text
    }

    /// Bytes by what they are, for each person, and against the JSON: the largest parts. `rolo info` lists all of them.
    fn bytes(&self, console: &Console) -> String {
        let report = self.report;
        if self.loaded() == 0 || self.args.dry_run {
            return String::new();
        }
        let each = |n: u64| count(n / self.loaded().max(1));
        let mut parts: Vec<(&String, u64)> = report.bytes.iter().map(|(name, &n)| (name, n)).collect();
        parts.sort_by_key(|&(name, n)| (std::cmp::Reverse(n), name));
        let all = report.bytes_total();
        let header = format!("{:<31}{:>10}{:>12}{:>14}", "bytes added", "", "a person", "of the JSON");
        let mut text = format!("\n{}\n", console.err_paint.dim(&header));
        let line = |name: &str, n: u64| {
            format!("  {:<29}{:>10}{:>12}{:>14}\n", name, bytes(n), each(n), percent(n, report.json_bytes))
        };
        text.push_str(&line("in all", all));
        let (most, others) = parts.split_at(parts.len().min(LISTED_PARTS));
        for (name, n) in most {
            text.push_str(&line(&printable(name), *n));
        }
        if !others.is_empty() {
            let what = counted(others.len() as u64, "other part", "other parts");
            text.push_str(&line(&what, others.iter().map(|(_, n)| n).sum()));
        }
        text
    }

    /// A file of rejects that this load did not need may be mistaken for its own.
    fn stale_rejects(&self, console: &mut Console) {
        if let Some(path) = &self.args.rejects
            && self.report.rejected == 0
            && path.exists()
        {
            let path = path.display();
            console.note(&format!("nothing was rejected; {path} is from before and was left as it is"));
        }
    }
}

/// Where the values of a path go; what goes to current and past roles is said once, as a path over all of them.
fn destination(mapped: &Mapped) -> String {
    if mapped.to.is_empty() {
        let kind = if mapped.condition { "(a condition)" } else { "(worked out again when it is written)" };
        return kind.to_string();
    }
    let mut shown: Vec<String> = Vec::new();
    for path in &mapped.to {
        let both = |a: &str, b: &str| path.contains(a) && mapped.to.contains(&path.replacen(a, b, 1));
        let path = match (both(CURRENT, PAST), both(PAST, CURRENT)) {
            (true, _) => path.replacen(CURRENT, ".", 1),
            (_, true) => continue,
            _ => path.clone(),
        };
        shown.push(path);
    }
    shown.join(", ")
}

fn paths(title: &str, counts: &BTreeMap<String, u64>, console: &Console) -> String {
    if counts.is_empty() {
        return String::new();
    }
    let mut most: Vec<(&String, u64)> = counts.iter().map(|(path, &n)| (path, n)).collect();
    most.sort_by_key(|&(path, n)| (std::cmp::Reverse(n), path));
    let all: u64 = counts.values().sum();
    let mut text = format!("\n{} {title}\n", console.err_paint.bold(&counted(all, "value", "values")));
    for (path, n) in most.iter().take(LISTED_PATHS) {
        text.push_str(&format!("  {:>9}  {}\n", count(*n), printable(path)));
    }
    if let Some(more @ 1..) = most.len().checked_sub(LISTED_PATHS) {
        text.push_str(&format!("  {:>9}  {}\n", "", counted(more as u64, "more path", "more paths")));
    }
    text
}

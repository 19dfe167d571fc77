//! The commands of the shell, each defined once: its name, what follows it, what it does. Parsing, help and completion come
//! from here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::ValueEnum as _;
use rolo::engine::Database;
use rolo::schema::listed;
use rolo::sql::front;

use super::editor::KEYS;
use super::words::words;
use super::{DEEPEST_SCRIPT, Flow, Shell, script};
use crate::cli::args::RowsFormat;
use crate::cli::console::{Console, printable};
use crate::cli::dispatch;
use crate::cli::failure::Failure;
use crate::cli::sql::{Answers, Screen, Shown, open_session};
use crate::cli::table::wrap;

/// How alike a name has to be to a command's, 0 to 1, for that to have been meant.
const LIKENESS: f64 = 0.6;

/// What may follow a command, for completion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Follows {
    Nothing,
    File,
    Table,
    Mode,
    Switch,
    Command,
    Path,
    Sql,
}

/// A command.
pub(super) struct Command {
    /// Without its dot.
    pub(super) name: &'static str,
    /// Other names, which people know from other shells.
    aliases: &'static [&'static str],
    /// What follows it, as help shows it.
    arguments: &'static str,
    pub(super) follows: Follows,
    pub(super) about: &'static str,
    /// More than one line about it; may be empty.
    more: &'static str,
    run: fn(&mut Shell<'_>, &Call<'_>, &mut Console) -> Result<Flow, Failure>,
}

/// A command as it was typed.
pub(super) struct Call<'t> {
    command: &'static Command,
    /// All that follows the name.
    rest: &'t str,
    words: Vec<String>,
}

impl Command {
    /// What is typed: `.mode [MODE]`.
    fn usage(&self) -> String {
        format!(".{} {}", self.name, self.arguments).trim_end().to_string()
    }
}

impl Call<'_> {
    fn word(&self, at: usize) -> Option<&str> {
        self.words.get(at).map(String::as_str)
    }

    fn wrong(&self, problem: &str) -> Failure {
        Failure::Usage(format!("{problem}; usage: {}", self.command.usage()))
    }

    /// At most so many words.
    fn at_most(&self, count: usize) -> Result<(), Failure> {
        match self.words.get(count) {
            Some(more) => Err(self.wrong(&format!("what is {more:?}?"))),
            None => Ok(()),
        }
    }

    /// The only word.
    fn only(&self, what: &str) -> Result<&str, Failure> {
        self.at_most(1)?;
        self.word(0).ok_or_else(|| self.wrong(&format!("which {what}?")))
    }
}

/// All commands, in the order of help.
pub(super) const COMMANDS: &[Command] = &[
    Command {
        name: "help",
        aliases: &["h"],
        arguments: "[COMMAND|keys]",
        follows: Follows::Command,
        about: "what there is; more about a command; the keys",
        more: "",
        run: help,
    },
    Command {
        name: "tables",
        aliases: &["t"],
        arguments: "",
        follows: Follows::Nothing,
        about: "the tables, and how many rows each has",
        more: "",
        run: |shell, call, console| {
            call.at_most(0)?;
            shell.sql("SHOW TABLES", console)
        },
    },
    Command {
        name: "schema",
        aliases: &["describe", "d", "columns"],
        arguments: "[TABLE]",
        follows: Follows::Table,
        about: "the columns of a table, or of people",
        more: "",
        run: |shell, call, console| {
            call.at_most(1)?;
            shell.sql(&format!("DESCRIBE {}", call.word(0).unwrap_or("people")), console)
        },
    },
    Command {
        name: "search",
        aliases: &[],
        arguments: "FILTER [FLAGS]",
        follows: Follows::Nothing,
        about: "the people that a JSON filter finds",
        more: "FILTER is a condition or a group in JSON, or @FILE; FLAGS are those of `rolo search`: --count, --fields, --sort, \
               --matched, --explain, --facets, --to-sql ...",
        run: search,
    },
    Command {
        name: "get",
        aliases: &[],
        arguments: "KEY [FLAGS]",
        follows: Follows::Nothing,
        about: "the people that a profile URL, e-mail, phone or id names",
        more: "FLAGS are those of `rolo get`.",
        run: |shell, call, console| shell.rolo("get", call, console),
    },
    Command {
        name: "enrich",
        aliases: &[],
        arguments: "KEY... [FLAGS]",
        follows: Follows::File,
        about: "the fields of a list of keys, or with -i of a file",
        more: "FLAGS are those of `rolo enrich`: -i FILE, --append, --fields, -o FILE ...",
        run: |shell, call, console| shell.rolo("enrich", call, console),
    },
    Command {
        name: "suggest",
        aliases: &[],
        arguments: "PATH [TEXT] [FLAGS]",
        follows: Follows::Path,
        about: "the values of a path that begin with a text, the most frequent first",
        more: "FLAGS are those of `rolo suggest`.",
        run: |shell, call, console| shell.rolo("suggest", call, console),
    },
    Command {
        name: "jobs",
        aliases: &[],
        arguments: "[COMMAND ...]",
        follows: Follows::Nothing,
        about: "the batch jobs; with a command what `rolo jobs` does",
        more: "`.jobs` lists them; `.jobs show ID`, `.jobs download ID -o FILE` and so on, without the database's name.",
        run: jobs,
    },
    Command {
        name: "info",
        aliases: &[],
        arguments: "",
        follows: Follows::Nothing,
        about: "what is in the file: people, segments, bytes",
        more: "",
        run: |shell, call, console| shell.rolo("info", call, console),
    },
    Command {
        name: "explain",
        aliases: &[],
        arguments: "[analyze] QUERY",
        follows: Follows::Sql,
        about: "how a query is answered; with `analyze`, what was read",
        more: "",
        run: |shell, call, console| match call.rest.trim() {
            "" => Err(call.wrong("which query?")),
            query => shell.sql(&format!("EXPLAIN {query}"), console),
        },
    },
    Command {
        name: "mode",
        aliases: &["format"],
        arguments: "[MODE]",
        follows: Follows::Mode,
        about: "how rows are shown: box, table, line, csv, json ...",
        more: "Modes are box, table, line, markdown, html, csv, tsv, json, jsonl, and with .output or .once parquet and arrow.",
        run: mode,
    },
    Command {
        name: "limit",
        aliases: &["maxrows"],
        arguments: "[N]",
        follows: Follows::Nothing,
        about: "rows of an answer that the screen shows; 0: all",
        more: "The others are counted. What goes to a file is never cut.",
        run: |shell, call, console| {
            let Some(rows) = number(call)? else {
                return said(
                    console,
                    &shell.screen.rows.map_or("0 (all)".to_string(), |rows| rows.to_string()),
                );
            };
            shell.set_screen(Screen { rows: Some(rows).filter(|rows| *rows > 0), ..shell.screen });
            Ok(Flow::On)
        },
    },
    Command {
        name: "width",
        aliases: &["maxwidth"],
        arguments: "[N]",
        follows: Follows::Nothing,
        about: "the widest text of a table that is wider than the screen",
        more: "Such a table goes through the pager, where the arrow keys reach its right side; longer texts are cut.",
        run: |shell, call, console| {
            let Some(width) = number(call)? else { return said(console, &shell.screen.widest.to_string()) };
            let widest = usize::try_from(width).unwrap_or(usize::MAX).clamp(1, 10_000);
            shell.set_screen(Screen { widest, ..shell.screen });
            Ok(Flow::On)
        },
    },
    Command {
        name: "pager",
        aliases: &[],
        arguments: "[on|off]",
        follows: Follows::Switch,
        about: "whether answers taller than 50 lines or wider than the screen go through a pager",
        more: "The pager is that of ROLO_PAGER or PAGER, else less.",
        run: |shell, call, console| {
            let Some(pager) = switch(call)? else { return said(console, on_off(shell.screen.pager)) };
            shell.set_screen(Screen { pager, ..shell.screen });
            Ok(Flow::On)
        },
    },
    Command {
        name: "nullvalue",
        aliases: &[],
        arguments: "[TEXT]",
        follows: Follows::Nothing,
        about: "what stands for null in tables, lines, HTML and TSV",
        more: "Without TEXT it is the usual again: NULL in tables and lines, nothing in HTML and TSV.",
        run: |shell, call, _| {
            call.at_most(1)?;
            shell.answers.null = call.word(0).map(str::to_string);
            Ok(Flow::On)
        },
    },
    Command {
        name: "timer",
        aliases: &[],
        arguments: "[on|off]",
        follows: Follows::Switch,
        about: "whether the time of each statement is told",
        more: "",
        run: |shell, call, console| {
            let Some(timer) = switch(call)? else { return said(console, on_off(shell.timer)) };
            shell.timer = timer;
            Ok(Flow::On)
        },
    },
    Command {
        name: "output",
        aliases: &["o"],
        arguments: "[FILE]",
        follows: Follows::File,
        about: "where answers go from now on; without FILE, the screen",
        more: "The file appears when complete: with the next .output, or at the end. The ending of its name says the mode.",
        run: output,
    },
    Command {
        name: "once",
        aliases: &[],
        arguments: "FILE",
        follows: Follows::File,
        about: "where the next answer goes",
        more: "The ending of its name says the mode.",
        run: |shell, call, console| {
            let file = PathBuf::from(call.only("file")?);
            let mut once = Answers::open(Some(&file), shell.shown_in(&file), &shell.path, console)?;
            once.null.clone_from(&shell.answers.null);
            shell.once = Some(once);
            Ok(Flow::On)
        },
    },
    Command {
        name: "last",
        aliases: &[],
        arguments: "",
        follows: Follows::Nothing,
        about: "the last answer again, all its rows",
        more: "The query is run again.",
        run: last,
    },
    Command {
        name: "read",
        aliases: &[],
        arguments: "FILE",
        follows: Follows::File,
        about: "run the statements and commands of a file",
        more: "",
        run: read,
    },
    Command {
        name: "open",
        aliases: &[],
        arguments: "DB",
        follows: Follows::File,
        about: "another database instead of this one, or this one as it is now",
        more: "Without DB the database is opened again: people who were loaded meanwhile are there then.",
        run: open,
    },
    Command {
        name: "attach",
        aliases: &[],
        arguments: "DB [NAME]",
        follows: Follows::File,
        about: "another database beside this one, its tables as NAME.people ...",
        more: "",
        run: |shell, call, console| {
            call.at_most(2)?;
            let path = call.word(0).ok_or_else(|| call.wrong("which database?"))?;
            let name = call.word(1).map(|name| format!(" AS {name}")).unwrap_or_default();
            shell.sql(&format!("ATTACH '{}'{name}", path.replace('\'', "''")), console)
        },
    },
    Command {
        name: "detach",
        aliases: &[],
        arguments: "NAME",
        follows: Follows::Nothing,
        about: "close a database that was attached",
        more: "",
        run: |shell, call, console| shell.sql(&format!("DETACH {}", call.only("database")?), console),
    },
    Command {
        name: "history",
        aliases: &[],
        arguments: "[N]",
        follows: Follows::Nothing,
        about: "what was typed, the last N entries",
        more: "It is kept in the user's state directory, or where ROLO_HISTORY says; an entry that begins with a blank is not kept.",
        run: |shell, call, console| {
            let count = number(call)?.map_or(20, |count| usize::try_from(count).unwrap_or(usize::MAX));
            let entries = shell.editor.as_ref().map(|editor| editor.last_entries(count)).unwrap_or_default();
            for entry in entries {
                console.print(&format!("{}\n", printable(&entry)))?;
            }
            Ok(Flow::On)
        },
    },
    Command {
        name: "print",
        aliases: &["echo"],
        arguments: "TEXT",
        follows: Follows::Nothing,
        about: "a text, for scripts",
        more: "",
        run: |_, call, console| {
            console.print(&format!("{}\n", printable(&call.words.join(" "))))?;
            Ok(Flow::On)
        },
    },
    Command {
        name: "show",
        aliases: &["settings"],
        arguments: "",
        follows: Follows::Nothing,
        about: "the settings as they are",
        more: "",
        run: show,
    },
    Command {
        name: "quit",
        aliases: &["exit", "q"],
        arguments: "",
        follows: Follows::Nothing,
        about: "leave; so does Ctrl-D",
        more: "",
        run: |_, _, _| Ok(Flow::Quit),
    },
];

/// Commands of other shells, and what does the same here.
const ELSEWHERE: [(&str, &str); 8] = [
    ("import", "`rolo load` adds people, and a file is a table: SELECT * FROM 'leads.csv'"),
    ("dump", "`rolo export` writes people to a file"),
    ("save", "`rolo export` writes people to a file, COPY (query) TO 'file' rows"),
    ("headers", "every mode has them: .mode says which there are"),
    ("indexes", "every path that can be filtered has its index: docs/person-schema.md"),
    ("databases", ".tables lists the tables of all databases that are open"),
    ("shell", "statements and commands alone are run here; Ctrl-Z goes back to your shell"),
    ("system", "statements and commands alone are run here; Ctrl-Z goes back to your shell"),
];

/// The command of a name, without its dot.
pub(super) fn find(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.name == name || command.aliases.contains(&name))
}

/// What was meant by a name that no command has.
fn unknown(name: &str) -> Failure {
    if let Some((_, advice)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
        return Failure::Usage(format!("there is no .{name}: {advice}"));
    }
    let likeness = |known: &str| strsim::normalized_damerau_levenshtein(name, known);
    let mut near: Vec<(f64, String)> =
        COMMANDS.iter().map(|command| (likeness(command.name), format!(".{}", command.name))).collect();
    near.retain(|(likeness, known)| {
        *likeness >= LIKENESS
            || (name.len() > 1 && known.get(1..).is_some_and(|known| known.starts_with(name)))
    });
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<String> = near.into_iter().take(3).map(|(_, name)| name).collect();
    Failure::Usage(match near.is_empty() {
        true => format!("there is no command .{name}; .help lists those there are"),
        false => format!("there is no command .{name}; did you mean {}?", listed(near, "or")),
    })
}

impl Shell<'_> {
    /// Runs the command of a line.
    pub(super) fn command(&mut self, line: &str, console: &mut Console) -> Result<Flow, Failure> {
        let line = line.trim().trim_end_matches(';').trim_end();
        let line = line.strip_prefix('.').unwrap_or(line);
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let command = find(name).ok_or_else(|| unknown(name))?;
        let words = words(rest);
        if let Some(open) = words.iter().find_map(|word| word.open) {
            return Err(Failure::Usage(format!(".{name}: the quote {open} is not closed")));
        }
        let words = words.into_iter().map(|word| word.text).collect();
        let call = Call { command, rest, words };
        self.check_safe(&call)?;
        (command.run)(self, &call, console)
    }

    /// With `--safe` no command reads or writes other files.
    fn check_safe(&self, call: &Call<'_>) -> Result<(), Failure> {
        let name = call.command.name;
        let names_file = |word: &String| {
            let flags = ["-o", "-i", "--output", "--input", "--exclude", "--append"];
            word.starts_with('@') || flags.iter().any(|flag| word.starts_with(flag))
        };
        let touches = match name {
            "once" | "read" => true,
            "open" | "output" => !call.words.is_empty(),
            "search" | "get" | "enrich" | "suggest" | "jobs" => call.words.iter().any(names_file),
            _ => false,
        };
        if self.args.safe && touches {
            let problem = format!(".{name}: a session with --safe reads and writes no other files");
            return Err(Failure::Usage(problem));
        }
        Ok(())
    }

    /// Runs a statement that a command stands for.
    fn sql(&mut self, text: &str, console: &mut Console) -> Result<Flow, Failure> {
        for statement in front::statements(text)? {
            self.statement(&statement, console)?;
        }
        Ok(Flow::On)
    }

    /// Runs a command of the program over this database.
    fn rolo(&mut self, name: &str, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
        let typed = call.words.iter().map(OsString::from);
        self.run_program([name], typed, console)
    }

    fn run_program<const N: usize>(
        &mut self,
        names: [&str; N],
        typed: impl Iterator<Item = OsString>,
        console: &mut Console,
    ) -> Result<Flow, Failure> {
        let names = ["rolo"].into_iter().chain(names).map(OsString::from);
        let arguments = names.chain([self.path.clone().into_os_string()]).chain(typed);
        let (cli, matches) = match crate::cli::parse(arguments) {
            Ok(parsed) => parsed,
            Err(help) if !help.use_stderr() => {
                console.print(&help.render().to_string())?;
                return Ok(Flow::On);
            }
            Err(error) => {
                let text = error.render().to_string();
                return Err(Failure::Usage(text.trim_start_matches("error: ").trim_end().to_string()));
            }
        };
        dispatch(&cli.command, &matches, console)?;
        Ok(Flow::On)
    }

    /// How rows are shown in a file: as its name says, else as they are now if a file can have that.
    fn shown_in(&self, file: &Path) -> Option<Shown> {
        Shown::of_path(file).or(Some(self.answers.shown))
    }
}

fn said(console: &mut Console, text: &str) -> Result<Flow, Failure> {
    console.print(&format!("{text}\n"))?;
    Ok(Flow::On)
}

fn on_off(flag: bool) -> &'static str {
    if flag { "on" } else { "off" }
}

fn number(call: &Call<'_>) -> Result<Option<u64>, Failure> {
    call.at_most(1)?;
    let wrong = |word: &str| call.wrong(&format!("{word:?} is no number"));
    call.word(0).map(|word| word.parse().map_err(|_| wrong(word))).transpose()
}

fn switch(call: &Call<'_>) -> Result<Option<bool>, Failure> {
    call.at_most(1)?;
    match call.word(0) {
        None => Ok(None),
        Some("on" | "yes" | "true" | "1") => Ok(Some(true)),
        Some("off" | "no" | "false" | "0") => Ok(Some(false)),
        Some(other) => Err(call.wrong(&format!("{other:?} is neither on nor off"))),
    }
}

fn help(_: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(1)?;
    let text = match call.word(0) {
        None => {
            let width = COMMANDS.iter().map(|command| command.usage().len()).max().unwrap_or(0);
            let room = console.out_width.unwrap_or(100).saturating_sub(width + 2).max(20);
            let line = |command: &Command| {
                let about = wrap(command.about, room).join(&format!("\n{}", " ".repeat(width + 2)));
                format!("{:width$}  {about}\n", command.usage())
            };
            COMMANDS.iter().map(line).collect::<String>()
                + "\nAll else is SQL: SELECT name, country FROM people LIMIT 5;\n.help keys lists the keys.\n"
        }
        Some("keys") => KEYS.to_string(),
        Some(name) => {
            let name = name.trim_start_matches('.');
            let command = find(name).ok_or_else(|| unknown(name))?;
            let mut text = format!("{}\n  {}\n", command.usage(), command.about);
            let width = console.out_width.unwrap_or(100).saturating_sub(2);
            for line in wrap(command.more, width).iter().filter(|line| !line.is_empty()) {
                text += &format!("  {line}\n");
            }
            if !command.aliases.is_empty() {
                let aliases: Vec<String> = command.aliases.iter().map(|alias| format!(".{alias}")).collect();
                text += &format!("  also {}\n", aliases.join(", "));
            }
            text
        }
    };
    console.print(&text)?;
    Ok(Flow::On)
}

fn search(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    let rest = call.rest.trim();
    if rest.is_empty() {
        return Err(call.wrong("which filter?"));
    }
    // JSON has quotes and blanks of its own: it is taken as it is, up to its last brace.
    let (filter, flags) = match rest.starts_with('{') {
        true => {
            let mut values = serde_json::Deserializer::from_str(rest).into_iter::<serde::de::IgnoredAny>();
            let end = match values.next() {
                Some(Ok(_)) => values.byte_offset(),
                // The search says what is wrong with it.
                _ => rest.len(),
            };
            rest.split_at_checked(end).unwrap_or((rest, ""))
        }
        false => rest.split_once(char::is_whitespace).unwrap_or((rest, "")),
    };
    let mut typed: Vec<String> = words(flags).into_iter().map(|word| word.text).collect();
    let cuts = ["--limit", "-l", "--count", "--explain", "--facets", "--to-sql", "-o", "--output"];
    let is_cut =
        |word: &String| cuts.iter().any(|flag| word == flag || word.starts_with(&format!("{flag}=")));
    if let (true, Some(rows), false) = (shell.interactive, shell.screen.rows, typed.iter().any(is_cut)) {
        typed.extend(["--limit".to_string(), rows.to_string()]);
    }
    let typed = ["-f".to_string(), filter.to_string()].into_iter().chain(typed);
    shell.run_program(["search"], typed.map(OsString::from), console)
}

fn jobs(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    match call.words.split_first() {
        None => shell.run_program(["jobs", "list"], std::iter::empty(), console),
        // What is submitted has a kind, and then the database.
        Some((name, rest)) if name == "submit" && !rest.is_empty() => {
            let (kind, rest) = rest.split_at(1);
            let kind = kind.first().map_or("", String::as_str);
            shell.run_program(["jobs", "submit", kind], rest.iter().map(OsString::from), console)
        }
        Some((name, rest)) => shell.run_program(["jobs", name], rest.iter().map(OsString::from), console),
    }
}

fn mode(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(1)?;
    let Some(name) = call.word(0) else { return said(console, shell.answers.shown.name()) };
    let format = RowsFormat::from_str(name, true).map_err(|_| {
        let all = RowsFormat::value_variants().iter().filter_map(clap::ValueEnum::to_possible_value);
        let all = all.map(|mode| mode.get_name().to_string());
        call.wrong(&format!("there is no mode {name:?}; there are {}", listed(all, "and")))
    })?;
    let shown = Shown::from(format);
    shell.answers.check(shown, console)?;
    shell.answers.shown = shown;
    Ok(Flow::On)
}

fn output(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(1)?;
    let file = call.word(0).map(PathBuf::from);
    let shown = match &file {
        Some(file) => shell.shown_in(file),
        None => Some(shell.answers.shown).filter(|shown| shell.answers.check(*shown, console).is_ok()),
    };
    let shown = shown.or(Some(Shown::from(RowsFormat::Box)));
    let mut next = Answers::open(file.as_deref(), shown, &shell.path, console)?;
    next.null.clone_from(&shell.answers.null);
    std::mem::replace(&mut shell.answers, next).finish(console)?;
    shell.set_screen(shell.screen);
    Ok(Flow::On)
}

fn last(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(0)?;
    let Some(text) = shell.last.clone() else {
        return Err(Failure::Usage("there was no answer yet".to_string()));
    };
    let screen = shell.screen;
    shell.set_screen(Screen { rows: None, ..screen });
    let shown = shell.sql(&text, console);
    shell.set_screen(screen);
    shown
}

fn read(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    let file = PathBuf::from(call.only("file")?);
    if shell.depth >= DEEPEST_SCRIPT {
        return Err(Failure::Usage(format!(
            "scripts read one another more than {DEEPEST_SCRIPT} times deep"
        )));
    }
    let text = script::file(&file)?;
    shell.depth += 1;
    let flow = shell.script(&text, console);
    shell.depth -= 1;
    flow.map_err(|failure| failure.in_file(&file))
}

fn open(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(1)?;
    let path = call.word(0).map_or_else(|| shell.path.clone(), PathBuf::from);
    let database = Arc::new(Database::open(&path)?);
    shell.session = open_session(Arc::clone(&database), &path, &shell.args.limits, shell.args.safe)?;
    let people = crate::cli::units::counted(database.people(), "person", "people");
    console.note(&format!("{people} in {}", printable(&path.display().to_string())));
    (shell.path, shell.database, shell.renamed, shell.last) = (path, database, true, None);
    Ok(Flow::On)
}

fn show(shell: &mut Shell<'_>, call: &Call<'_>, console: &mut Console) -> Result<Flow, Failure> {
    call.at_most(0)?;
    let screen = shell.screen;
    let settings = [
        ("database", shell.path.display().to_string()),
        ("mode", shell.answers.shown.name().to_string()),
        ("limit", screen.rows.map_or("0 (all)".to_string(), |rows| rows.to_string())),
        ("width", screen.widest.to_string()),
        ("pager", on_off(screen.pager).to_string()),
        ("nullvalue", shell.answers.null.clone().unwrap_or_else(|| "(by mode)".to_string())),
        ("timer", on_off(shell.timer).to_string()),
        ("output", shell.answers.name()),
    ];
    for (name, value) in settings {
        console.print(&format!("{name:>9}: {}\n", printable(&value)))?;
    }
    Ok(Flow::On)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_means_one_command() {
        let names: Vec<&str> = COMMANDS
            .iter()
            .flat_map(|command| [command.name].into_iter().chain(command.aliases.iter().copied()))
            .chain(ELSEWHERE.iter().map(|(name, _)| *name))
            .collect();
        for name in &names {
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{name}");
        }
    }

    #[test]
    fn a_typo_gets_a_suggestion() {
        let text = |name: &str| unknown(name).text();
        assert_eq!(
            text("tabels"),
            "there is no command .tables; did you mean .tables?".replacen(".tables", ".tabels", 1)
        );
        assert!(text("sho").contains("did you mean .show?"), "{}", text("sho"));
        assert!(text("xyzzy").ends_with(".help lists those there are"));
        assert!(text("import").contains("rolo load"));
    }
}

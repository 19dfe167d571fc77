//! What ends a command early, and the exit codes.

use std::io;
use std::path::Path;

use rolo::engine::{Error, ErrorKind};
use rolo::jobs::{JobError, Refusal};
use rolo::record::delimited::TableError;
use rolo::schema::{FieldError, Schema};
use rolo::storage::StorageError;

use super::console::{Console, printable};

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Done = 0,
    Failed = 1,
    Usage = 2,
    SomeRejected = 3,
    Damaged = 4,
    Locked = 5,
    Interrupted = 130,
}

/// Why a command ended early.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the library said.
    Engine(Error),
    /// What the job layer said.
    Jobs(JobError),
    /// The user asked for something that does not exist or cannot be read.
    Usage(String),
    /// It could not be done.
    Failed(String),
    /// Nobody reads the output any more: a normal end.
    ClosedPipe,
    /// Ctrl-C.
    Interrupted,
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        match error {
            TableError::Io(error) => Self::reading("the list")(error),
            TableError::OpenQuote { line } | TableError::TooLong { line } => {
                Self::Failed(format!("line {line}: {error}"))
            }
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        match error {
            JobError::Engine(error) => Self::Engine(error),
            JobError::Interrupted => Self::Interrupted,
            error => Self::Jobs(error),
        }
    }
}

impl Failure {
    /// An output that could not be written; for `map_err`.
    pub(crate) fn writing(name: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| match error.kind() {
            io::ErrorKind::BrokenPipe => Self::ClosedPipe,
            _ => Self::Failed(format!("{name}: cannot be written: {error}")),
        }
    }

    /// A list that could not be read; for `map_err`.
    pub(crate) fn reading(name: impl std::fmt::Display) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Failed(format!("{name}: cannot be read: {error}"))
    }

    /// The same with the line of the script that its statement begins in, unless it says where it was.
    #[cfg(feature = "sql")]
    pub(crate) fn in_line(self, line: u64) -> Self {
        let told = |text: String| match text.contains("\nline ") {
            true => text,
            false => format!("line {line}: {text}"),
        };
        self.reworded(told)
    }

    /// The same with the name of the script that it happened in.
    #[cfg(feature = "sql")]
    pub(crate) fn in_file(self, path: &Path) -> Self {
        self.reworded(|text| format!("{}: {text}", path.display()))
    }

    #[cfg(feature = "sql")]
    fn reworded(self, reworded: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Usage(text) => Self::Usage(reworded(text)),
            Self::Failed(text) => Self::Failed(reworded(text)),
            other => other,
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::ClosedPipe => Exit::Done,
            Self::Usage(_) => Exit::Usage,
            Self::Failed(_) => Exit::Failed,
            Self::Interrupted => Exit::Interrupted,
            Self::Engine(error) => exit_of(error.kind()),
            Self::Jobs(error) => exit_of(error.kind()),
        }
    }

    /// What happened, and what to do.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::ClosedPipe => "nobody reads the output".to_string(),
            Self::Interrupted => "interrupted".to_string(),
            Self::Usage(text) | Self::Failed(text) => text.clone(),
            Self::Engine(error) => format!("{}{}", error, advice(error)),
            Self::Jobs(JobError::Refused(refusal)) => format!("{refusal}{}", fields_for(refusal)),
            Self::Jobs(error) => error.to_string(),
        }
    }

    /// Says on standard error what happened, and what to do.
    pub(crate) fn tell(&self, console: &mut Console) {
        if !matches!(self, Self::ClosedPipe) {
            console.message(&format!("rolo: {}", printable(&self.text())));
        }
    }
}

fn exit_of(kind: ErrorKind) -> Exit {
    match kind {
        ErrorKind::Usage => Exit::Usage,
        ErrorKind::Failed => Exit::Failed,
        ErrorKind::Damaged => Exit::Damaged,
        ErrorKind::Locked => Exit::Locked,
        ErrorKind::Interrupted => Exit::Interrupted,
    }
}

/// What a user of the command line can do, where the library's message cannot know it.
fn advice(error: &Error) -> String {
    match error {
        Error::Storage(StorageError::Io { operation: "open", path, source }) if missing(source) => {
            format!("; to create it: rolo load {} people.jsonl", quoted(path))
        }
        Error::Storage(StorageError::NotRolo { path, advice, .. }) if !advice.is_empty() => {
            format!(": rolo load NEW.parquet {}", quoted(path))
        }
        Error::Storage(StorageError::Damaged(_)) => {
            "; `rolo verify` lists every damaged place, and says what can be done".to_string()
        }
        Error::Field(error) => fields_beside(error),
        _ => String::new(),
    }
}

fn missing(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

/// The same for a field that a submit was refused for.
fn fields_for(refusal: &Refusal) -> String {
    let Some(available) = &refusal.available_fields else { return String::new() };
    // The message names it in quotes.
    let field = refusal.message.split('"').nth(1).unwrap_or_default();
    match Schema::person().selection(&[field]) {
        Err(error) => fields_beside(&FieldError { available: available.clone(), ..error }),
        Ok(_) => String::new(),
    }
}

/// The paths inside the family that was named, one a line.
fn fields_beside(error: &FieldError) -> String {
    const LISTED: usize = 40;
    let asked = error.field.split('.').next().unwrap_or_default();
    let near = error.suggestions.first().and_then(|path| path.split('.').next());
    let is_family = |name: &str| {
        Schema::person()
            .roots()
            .iter()
            .any(|&root| Schema::person().node(root).is_some_and(|node| node.path == name))
    };
    let Some(family) = Some(asked).filter(|name| is_family(name)).or(near) else { return String::new() };
    let prefix = format!("{family}.");
    let inside: Vec<&String> = error.available.iter().filter(|path| path.starts_with(&prefix)).collect();
    if inside.is_empty() {
        return String::new();
    }
    let mut text = format!(".\nIn {family} there are:");
    for path in inside.iter().take(LISTED) {
        text.push_str("\n  ");
        text.push_str(path);
    }
    if let Some(more @ 1..) = inside.len().checked_sub(LISTED) {
        text.push_str(&format!("\n  and {more} more: docs/person-schema.md lists all"));
    }
    text
}

/// A path as a shell takes it.
pub(crate) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || "/._-+:@%,=~".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_pipe_is_a_normal_end() {
        let failure = Failure::writing("x")(io::ErrorKind::BrokenPipe.into());
        assert_eq!(failure.exit(), Exit::Done);
        let failure = Failure::writing("x")(io::ErrorKind::StorageFull.into());
        assert_eq!(failure.exit(), Exit::Failed);
    }

    #[test]
    fn an_unknown_field_gets_the_paths_of_its_family() {
        let error = Schema::person().selection(&["basic_profile.hedline"]).unwrap_err();
        let text = format!("{error}{}", fields_beside(&error));
        assert!(text.contains("did you mean basic_profile.headline"), "{text}");
        assert!(text.contains("\n  basic_profile.location.city\n"), "{text}");
        assert!(!text.contains("\n  experience."), "{text}");
    }

    #[test]
    fn paths_are_quoted_for_a_shell_only_where_needed() {
        assert_eq!(quoted(Path::new("a/b-1.parquet")), "a/b-1.parquet");
        assert_eq!(quoted(Path::new("it's mine.parquet")), r"'it'\''s mine.parquet'");
    }
}

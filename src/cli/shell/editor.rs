//! Lines as they are typed: many to a statement, with history, colours and completion.

use std::borrow::Cow;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use reedline::{
    ColumnarMenu, EditCommand, Emacs, FileBackedHistory, HistoryItem, KeyCode, KeyModifiers,
    MenuBuilder as _, Prompt, PromptEditMode, PromptHistorySearch, PromptHistorySearchStatus, Reedline,
    ReedlineEvent, ReedlineMenu, SearchDirection, SearchQuery, Signal, ValidationResult, Validator,
    default_emacs_keybindings,
};
use rolo::engine::Database;
use rolo::sql::Session;

use super::colours::Colours;
use super::complete::{Completions, Known};
use super::scan::is_complete;
use crate::cli::console::Console;
use crate::cli::failure::Failure;
use crate::cli::interrupt;

/// Entries that the history keeps.
const HISTORY: usize = 10_000;
/// Columns of the menu of completions.
const MENU_COLUMNS: u16 = 3;
const MENU: &str = "completions";

/// The keys, for help.
pub(super) const KEYS: &str = "\
Enter            run, once the statement has its ;  before that, a new line
Alt-Enter        a new line anywhere
Tab              complete: keywords, tables, columns, values, functions, files
Up, Down         lines of this entry, then earlier and later entries
Ctrl-R           search the history
Right, Ctrl-E    take the grey suggestion out of the history
Ctrl-A, Ctrl-E   to the beginning, the end of the line
Ctrl-W, Alt-D    delete the word before, behind the cursor
Ctrl-U, Ctrl-K   delete to the beginning, the end of the line
Ctrl-Z           undo
Ctrl-L           clear the screen
Ctrl-C           drop what was typed; stop a statement that runs
Ctrl-D           leave
";

/// What came of reading a line.
pub(super) enum Input {
    Text(String),
    /// It was dropped.
    Cleared,
    /// Nothing more will come.
    End,
}

/// The line that is typed.
pub(super) struct Editor {
    line: Reedline,
    prompt: Lines,
    known: Arc<Mutex<Known>>,
}

impl Editor {
    pub(super) fn new(console: &mut Console) -> Self {
        let known = Arc::new(Mutex::new(Known::default()));
        let mut keys = default_emacs_keybindings();
        let complete =
            ReedlineEvent::UntilFound(vec![ReedlineEvent::Menu(MENU.to_string()), ReedlineEvent::MenuNext]);
        keys.add_binding(KeyModifiers::NONE, KeyCode::Tab, complete);
        keys.add_binding(KeyModifiers::SHIFT, KeyCode::BackTab, ReedlineEvent::MenuPrevious);
        let new_line = ReedlineEvent::Edit(vec![EditCommand::InsertNewline]);
        keys.add_binding(KeyModifiers::ALT, KeyCode::Enter, new_line);
        let menu = ColumnarMenu::default().with_name(MENU).with_columns(MENU_COLUMNS).with_column_padding(2);
        let colours = console.err_paint.is_on();
        let mut line = Reedline::create()
            .with_validator(Box::new(Complete))
            .with_completer(Box::new(Completions::new(Arc::clone(&known))))
            .with_partial_completions(true)
            .with_quick_completions(true)
            .with_menu(ReedlineMenu::EngineCompleter(Box::new(menu)))
            .with_edit_mode(Box::new(Emacs::new(keys)))
            .with_ansi_colors(colours)
            .with_history_exclusion_prefix(Some(" ".to_string()))
            .use_bracketed_paste(true);
        if colours {
            line = line
                .with_highlighter(Box::new(Colours::new(Arc::clone(&known))))
                .with_hinter(Box::new(reedline::DefaultHinter::default()));
        }
        match history() {
            Ok(Some(history)) => line = line.with_history(Box::new(history)),
            Ok(None) => {}
            Err(problem) => console.note(&format!("what is typed is not kept: {problem}")),
        }
        Self { line, prompt: Lines, known }
    }

    /// From now on names are those of this database.
    pub(super) fn know(&mut self, database: &Arc<Database>, session: &Session) {
        // Without names there is nothing to complete, and all else works.
        let names = session.names().unwrap_or_default();
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Known::new(Arc::clone(database), names);
    }

    /// Reads a line, or several that are one entry.
    pub(super) fn read(&mut self) -> Result<Input, Failure> {
        interrupt::reading(true);
        let signal = self.line.read_line(&self.prompt);
        interrupt::reading(false);
        // Whoever kills the shell later finds in the history what was typed.
        let _ = self.line.sync_history();
        match signal {
            Ok(Signal::Success(text)) => Ok(Input::Text(text)),
            Ok(Signal::CtrlC) => Ok(Input::Cleared),
            Ok(_) => Ok(Input::End),
            Err(error) => Err(Failure::Failed(format!("the terminal cannot be read: {error}"))),
        }
    }

    /// The last entries of the history, the oldest first.
    pub(super) fn last_entries(&self, count: usize) -> Vec<String> {
        let query = SearchQuery {
            limit: Some(i64::try_from(count).unwrap_or(i64::MAX)),
            ..SearchQuery::everything(SearchDirection::Backward, None)
        };
        let mut items: Vec<HistoryItem> = self.line.history().search(query).unwrap_or_default();
        items.reverse();
        items.into_iter().map(|item| item.command_line).collect()
    }
}

/// The history in the user's state directory; `None` if the user wants none.
fn history() -> Result<Option<FileBackedHistory>, String> {
    let Some(path) = history_path() else { return Ok(None) };
    let problem = |error: std::io::Error| format!("{}: {error}", path.display());
    if let Some(folder) = path.parent() {
        private_folder(folder).map_err(problem)?;
    }
    private_file(&path).map_err(problem)?;
    let history = FileBackedHistory::with_file(HISTORY, path.clone());
    history.map(Some).map_err(|error| format!("{}: {error}", path.display()))
}

/// Where the history is: `ROLO_HISTORY`, or the file `rolo/history` in the state directory of the XDG base directory specification.
fn history_path() -> Option<PathBuf> {
    if let Some(path) = env::var_os("ROLO_HISTORY") {
        return Some(PathBuf::from(path)).filter(|path| !path.as_os_str().is_empty());
    }
    let named = env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    let state = named.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".local/state")))?;
    Some(state.join("rolo/history"))
}

/// Statements name people: what is kept of them is the user's alone.
fn private_file(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map(drop)
}

fn private_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// An entry ends with its last statement.
struct Complete;

impl Validator for Complete {
    fn validate(&self, text: &str) -> ValidationResult {
        if is_complete(text) { ValidationResult::Complete } else { ValidationResult::Incomplete }
    }
}

/// What stands before lines.
struct Lines;

impl Prompt for Lines {
    fn render_prompt_left(&self) -> Cow<'_, str> {
        Cow::Borrowed("rolo")
    }

    fn render_prompt_right(&self) -> Cow<'_, str> {
        Cow::Borrowed("")
    }

    fn render_prompt_indicator(&self, _: PromptEditMode) -> Cow<'_, str> {
        Cow::Borrowed("> ")
    }

    fn render_prompt_multiline_indicator(&self) -> Cow<'_, str> {
        Cow::Borrowed("  ... ")
    }

    fn render_prompt_history_search_indicator(&self, search: PromptHistorySearch) -> Cow<'_, str> {
        let found = match search.status {
            PromptHistorySearchStatus::Passing => "",
            PromptHistorySearchStatus::Failing => "nothing for ",
        };
        Cow::Owned(format!(" ({found}{}) ", search.term))
    }
}

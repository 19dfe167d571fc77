//! DuckDB through its C API, out of the shared library that `fetch-duckdb.sh` brings.

use std::ffi::{CStr, CString, c_char, c_void};
use std::path::{Path, PathBuf};
use std::ptr;

use anyhow::{Context, Result, bail};
use libloading::Library;

type State = u32;
type Handle = *mut c_void;

const SUCCESS: State = 0;

/// `duckdb_result` of the C API. Only DuckDB looks inside.
#[repr(C)]
struct QueryResult {
    deprecated_column_count: u64,
    deprecated_row_count: u64,
    deprecated_rows_changed: u64,
    deprecated_columns: *mut c_void,
    deprecated_error_message: *mut c_char,
    internal_data: *mut c_void,
}

/// The functions used here, with the signatures of `duckdb.h`.
struct Api {
    create_config: unsafe extern "C" fn(*mut Handle) -> State,
    set_config: unsafe extern "C" fn(Handle, *const c_char, *const c_char) -> State,
    destroy_config: unsafe extern "C" fn(*mut Handle),
    open_ext: unsafe extern "C" fn(*const c_char, *mut Handle, Handle, *mut *mut c_char) -> State,
    connect: unsafe extern "C" fn(Handle, *mut Handle) -> State,
    disconnect: unsafe extern "C" fn(*mut Handle),
    close: unsafe extern "C" fn(*mut Handle),
    query: unsafe extern "C" fn(Handle, *const c_char, *mut QueryResult) -> State,
    result_error: unsafe extern "C" fn(*mut QueryResult) -> *const c_char,
    column_count: unsafe extern "C" fn(*mut QueryResult) -> u64,
    row_count: unsafe extern "C" fn(*mut QueryResult) -> u64,
    value_int64: unsafe extern "C" fn(*mut QueryResult, u64, u64) -> i64,
    value_varchar: unsafe extern "C" fn(*mut QueryResult, u64, u64) -> *mut c_char,
    destroy_result: unsafe extern "C" fn(*mut QueryResult),
    free: unsafe extern "C" fn(*mut c_void),
    library_version: unsafe extern "C" fn() -> *const c_char,
    /// The functions are its, so it must stay.
    _library: Library,
}

impl Api {
    fn load(path: &Path) -> Result<Self> {
        // SAFETY: what runs when the library is loaded are DuckDB's own initialisers.
        let library = unsafe { Library::new(path) }
            .with_context(|| format!("{}: run benches/fetch-duckdb.sh first", path.display()))?;
        macro_rules! symbol {
            ($name:literal) => {
                // SAFETY: the field it goes to has the type that `duckdb.h` declares for this name.
                *unsafe { library.get(concat!("duckdb_", $name, "\0").as_bytes()) }?
            };
        }
        Ok(Self {
            create_config: symbol!("create_config"),
            set_config: symbol!("set_config"),
            destroy_config: symbol!("destroy_config"),
            open_ext: symbol!("open_ext"),
            connect: symbol!("connect"),
            disconnect: symbol!("disconnect"),
            close: symbol!("close"),
            query: symbol!("query"),
            result_error: symbol!("result_error"),
            column_count: symbol!("column_count"),
            row_count: symbol!("row_count"),
            value_int64: symbol!("value_int64"),
            value_varchar: symbol!("value_varchar"),
            destroy_result: symbol!("destroy_result"),
            free: symbol!("free"),
            library_version: symbol!("library_version"),
            _library: library,
        })
    }
}

/// A DuckDB database with one connection.
pub(crate) struct DuckDb {
    api: Api,
    database: Handle,
    connection: Handle,
}

impl DuckDb {
    /// Opens or creates the database at `path`; `None` is one in memory.
    pub(crate) fn open(path: Option<&Path>, threads: usize) -> Result<Self> {
        Self::open_with(path, &[(c"threads", &threads.to_string())])
    }

    /// Opens or creates a database whose file has the newest format, which compresses long texts.
    pub(crate) fn open_newest(path: &Path, threads: usize) -> Result<Self> {
        let newest = (c"storage_compatibility_version", "latest");
        Self::open_with(Some(path), &[(c"threads", &threads.to_string()), newest])
    }

    fn open_with(path: Option<&Path>, options: &[(&CStr, &str)]) -> Result<Self> {
        let api = Api::load(&library_path()?)?;
        let name = CString::new(path.map_or(":memory:", |path| path.to_str().unwrap_or_default()))?;
        let options: Vec<(&CStr, CString)> =
            options.iter().map(|(name, value)| Ok((*name, CString::new(*value)?))).collect::<Result<_>>()?;
        let mut this = Self { api, database: ptr::null_mut(), connection: ptr::null_mut() };
        let (mut config, mut error) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: every pointer is valid for the call, strings end in NUL, and the config lives until it is destroyed.
        let state = unsafe {
            (this.api.create_config)(&mut config);
            for (name, value) in &options {
                (this.api.set_config)(config, name.as_ptr(), value.as_ptr());
            }
            let state = (this.api.open_ext)(name.as_ptr(), &mut this.database, config, &mut error);
            (this.api.destroy_config)(&mut config);
            state
        };
        if state != SUCCESS {
            let message = text(error);
            // SAFETY: the message is DuckDB's, and not used afterwards.
            unsafe { (this.api.free)(error.cast()) };
            bail!("DuckDB cannot open {}: {message}", name.to_string_lossy());
        }
        // SAFETY: the database is open.
        if unsafe { (this.api.connect)(this.database, &mut this.connection) } != SUCCESS {
            bail!("DuckDB gives no connection");
        }
        Ok(this)
    }

    /// Runs one statement, or several; the first value of the last result as an integer, 0 if there is none.
    pub(crate) fn run(&self, sql: &str) -> Result<i64> {
        // SAFETY: the result is a successful one.
        self.query(sql, |result| unsafe { (self.api.value_int64)(result, 0, 0) })
    }

    /// Runs one statement; how many rows its result has, all of them in memory.
    pub(crate) fn rows(&self, sql: &str) -> Result<u64> {
        // SAFETY: the result is a successful one.
        self.query(sql, |result| unsafe { (self.api.row_count)(result) })
    }

    /// Runs one statement; the first column of its result, nulls left out.
    pub(crate) fn texts(&self, sql: &str) -> Result<Vec<String>> {
        let rows = self.table(sql)?;
        Ok(rows.into_iter().filter_map(|row| row.into_iter().next().flatten()).collect())
    }

    /// Runs one statement; the rows of its result, each value as text.
    pub(crate) fn table(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        self.query(sql, |result| {
            // SAFETY: the result is a successful one.
            let (rows, columns) = unsafe { ((self.api.row_count)(result), (self.api.column_count)(result)) };
            (0..rows)
                .map(|row| (0..columns).map(|column| self.value(result, column, row)).collect())
                .collect()
        })
    }

    /// One value of a successful result, as text.
    fn value(&self, result: &mut QueryResult, column: u64, row: u64) -> Option<String> {
        // SAFETY: the result is a successful one, and gives null outside of it; the text is ours, ends in NUL, and is freed once.
        unsafe {
            let value = (self.api.value_varchar)(result, column, row);
            let own = (!value.is_null()).then(|| text(value));
            (self.api.free)(value.cast());
            own
        }
    }

    /// Runs a statement and has `read` look at the result, which is a successful one.
    fn query<T>(&self, sql: &str, read: impl FnOnce(&mut QueryResult) -> T) -> Result<T> {
        let statement = CString::new(sql)?;
        let mut result = QueryResult {
            deprecated_column_count: 0,
            deprecated_row_count: 0,
            deprecated_rows_changed: 0,
            deprecated_columns: ptr::null_mut(),
            deprecated_error_message: ptr::null_mut(),
            internal_data: ptr::null_mut(),
        };
        // SAFETY: the connection is open; the result is destroyed exactly once, after its last use.
        let answer = unsafe {
            let state = (self.api.query)(self.connection, statement.as_ptr(), &mut result);
            let answer = match state {
                SUCCESS => Ok(read(&mut result)),
                _ => Err(text((self.api.result_error)(&mut result))),
            };
            (self.api.destroy_result)(&mut result);
            answer
        };
        answer.map_err(|message| anyhow::anyhow!("DuckDB: {message}\nin: {sql}"))
    }

    /// The library's version.
    pub(crate) fn version(&self) -> String {
        // SAFETY: a static string.
        text(unsafe { (self.api.library_version)() })
    }
}

impl Drop for DuckDb {
    fn drop(&mut self) {
        // SAFETY: both take handles that are null or open, and set them to null.
        unsafe {
            (self.api.disconnect)(&mut self.connection);
            (self.api.close)(&mut self.database);
        }
    }
}

fn text(message: *const c_char) -> String {
    if message.is_null() {
        return String::new();
    }
    // SAFETY: DuckDB's messages end in NUL and live until the caller's next call.
    unsafe { CStr::from_ptr(message) }.to_string_lossy().into_owned()
}

/// A path as an SQL string.
pub(crate) fn quoted(path: &Path) -> String {
    format!("'{}'", path.display().to_string().replace('\'', "''"))
}

fn library_path() -> Result<PathBuf> {
    Ok(crate::people::target_folder()?.join("duckdb/libduckdb.so"))
}

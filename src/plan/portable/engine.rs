//! The engines that portable SQL is written for, and where they differ: quotes, functions of lists, literals.

use std::fmt::Write as _;

use crate::record::text::is_unprintable;

/// An engine of SQL that reads the file as Parquet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SqlEngine {
    /// DuckDB 1.3 or newer.
    DuckDb,
    /// Spark 3.5 or newer, with its session's time zone and settings for literals as they are by default.
    Spark,
}

use SqlEngine::{DuckDb, Spark};

/// What a condition on list items is wrapped in: before it, and behind it.
pub(super) type Wrapping = (String, &'static str);

impl SqlEngine {
    /// What it is called.
    pub(super) fn title(self) -> &'static str {
        match self {
            DuckDb => "DuckDB",
            Spark => "Spark",
        }
    }

    /// A text as a literal; what commands a terminal is written as its code.
    pub(super) fn text(self, text: &str) -> String {
        let mut literal = String::with_capacity(text.len() + 2);
        for c in text.chars() {
            match (self, c) {
                (DuckDb, c) if is_unprintable(c) => {
                    let _ = write!(literal, "' || chr({}) || '", u32::from(c));
                }
                (Spark, c) if is_unprintable(c) => {
                    let _ = write!(literal, "\\u{:04X}", u32::from(c));
                }
                (DuckDb, '\'') => literal.push_str("''"),
                (Spark, '\'' | '\\') => literal.extend(['\\', c]),
                (_, c) => literal.push(c),
            }
        }
        match self == DuckDb && text.contains(is_unprintable) {
            true => format!("('{literal}')"),
            false => format!("'{literal}'"),
        }
    }

    /// A name that a query gives or uses.
    pub(super) fn name(self, name: &str) -> String {
        let simple = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
        match self {
            _ if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(simple) => {
                name.to_owned()
            }
            DuckDb => format!("\"{}\"", name.replace('"', "\"\"")),
            Spark => format!("`{}`", name.replace('`', "``")),
        }
    }

    /// The file as a table of a query.
    pub fn table(self, path: &str) -> String {
        match self {
            DuckDb => {
                let plain = |c: char| match c {
                    '*' | '?' | '[' => format!("[{c}]"),
                    c => c.to_string(),
                };
                format!("read_parquet({})", self.text(&path.chars().map(plain).collect::<String>()))
            }
            Spark => format!("parquet.`{}`", path.replace('`', "``")),
        }
    }

    /// Whether some item of a list meets a condition; the item is called `item` in it.
    pub(super) fn some(self, list: &str, item: &str) -> Wrapping {
        match self {
            DuckDb => (format!("len(list_filter({list}, lambda {item}: "), ")) > 0"),
            Spark => (format!("exists({list}, {item} -> "), ")"),
        }
    }

    /// An expression for each item of a list.
    pub(super) fn each(self, list: &str, item: &str, expression: &str) -> String {
        match self {
            DuckDb => format!("list_transform({list}, lambda {item}: {expression})"),
            Spark => format!("transform({list}, {item} -> {expression})"),
        }
    }

    /// The items of several lists in one list.
    pub(super) fn joined(self, lists: &[String]) -> String {
        match (self, lists) {
            (_, [only]) => only.clone(),
            (DuckDb, lists) => format!("list_concat({})", lists.join(", ")),
            (Spark, lists) => {
                let lists: Vec<String> =
                    lists.iter().map(|list| format!("coalesce({list}, array())")).collect();
                format!("concat({})", lists.join(", "))
            }
        }
    }

    /// The items of a list of lists in one list.
    pub(super) fn flat(self, list: &str) -> String {
        format!("flatten({list})")
    }

    /// The least or greatest item of a list that is no null.
    pub(super) fn extreme(self, list: &str, greatest: bool) -> String {
        let function = match (self, greatest) {
            (DuckDb, false) => "list_min",
            (DuckDb, true) => "list_max",
            (Spark, false) => "array_min",
            (Spark, true) => "array_max",
        };
        format!("{function}({list})")
    }

    /// Whether a regular expression, of the syntax that both engines share, is found in a text.
    pub(super) fn finds(self, text: &str, pattern: &str) -> String {
        let function = match self {
            DuckDb => "regexp_matches",
            Spark => "regexp_like",
        };
        format!("{function}({text}, {})", self.text(pattern))
    }

    /// A text without what a regular expression finds in it.
    pub(super) fn without(self, text: &str, pattern: &str) -> String {
        let pattern = self.text(pattern);
        match self {
            DuckDb => format!("regexp_replace({text}, {pattern}, '', 'g')"),
            Spark => format!("regexp_replace({text}, {pattern}, '')"),
        }
    }

    /// A regular expression that is found in any case.
    pub(super) fn in_any_case(self, pattern: &str) -> String {
        match self {
            DuckDb => format!("(?i){pattern}"),
            Spark => format!("(?iu){pattern}"),
        }
    }

    /// A text in lower case, each character by itself: Spark's function goes by the word, and makes two characters of a capital I
    /// with a dot.
    pub(super) fn lower(self, text: &str) -> String {
        match self {
            DuckDb => format!("lower({text})"),
            Spark => format!("lower(translate({text}, 'İΣ', 'iσ'))"),
        }
    }

    /// An instant, written as in ISO 8601 in UTC.
    pub(super) fn instant(self, iso: &str) -> String {
        match self {
            DuckDb => format!("TIMESTAMPTZ '{iso}'"),
            Spark => format!("TIMESTAMP '{iso}'"),
        }
    }
}

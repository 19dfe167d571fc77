//! Dependencies point one way: a folder of `src/` imports only from folders that stand before it in the list.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of `src/`, bottom to top (`docs/design.md`, "The house").
const ORDER: [&str; 14] = [
    "schema", "record", "storage", "column", "index", "filter", "plan", "engine", "matching", "sql", "jobs",
    "server", "demo", "cli",
];

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of src") {
        let path = entry.expect("an entry of src").path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}

/// The crate's folders that a line of code names: what follows `crate::` or, in the binary, `rolo::`.
fn named_folders(text: &str) -> Vec<String> {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
    let mut found = Vec::new();
    for root in ["crate::", "rolo::"] {
        for (at, _) in code.match_indices(root) {
            let rest = &code[at + root.len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => top_level_names(group),
                None => vec![rest],
            };
            for name in names {
                let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
                found.push(name[..end].to_string());
            }
        }
    }
    found
}

/// The names directly inside `{...}`, where `group` is what follows the brace.
fn top_level_names(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut names) = (0, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(group[start..at].trim());
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(group[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

fn violations(order: &[&str], files: &[(PathBuf, String)]) -> Vec<String> {
    let place = |name: &str| order.iter().position(|&folder| folder == name);
    let mut wrong = Vec::new();
    for (path, text) in files {
        let mut parts = path.iter().filter_map(|part| part.to_str());
        let folder = parts.next().expect("a file of src");
        let Some(own) = place(folder) else {
            if !matches!(folder, "lib.rs" | "main.rs") {
                wrong.push(format!("{}: folder {folder} is not in the list", path.display()));
            }
            continue;
        };
        for name in named_folders(text) {
            match place(&name) {
                Some(other) if other > own => {
                    wrong.push(format!(
                        "{}: {folder} imports from {name}, which stands above it",
                        path.display()
                    ));
                }
                Some(_) => {}
                // The crate root re-exports from every folder, so a folder that took a name from it could reach up.
                None => {
                    wrong.push(format!("{}: {folder} imports {name} from the crate's root", path.display()))
                }
            }
        }
    }
    wrong
}

#[test]
fn folders_import_only_from_folders_below_them() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    rust_files(&src, &mut paths);
    assert!(paths.len() > 20, "only {} files found", paths.len());
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("a source file");
        (path.strip_prefix(&src).expect("a path below src").to_path_buf(), text)
    };
    let files: Vec<_> = paths.into_iter().map(read).collect();
    let wrong = violations(&ORDER, &files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_import_from_above_is_found_in_every_form() {
    let file = |text: &str| vec![(PathBuf::from("storage/x.rs"), text.to_string())];
    for text in [
        "use crate::engine::Database;",
        "use crate::{schema::Schema, engine::{Database, Error}};",
        "fn f() -> crate::engine::Error {}",
        "use crate::Database;",
    ] {
        assert_eq!(violations(&ORDER, &file(text)).len(), 1, "{text}");
    }
    for text in
        ["use crate::schema::Schema;", "use crate::{schema::Schema, record::Value};", "// crate::engine"]
    {
        assert_eq!(violations(&ORDER, &file(text)), Vec::<String>::new(), "{text}");
    }
    assert_eq!(violations(&ORDER, &[(PathBuf::from("misc/x.rs"), String::new())]).len(), 1);
}

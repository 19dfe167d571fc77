//! `docs/person-schema.md` says what the table says: its generated parts are compared with the schema.
//! `ROLO_BLESS=1 cargo test --lib schema::` rewrites them.

use std::fmt::Write as _;

use super::*;

const DOCUMENT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/person-schema.md");

/// The generated parts, by the name in their marks.
fn parts() -> [(&'static str, String); 4] {
    let schema = Schema::person();
    [
        ("counts", counts(&schema)),
        ("keys", keys(&schema)),
        ("spaces", spaces(&schema)),
        ("paths", paths(&schema)),
    ]
}

fn counts(schema: &Schema) -> String {
    let count = |keep: fn(&PathRow) -> bool| paths_where(schema, keep).len();
    format!(
        "{} paths: {} stored leaves in {} families, {} paths over all roles, {} aliases. \
         {} can be filtered, {} sorted, {} suggested, {} take distances.\n",
        schema.paths().len(),
        schema.leaves().len(),
        schema.roots().len(),
        count(|row| row.alias_of.is_none() && matches!(row.target, Target::Union(_) | Target::UnionText(_))),
        count(|row| row.alias_of.is_some()),
        count(|row| row.filter),
        count(|row| row.sort),
        count(|row| row.suggest),
        count(|row| row.geo),
    )
}

fn keys(schema: &Schema) -> String {
    let network = |network: &Network| match network {
        Network::Fixed(name) => format!("on `{name}`"),
        Network::Sibling(leaf) => format!("on the network in `{}`", schema.node(*leaf).unwrap().path),
    };
    let mut table = "| leaf | key |\n|---|---|\n".to_owned();
    for node in schema.nodes() {
        let key = match &node.key {
            None => continue,
            Some(KeyRule::PersonId) => "person id".to_owned(),
            Some(KeyRule::Url) => "profile URL".to_owned(),
            Some(KeyRule::Email) => "e-mail, and its SHA-256 and MD5".to_owned(),
            Some(KeyRule::Phone) => "phone".to_owned(),
            Some(KeyRule::Handle(on)) => format!("handle {}", network(on)),
            Some(KeyRule::NetworkId(on)) => format!("id {}; only LinkedIn's are looked up", network(on)),
            Some(KeyRule::ForeignId(source)) => format!("id at `{}`", source.name()),
            Some(KeyRule::MemberToken) => "member token".to_owned(),
        };
        writeln!(table, "| `{}` | {key} |", node.path).unwrap();
    }
    table
}

fn spaces(schema: &Schema) -> String {
    let mut table = "| space | arrays | inside |\n|---|---|---|\n".to_owned();
    for space in schema.spaces() {
        let arrays: Vec<String> =
            paths_of(schema, &space.arrays).iter().map(|path| format!("`{path}`")).collect();
        let outer = space.parent.and_then(|outer| schema.spaces().get(usize::from(outer)));
        let outer = outer.map_or("the person".to_owned(), |outer| format!("`{}`", outer.name));
        writeln!(table, "| `{}` | {} | {outer} |", space.name, arrays.join(", ")).unwrap();
    }
    table
}

fn paths(schema: &Schema) -> String {
    let mut table = "| path | type | uses | what |\n|---|---|---|---|\n".to_owned();
    for row in schema.paths() {
        let uses = [
            (row.filter, "filter"),
            (row.sort, "sort"),
            (row.select, "select"),
            (row.suggest, "suggest"),
            (row.geo, "geo"),
        ];
        let uses: Vec<&str> = uses.into_iter().filter(|(on, _)| *on).map(|(_, word)| word).collect();
        let mut what = row.doc.clone();
        if !row.values.is_empty() {
            let values: Vec<String> = row.values.iter().map(|value| format!("`{value}`")).collect();
            write!(what, "; one of {}", values.join(", ")).unwrap();
        }
        writeln!(table, "| `{}` | {} | {} | {what} |", row.path, kind(schema, row), uses.join(", ")).unwrap();
    }
    table
}

fn kind(schema: &Schema, row: &PathRow) -> String {
    if let Some(path) = &row.alias_of {
        return format!("alias of `{path}`");
    }
    let first = row.target.selects().into_iter().find_map(|id| schema.node(id)).unwrap();
    let names = |leaves: &[NodeId]| {
        let names: Vec<&str> = leaves.iter().map(|id| schema.node(*id).unwrap().name.as_str()).collect();
        names.join(", else ")
    };
    match &row.target {
        Target::Node(_) => first.kind.to_string(),
        Target::Text(_, leaves) => format!("{}; text: {}", first.kind, names(leaves)),
        Target::Union(_) => format!("{}, all roles", first.kind),
        Target::UnionText(texts) => {
            format!("{}, all roles; text: {}", first.kind, names(&texts.first().unwrap().1))
        }
    }
}

/// Replaces what stands between a part's marks; `None` if the marks are not there.
fn replaced(document: &str, name: &str, part: &str) -> Option<String> {
    let (begin, end) = (format!("<!-- {name}: generated -->\n"), format!("<!-- {name}: end -->"));
    let (before, rest) = document.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{part}\n{end}{after}"))
}

#[test]
fn the_reference_says_what_the_table_says() {
    let document = std::fs::read_to_string(DOCUMENT).unwrap();
    let fresh = parts().into_iter().fold(document.clone(), |text, (name, part)| {
        replaced(&text, name, &part).unwrap_or_else(|| panic!("the marks of {name} are gone from {DOCUMENT}"))
    });
    if std::env::var_os("ROLO_BLESS").is_some() {
        std::fs::write(DOCUMENT, fresh).unwrap();
    } else {
        assert!(
            document == fresh,
            "{DOCUMENT} is out of date: ROLO_BLESS=1 cargo test --lib schema:: rewrites it"
        );
    }
}

//! Growth keeps every number and adds at the end.

use proptest::prelude::*;

use super::*;

const OLD: [&str; 9] = [
    r#"{"path":"id","type":"integer","key":"person_id"}"#,
    r#"{"path":"work","type":"object","union":["current","past"],"space":"roles"}"#,
    r#"{"path":"work.current","type":"array"}"#,
    r#"{"path":"work.current.place","type":"object","text":["raw"]}"#,
    r#"{"path":"work.current.place.raw","type":"string"}"#,
    r#"{"path":"work.past","type":"array"}"#,
    r#"{"path":"work.past.place","type":"object","text":["raw"]}"#,
    r#"{"path":"work.past.place.raw","type":"string"}"#,
    r#"{"path":"work.place","type":"object","of_union":true,"filter":true}"#,
];

/// The old table with each new row put right behind the row of the path named first.
fn newer(added: &[(&str, &str)]) -> Schema {
    let mut rows = OLD.to_vec();
    for (behind, row) in added {
        let at = rows.iter().position(|row| row.contains(&format!("\"path\":\"{behind}\""))).unwrap();
        rows.insert(at + 1, row);
    }
    Schema::parse(&table(&rows)).unwrap()
}

fn old() -> Schema {
    Schema::parse(&table(&OLD)).unwrap()
}

/// What the numbers of a schema mean to sections of a file.
fn numbers(schema: &Schema) -> (Vec<String>, Vec<String>) {
    let node = |node: &Node| {
        format!("{} {} {:?} {:?} {:?}", node.path, node.kind, node.parent, node.space, node.elements)
    };
    let space = |space: &Space| format!("{} {:?} {:?}", space.name, space.arrays, space.parent);
    (schema.nodes().iter().map(node).collect(), schema.spaces().iter().map(space).collect())
}

/// Grows and checks what must hold for every growth; gives the paths of the children of `parent` in the end.
fn grow(old: &Schema, newer: &Schema, parent: &str) -> Vec<String> {
    let grown = old.grown(newer).unwrap();
    let (before, after) = (numbers(old), numbers(&grown));
    assert!(after.0.starts_with(&before.0));
    assert!(after.1.starts_with(&before.1));
    assert_eq!(Schema::parse(&grown.to_json()).unwrap(), grown);
    assert_eq!(grown.grown(newer).unwrap(), grown);
    let all = |schema: &Schema| {
        paths_where(schema, |_| true).into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert_eq!(all(&grown), &all(old) | &all(newer));
    match grown.stored(parent) {
        Some(node) => paths_of(&grown, &node.children),
        None => paths_of(&grown, grown.roots()),
    }
}

#[test]
fn a_new_top_level_leaf_is_the_last_root() {
    let newer = newer(&[("id", r#"{"path":"mood","type":"string"}"#)]);
    assert_eq!(newer.stored("mood").unwrap().id, 1);
    assert_eq!(grow(&old(), &newer, ""), ["id", "work", "mood"]);
    assert_eq!(old().grown(&newer).unwrap().stored("mood").unwrap().id, 8);
}

#[test]
fn a_new_leaf_inside_roles_is_the_last_child_of_each_array() {
    let newer = newer(&[
        ("work.current", r#"{"path":"work.current.title","type":"string"}"#),
        ("work.past", r#"{"path":"work.past.title","type":"string"}"#),
        ("id", r#"{"path":"work.title","type":"string","of_union":true,"filter":true}"#),
    ]);
    assert_eq!(grow(&old(), &newer, "work.current"), ["work.current.place", "work.current.title"]);
    let grown = old().grown(&newer).unwrap();
    assert_eq!(grown.resolve("work.title").unwrap().target, Target::Union(vec![8, 9]));
    assert_eq!(grown.stored("work.past.title").unwrap().space, Some(0));
}

#[test]
fn a_new_leaf_in_an_object_in_an_array_is_its_last_child() {
    let newer = newer(&[("work.past.place", r#"{"path":"work.past.place.city","type":"string"}"#)]);
    assert_eq!(grow(&old(), &newer, "work.past.place"), ["work.past.place.raw", "work.past.place.city"]);
}

#[test]
fn a_new_nested_array_opens_the_last_space() {
    let newer = newer(&[
        ("id", r#"{"path":"pets","type":"array"}"#),
        ("pets", r#"{"path":"pets.toys","type":"array"}"#),
        ("pets.toys", r#"{"path":"pets.toys.name","type":"string"}"#),
    ]);
    assert_eq!(newer.spaces().first().unwrap().name, "pets");
    grow(&old(), &newer, "pets");
    let grown = old().grown(&newer).unwrap();
    let names: Vec<&str> = grown.spaces().iter().map(|space| space.name.as_str()).collect();
    assert_eq!(names, ["roles", "pets", "toys"]);
    assert_eq!(grown.stored("pets.toys.name").unwrap().space, Some(2));
}

#[test]
fn flags_and_descriptions_of_known_paths_are_those_of_the_newer_schema() {
    let mut rows = OLD.to_vec();
    *rows.first_mut().unwrap() =
        r#"{"path":"id","type":"integer","filter":true,"key":"person_id","doc":"who"}"#;
    let grown = old().grown(&Schema::parse(&table(&rows)).unwrap()).unwrap();
    let id = grown.resolve("id").unwrap();
    assert!(id.filter && id.doc == "who");
}

#[test]
fn paths_only_the_older_schema_has_stay() {
    let more = newer(&[("id", r#"{"path":"mood","type":"string"}"#)]);
    let grown = more.grown(&old()).unwrap();
    assert_eq!(numbers(&grown), numbers(&more));
}

#[test]
fn a_changed_type_alias_text_or_union_is_refused_by_path() {
    for (position, row) in [
        (0, r#"{"path":"id","type":"number"}"#),
        (0, r#"{"path":"id","type":"integer[]"}"#),
        (0, r#"{"path":"id","alias":"work.place"}"#),
        (3, r#"{"path":"work.current.place","type":"object","text":["raw"],"scalar":"raw"}"#),
        (4, r#"{"path":"work.current.place.raw","type":"string","long":true}"#),
    ] {
        let mut rows = OLD.to_vec();
        *rows.get_mut(position).unwrap() = row;
        let newer = Schema::parse(&table(&rows)).unwrap();
        match old().grown(&newer) {
            Err(SchemaError::Retyped { path, was, now }) => {
                assert!(row.contains(&format!("\"{path}\"")));
                assert_ne!(was, now);
            }
            other => panic!("{row}: {other:?}"),
        }
    }
    let text =
        old().grown(&Schema::parse(&table(&[r#"{"path":"id","type":"string"}"#])).unwrap()).unwrap_err();
    assert_eq!(
        text.to_string(),
        "schema: id is integer in the file and string here: only adding paths is possible"
    );
}

proptest! {
    #![proptest_config(law())]

    /// Any part of the built-in table that lacks some leaves, arrays or families grows into the whole of it.
    #[test]
    fn a_part_of_the_built_in_table_grows_into_the_whole(lacking in proptest::collection::vec(any::<bool>(), 12)) {
        let role = "experience.employment_details";
        let parts: [&[&str]; 12] = [
            &["basic_profile.birth_date"], &["basic_profile.normalized_title"], &["basic_profile.location.latitude"],
            &[&format!("{role}.title"), &format!("{role}.current.title"), &format!("{role}.past.title")],
            &[&format!("{role}.start_date"), &format!("{role}.past.start_date"),
              &format!("{role}.current.start_date")],
            &["education.schools.degree"], &["dev_platform_profiles.repos"], &["certifications"], &["names"],
            &["recently_changed_jobs"], &["identifiers"], &["phones.type"],
        ];
        let gone = |path: &str| parts.iter().zip(&lacking).any(|(paths, lacking)| *lacking && paths.iter().any(|part| {
            path.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        }));
        let rows: Vec<&str> = PERSON.lines().filter_map(|line| {
            let path = line.strip_prefix("{\"path\":\"")?.split('"').next()?;
            (!gone(path)).then(|| line.trim_end_matches(','))
        }).collect();
        let part = Schema::parse(&table(&rows)).unwrap();
        prop_assert_eq!(rows.len() < Schema::person().paths().len(), lacking.contains(&true));
        grow(&part, &Schema::person(), "");
    }
}

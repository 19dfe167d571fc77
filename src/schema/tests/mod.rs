//! The built-in table against the contract, the checks of `parse`, growth, selection, and the documentation.

mod contract;
mod document;
mod growth;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use super::*;

/// How often each law is tried: `ROLO_CASES`, else 64.
pub(super) fn law() -> proptest::test_runner::Config {
    let cases = std::env::var("ROLO_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(64);
    proptest::test_runner::Config { cases, failure_persistence: None, ..Default::default() }
}

/// A small schema text with these rows.
fn table(rows: &[&str]) -> String {
    format!("{{\"version\":1,\"paths\":[{}]}}", rows.join(","))
}

fn paths_where(schema: &Schema, keep: impl Fn(&PathRow) -> bool) -> BTreeSet<&str> {
    schema.paths().iter().filter(|row| keep(row)).map(|row| row.path.as_str()).collect()
}

fn paths_of(schema: &Schema, nodes: &[NodeId]) -> Vec<String> {
    nodes.iter().map(|id| schema.node(*id).unwrap().path.clone()).collect()
}

#[test]
fn the_filter_paths_are_those_of_the_contract() {
    let contract: BTreeSet<&str> = contract::FILTERS.iter().map(|row| row.0).collect();
    assert_eq!(contract.len(), 164);
    assert_eq!(paths_where(&Schema::person(), |row| row.filter), contract);
}

#[test]
fn the_sortable_paths_are_those_of_the_contract() {
    let contract: BTreeSet<&str> = contract::FILTERS.iter().filter(|row| row.2).map(|row| row.0).collect();
    assert_eq!(contract.len(), 21);
    assert_eq!(paths_where(&Schema::person(), |row| row.sort), contract);
}

#[test]
fn the_suggested_paths_are_those_of_the_contract() {
    let contract: BTreeSet<&str> = contract::SUGGESTS.into_iter().chain(contract::OLDER_SUGGESTS).collect();
    assert_eq!(contract.len(), 48);
    assert_eq!(paths_where(&Schema::person(), |row| row.suggest), contract);
}

#[test]
fn filter_paths_have_the_types_of_the_contract() {
    let schema = Schema::person();
    for (path, kind, _) in contract::FILTERS {
        let ValueType { scalar, list } = schema.resolve(path).unwrap().value.unwrap();
        assert_eq!(NodeKind::Leaf { scalar, list }.to_string(), kind, "{path}");
    }
}

#[test]
fn the_geo_paths_are_those_of_the_contract() {
    let geo = [
        "basic_profile.location",
        "basic_profile.location.full_location",
        "professional_network.location",
        "professional_network.location.raw",
    ];
    assert_eq!(paths_where(&Schema::person(), |row| row.geo), BTreeSet::from(geo));
}

#[test]
fn closed_sets_reach_every_path_of_their_leaf() {
    let schema = Schema::person();
    let count = |path: &str| schema.resolve(path).unwrap().values.len();
    for array in ["", "current.", "past."] {
        for (leaf, values) in [
            ("seniority_level", 10),
            ("function_category", 12),
            ("company_headcount_range", 9),
            ("company_status", 2),
        ] {
            assert_eq!(
                count(&format!("experience.employment_details.{array}{leaf}")),
                values,
                "{array}{leaf}"
            );
        }
    }
    assert_eq!(count("professional_network.open_to_cards"), 3);
    assert_eq!(count("open_to_cards"), 3);
}

#[test]
fn every_path_resolves_to_stored_nodes_and_has_a_description() {
    let schema = Schema::person();
    for row in schema.paths() {
        assert_eq!(schema.resolve(&row.path), Some(row));
        assert!(!row.doc.is_empty(), "{}", row.path);
        for node in row.target.selects().into_iter().chain(row.target.reads().concat()) {
            assert!(schema.node(node).is_some(), "{}", row.path);
        }
    }
    assert_eq!(schema.resolve("basic_profile.location.zip"), None);
    assert_eq!(schema.node(NodeId::MAX), None);
}

#[test]
fn every_path_over_roles_is_there_for_each_path_both_arrays_have() {
    let schema = Schema::person();
    let base = "experience.employment_details.";
    for array in ["current.", "past."] {
        for row in schema.paths() {
            let Some(leaf) = row.path.strip_prefix(base).and_then(|path| path.strip_prefix(array)) else {
                continue;
            };
            // The contract has this older spelling for the two arrays alone.
            if leaf != "company_linkedin_profile_url" {
                assert!(schema.resolve(&format!("{base}{leaf}")).is_some(), "{leaf}");
            }
        }
    }
}

#[test]
fn an_index_is_named_for_a_leaf_exactly_where_something_asks_for_it() {
    let schema = Schema::person();
    let mut asked: BTreeMap<NodeId, BTreeSet<String>> = BTreeMap::new();
    for row in schema.paths() {
        for leaf in row.target.reads().concat() {
            let node = schema.node(leaf).unwrap();
            let indexes = asked.entry(leaf).or_default();
            indexes.extend(node.key.iter().map(|_| "Hash".to_owned()));
            indexes.extend(row.geo.then(|| "Geo".to_owned()));
            let NodeKind::Leaf { scalar, .. } = node.kind else { continue };
            let kinds: &[&str] = match scalar {
                _ if !(row.filter || row.sort || row.suggest) => &[],
                Scalar::String if node.long => &["LongWords"],
                Scalar::String => &["Dictionary", "Words"],
                _ => &["Number"],
            };
            indexes.extend(kinds.iter().map(|kind| (*kind).to_owned()));
        }
    }
    for node in schema.nodes().iter().filter(|node| node.is_leaf()) {
        let row = schema.resolve(&node.path).unwrap();
        let named: BTreeSet<String> = row.index.iter().map(|index| format!("{index:?}")).collect();
        assert_eq!(Some(&named), asked.get(&node.id), "{}", node.path);
    }
}

#[test]
fn a_branch_and_its_full_location_read_the_same_leaves() {
    let schema = Schema::person();
    for branch in ["basic_profile", "professional_network", "education.schools", "dev_platform_profiles"] {
        let branch = format!("{branch}.location");
        let text = vec![vec![format!("{branch}.full_location"), format!("{branch}.raw")]];
        for path in [branch.clone(), format!("{branch}.full_location")] {
            let target = &schema.resolve(&path).unwrap().target;
            let reads: Vec<_> = target.reads().iter().map(|leaves| paths_of(&schema, leaves)).collect();
            assert_eq!(reads, text);
            assert_eq!(paths_of(&schema, &target.selects()), [path]);
        }
        let raw = &schema.resolve(&format!("{branch}.raw")).unwrap().target;
        assert!(matches!(raw, Target::Node(_)));
    }
}

#[test]
fn all_roles_are_the_current_ones_then_the_past_ones() {
    let schema = Schema::person();
    let base = "experience.employment_details";
    let title = schema.resolve(&format!("{base}.title")).unwrap();
    let Target::Union(leaves) = &title.target else { panic!("{title:?}") };
    assert_eq!(paths_of(&schema, leaves), [format!("{base}.current.title"), format!("{base}.past.title")]);
    let location = schema.resolve(&format!("{base}.location")).unwrap();
    let Target::UnionText(texts) = &location.target else { panic!("{location:?}") };
    let first = &texts.first().unwrap().1;
    let current = format!("{base}.current.location");
    assert_eq!(paths_of(&schema, first), [format!("{current}.full_location"), format!("{current}.raw")]);
    assert_eq!(location.target.selects().len(), 2);
}

#[test]
fn an_alias_borrows_everything_but_its_flags() {
    let schema = Schema::person();
    let alias = schema.resolve("experience.employment_details.company_id").unwrap();
    let canonical = schema.resolve("experience.employment_details.crustdata_company_id").unwrap();
    assert_eq!(alias.alias_of.as_deref(), Some(canonical.path.as_str()));
    assert_eq!((&alias.target, alias.value), (&canonical.target, canonical.value));
    assert!(alias.filter && alias.sort && !canonical.filter && !canonical.sort);
    assert_eq!(schema.stored(&alias.path), None);
    let handle = schema.resolve("social_handles.twitter_handle").unwrap();
    let slug = schema.stored("social_handles.twitter_identifier.slug").unwrap();
    assert_eq!(handle.target, Target::Node(slug.id));
}

#[test]
fn element_spaces_are_one_for_an_array_and_one_for_all_roles() {
    let schema = Schema::person();
    let names: BTreeSet<&str> = schema.spaces().iter().map(|space| space.name.as_str()).collect();
    let expected = "roles schools certifications honors business_emails personal_emails dev_platform_profiles repos \
                    names emails phones social_profiles street_addresses";
    assert_eq!(names, expected.split_whitespace().collect());
    let space = |name: &str| schema.spaces().iter().find(|space| space.name == name).unwrap();
    let base = "experience.employment_details";
    assert_eq!(
        paths_of(&schema, &space("roles").arrays),
        [format!("{base}.current"), format!("{base}.past")]
    );
    assert_eq!(space("repos").parent, Some(space("dev_platform_profiles").id));
    assert_eq!(space("roles").parent, None);
    for (path, inside) in [
        ("basic_profile.name", None),
        ("experience.employment_details.past", None),
        ("experience.employment_details.past.location.raw", Some("roles")),
        ("dev_platform_profiles.repos", Some("dev_platform_profiles")),
        ("dev_platform_profiles.repos.topics", Some("repos")),
    ] {
        assert_eq!(schema.stored(path).unwrap().space, inside.map(|name| space(name).id), "{path}");
    }
    assert_eq!(schema.stored("dev_platform_profiles.repos").unwrap().elements, Some(space("repos").id));
    assert!(schema.spaces().iter().enumerate().all(|(position, space)| usize::from(space.id) == position));
}

#[test]
fn leaves_come_in_the_order_of_a_walk_through_the_tree() {
    fn walk(schema: &Schema, nodes: &[NodeId], leaves: &mut Vec<NodeId>) {
        for node in nodes.iter().map(|id| schema.node(*id).unwrap()) {
            leaves.extend(node.is_leaf().then_some(node.id));
            walk(schema, &node.children, leaves);
        }
    }
    let schema = Schema::person();
    let mut walked = Vec::new();
    walk(&schema, schema.roots(), &mut walked);
    assert_eq!(schema.leaves(), walked);
    assert_eq!(walked.len(), schema.nodes().iter().filter(|node| node.is_leaf()).count());
}

#[test]
fn key_leaves_say_which_key_they_give() {
    let schema = Schema::person();
    let network = schema.stored("social_profiles.network").unwrap().id;
    let found: BTreeMap<&str, &KeyRule> =
        schema.nodes().iter().filter_map(|node| Some((node.path.as_str(), node.key.as_ref()?))).collect();
    let expected = [
        ("crustdata_person_id", KeyRule::PersonId),
        ("social_handles.professional_network_identifier.profile_url", KeyRule::Url),
        ("social_handles.dev_platform_identifier.profile_url", KeyRule::Url),
        ("social_handles.twitter_identifier.slug", KeyRule::Handle(Network::Fixed("twitter".to_owned()))),
        ("contact.business_emails.email", KeyRule::Email),
        ("contact.personal_emails.email", KeyRule::Email),
        ("contact.phone_numbers", KeyRule::Phone),
        ("dev_platform_profiles.profile_url", KeyRule::Url),
        ("emails.address", KeyRule::Email),
        ("phones.number", KeyRule::Phone),
        ("social_profiles.username", KeyRule::Handle(Network::Sibling(network))),
        ("social_profiles.url", KeyRule::Url),
        ("social_profiles.ids", KeyRule::NetworkId(Network::Sibling(network))),
        ("social_profiles.aliases", KeyRule::Url),
        ("identifiers.pdl_id", KeyRule::ForeignId(IdSource::Pdl)),
        ("identifiers.aggknowledge_id", KeyRule::ForeignId(IdSource::AggKnowledge)),
        ("identifiers.linkedin_id", KeyRule::ForeignId(IdSource::LinkedIn)),
        ("identifiers.member_tokens", KeyRule::MemberToken),
    ];
    assert_eq!(found, expected.iter().map(|(path, rule)| (*path, rule)).collect());
}

#[test]
fn a_bare_scalar_counts_as_a_location_or_an_e_mail() {
    let schema = Schema::person();
    let found: Vec<(&str, &str)> = schema
        .nodes()
        .iter()
        .filter_map(|node| Some((node.path.as_str(), schema.node(node.scalar_as?)?.name.as_str())))
        .collect();
    assert!(found.contains(&("contact.business_emails", "email")));
    assert!(found.iter().all(|(path, child)| match path.rsplit('.').next().unwrap() {
        "location" => *child == "raw",
        _ => *child == "email",
    }));
    let locations = schema.nodes().iter().filter(|node| node.name == "location").count();
    assert_eq!(found.len(), locations + 2);
}

mod selecting {
    use super::*;

    fn leaves(fields: &[&str]) -> BTreeSet<String> {
        let schema = Schema::person();
        let selection = schema.selection(fields).unwrap();
        let leaves = schema.leaves().into_iter().filter(|leaf| selection.contains(*leaf)).collect::<Vec<_>>();
        paths_of(&schema, &leaves).into_iter().collect()
    }

    fn set(paths: &[&str]) -> BTreeSet<String> {
        paths.iter().map(|path| (*path).to_owned()).collect()
    }

    #[test]
    fn a_leaf_selects_itself_and_passes_through_what_is_above() {
        let schema = Schema::person();
        let selection = schema.selection(&[" basic_profile.location.city ", "", "  "]).unwrap();
        let id = |path: &str| schema.stored(path).unwrap().id;
        for path in ["basic_profile", "basic_profile.location", "basic_profile.location.city"] {
            assert!(selection.contains(id(path)), "{path}");
        }
        assert!(selection.whole(id("basic_profile.location.city")));
        assert!(!selection.whole(id("basic_profile.location")));
        assert!(!selection.contains(id("basic_profile.location.state")));
        assert!(!selection.contains(id("metadata")));
        assert!(!selection.contains(NodeId::MAX));
        assert!(!selection.all() && !selection.is_empty());
        assert_eq!(leaves(&["basic_profile.location.city"]), set(&["basic_profile.location.city"]));
    }

    #[test]
    fn a_branch_and_a_family_select_all_below_them() {
        assert_eq!(
            leaves(&["assessment"]),
            set(&["assessment.authenticity.tier", "assessment.authenticity.verdict"])
        );
        let branch = leaves(&["basic_profile.location"]);
        assert_eq!(branch.len(), 8);
        assert!(branch.iter().all(|path| path.starts_with("basic_profile.location.")));
        let family = leaves(&["basic_profile"]);
        assert!(branch.is_subset(&family) && family.len() > branch.len());
        assert_eq!(leaves(&["basic_profile", "basic_profile.location.city"]), family);
        assert_eq!(leaves(&["basic_profile.location.city", "basic_profile"]), family);
    }

    #[test]
    fn a_path_over_roles_selects_it_in_both_arrays() {
        let both =
            set(&["experience.employment_details.current.title", "experience.employment_details.past.title"]);
        assert_eq!(leaves(&["experience.employment_details.title"]), both);
        assert_eq!(leaves(&["experience.employment_details.location"]).len(), 4);
    }

    #[test]
    fn an_alias_selects_what_it_stands_for() {
        assert_eq!(
            leaves(&["experience.employment_details.current.company_name"]),
            set(&["experience.employment_details.current.name"])
        );
        assert_eq!(leaves(&["experience.employment_details.company_id"]).len(), 2);
        assert_eq!(
            leaves(&["social_handles.twitter_handle"]),
            set(&["social_handles.twitter_identifier.slug"])
        );
    }

    #[test]
    fn all_families_together_are_everything_and_no_field_is_nothing() {
        let schema = Schema::person();
        let families: Vec<&str> =
            schema.roots().iter().map(|id| schema.node(*id).unwrap().path.as_str()).collect();
        assert_eq!(schema.selection(&families).unwrap(), schema.everything());
        assert!(schema.everything().all());
        assert!(schema.selection(&[] as &[&str]).unwrap().is_empty());
        assert!(!schema.selection(families.get(1..).unwrap()).unwrap().all());
    }

    #[test]
    fn an_unknown_field_is_answered_with_what_exists() {
        let schema = Schema::person();
        let error = schema.selection(&["basic_profile.name", " basic_profile.nmae"]).unwrap_err();
        assert_eq!(error.field, "basic_profile.nmae");
        assert_eq!(error.suggestions.first().map(String::as_str), Some("basic_profile.name"));
        let families = schema.roots().len();
        assert!(error.available.iter().take(families).all(|path| !path.contains('.')));
        assert_eq!(error.available.len(), schema.nodes().len());
        assert!(error.available.contains(&"emails.address".to_owned()));
        let message = error.to_string();
        let start = "no field is called \"basic_profile.nmae\"; did you mean ";
        assert!(message.starts_with(start), "{message}");
        assert!(message.contains("basic_profile.name"), "{message}");
        assert!(message.contains("crustdata_person_id, basic_profile, social_handles"), "{message}");
        assert!(
            message.ends_with(&format!("{} paths inside them", schema.nodes().len() - families)),
            "{message}"
        );
    }

    #[test]
    fn a_shorthand_of_autocomplete_is_no_field() {
        let error = Schema::person().selection(&["open_to_cards"]).unwrap_err();
        assert_eq!(error.suggestions, ["professional_network.open_to_cards"]);
    }

    #[test]
    fn near_paths_are_found_by_spelling_end_and_last_part() {
        let schema = Schema::person();
        let role = "experience.employment_details";
        for (asked, meant) in [
            ("basic_profil.name", "basic_profile.name"),
            ("Basic_Profile.Name", "basic_profile.name"),
            ("current_title", "basic_profile.current_title"),
            ("current_titel", "basic_profile.current_title"),
            ("location.city", "basic_profile.location.city"),
            ("email.address", "emails.address"),
            ("skill", "skills"),
            (&format!("{role}.curent.title"), &format!("{role}.current.title")),
            (&format!("{role}.current.compny_name"), &format!("{role}.current.company_name")),
        ] {
            let near = schema.nearest(asked);
            assert_eq!(near.first(), Some(&meant), "{asked}: {near:?}");
            assert!(near.len() <= 3);
        }
        for asked in ["", "   ", "qqqqqqqqqqqq", &"basic_profile.".repeat(10_000)] {
            assert!(schema.nearest(asked).is_empty());
        }
        let filters = schema.nearest_where("current_title", |row| row.filter);
        assert!(filters.iter().all(|path| schema.resolve(path).unwrap().filter), "{filters:?}");
    }
}

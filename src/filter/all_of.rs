//! What an `all_of` takes: conditions on one array, each of them positive, alone or in one level of groups.

use super::error::FilterError;
use super::tree::{ArrayScope, Condition, Quantifier, Tree};

const CHILDREN: &str = "positive conditions, and groups `and` or `or` of them";

/// Checks the children, normalised, of the `all_of` at `at`. `here` is the place of their list.
pub(super) fn check(children: &[Tree], at: &str, here: &str) -> Result<(), FilterError> {
    let mut array: Option<ArrayScope> = None;
    for (i, child) in children.iter().enumerate() {
        let wrong = |found: String, accepted: &'static str| {
            Err(FilterError::AllOf { at: format!("{here}[{i}]"), found, accepted })
        };
        let conditions = match conditions(child) {
            Ok(conditions) => conditions,
            Err(found) => return wrong(found.to_owned(), CHILDREN),
        };
        for condition in conditions {
            let path = &condition.field.path;
            match condition.quantifier {
                Quantifier::Some => {}
                Quantifier::No => return wrong(format!("a negative on {path}"), CHILDREN),
                Quantifier::Each => return wrong(format!("has_all on {path}"), CHILDREN),
            }
            // The outermost array: a repository is also on the profile it lies in.
            match (condition.field.arrays().next(), array) {
                (None, _) => {
                    return wrong(
                        format!("{path}, which lies in no array"),
                        "fields of one array of objects",
                    );
                }
                (own, Some(_)) if own != array => {
                    return wrong(
                        format!("{path}, which lies in another array than the fields before it"),
                        "fields of one array of objects",
                    );
                }
                (own, _) => array = own,
            }
        }
    }
    if array.is_some() {
        return Ok(());
    }
    Err(FilterError::AllOf { at: at.to_owned(), found: "no condition".to_owned(), accepted: CHILDREN })
}

/// The conditions of a child: its own, or those of one level of group.
fn conditions(child: &Tree) -> Result<Vec<&Condition>, &'static str> {
    match child {
        Tree::Condition(condition) => Ok(vec![condition]),
        Tree::AllOf(_) => Err("an all_of inside an all_of"),
        Tree::Elements(_) => Err("elements inside an all_of"),
        Tree::And(children) | Tree::Or(children) => {
            if children.iter().any(|child| matches!(child, Tree::AllOf(_))) {
                return Err("an all_of inside an all_of");
            }
            children.iter().map(leaf).collect::<Option<_>>().ok_or("a group inside a group")
        }
    }
}

fn leaf(tree: &Tree) -> Option<&Condition> {
    match tree {
        Tree::Condition(condition) => Some(condition),
        _ => None,
    }
}

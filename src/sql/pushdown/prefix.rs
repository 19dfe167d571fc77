//! How every text begins for which a predicate is true, in the order of dictionaries: by fold key (`record::text::fold_key`).
//!
//! A text that begins with `p` has a fold key that begins with the fold key of `p`, since folding goes character by character,
//! and white space stays white space: only what stands around it can be cut off. That serves `LIKE 'p%'`.
//!
//! Without regard to case only ASCII is followed, up to the first other character: `lower` and `ILIKE` have rules of their own
//! for some of the rest. Among ASCII letters `ILIKE` takes `ſ` (U+017F), whose fold is itself, for an `s`; the Kelvin sign
//! folds to `k` anyway. `lower` turns nothing but itself, capitals, the Kelvin sign and, at its beginning, `İ` into ASCII, and
//! folds agree.

use datafusion::logical_expr::expr::{BinaryExpr, InList, Like, ScalarFunction};
use datafusion::logical_expr::{Cast, Expr, Operator};

use crate::record::text::fold_key;

/// Fold keys with one of which the fold key of every text begins for which the predicate is true; `None`: nothing is known.
pub(super) fn prefixes(expr: &Expr) -> Option<Vec<String>> {
    match expr {
        Expr::Like(Like { negated: false, expr, pattern, escape_char, case_insensitive }) => {
            let head = head(literal(pattern)?, *escape_char);
            match subject(expr)? {
                Subject::Lowered => of_ascii(head).map(|prefix| vec![prefix]),
                Subject::Text if *case_insensitive => ignoring_case(head),
                Subject::Text => of_text(head).map(|prefix| vec![prefix]),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => {
            let (of, text) = match literal(right) {
                Some(text) => (left, text),
                None => (right, literal(left)?),
            };
            Some(vec![of_subject(&subject(of)?, text)?])
        }
        Expr::InList(InList { expr, list, negated: false }) => {
            let subject = subject(expr)?;
            list.iter().map(|item| of_subject(&subject, literal(item)?)).collect()
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) if func.name() == "starts_with" => {
            let [text, prefix] = args.as_slice() else { return None };
            Some(vec![of_subject(&subject(text)?, literal(prefix)?)?])
        }
        _ => None,
    }
}

/// What is compared.
enum Subject {
    /// The column.
    Text,
    /// The column in lower case.
    Lowered,
}

fn subject(expr: &Expr) -> Option<Subject> {
    match expr {
        Expr::Column(_) => Some(Subject::Text),
        Expr::Cast(Cast { expr, .. }) => subject(expr),
        Expr::ScalarFunction(function) if function.name() == "lower" => match function.args.as_slice() {
            [inner] => subject(inner).map(|_| Subject::Lowered),
            _ => None,
        },
        _ => None,
    }
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str()?,
        Expr::Cast(Cast { expr, .. }) => literal(expr),
        _ => None,
    }
}

/// What stands before the first character of a pattern that is not itself.
fn head(pattern: &str, escape: Option<char>) -> &str {
    let end = pattern.find(|c| matches!(c, '%' | '_' | '\\') || Some(c) == escape);
    pattern.get(..end.unwrap_or(pattern.len())).unwrap_or_default()
}

fn of_subject(subject: &Subject, begins: &str) -> Option<String> {
    match subject {
        Subject::Text => of_text(begins),
        Subject::Lowered => of_ascii(begins),
    }
}

/// For texts that begin with `begins`.
fn of_text(begins: &str) -> Option<String> {
    Some(fold_key(begins).into_owned()).filter(|key| !key.is_empty())
}

/// For texts that begin so in lower case.
fn of_ascii(begins: &str) -> Option<String> {
    of_text(ascii(begins))
}

/// For texts that begin so without regard to case, as `ILIKE` has it: with each `s` as it is, or the first that is not one as `ſ`.
fn ignoring_case(begins: &str) -> Option<Vec<String>> {
    let head = ascii(begins).trim_start().to_ascii_lowercase();
    let whole = of_text(&head)?;
    let long = head.match_indices('s').map(|(at, _)| format!("{}ſ", head.get(..at).unwrap_or_default()));
    Some(long.chain([whole]).collect())
}

fn ascii(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::StringViewArray;
    use arrow::datatypes::{DataType, Field};
    use datafusion::functions::expr_fn::{lower, starts_with};
    use datafusion::logical_expr::{col, lit};
    use datafusion::scalar::ScalarValue;
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;
    use crate::sql::pushdown::evaluate::Predicate;

    /// Texts that begin alike, with what is special about case and white space.
    fn text() -> impl Strategy<Value = String> {
        "[ \u{a0}\t]?[sSſkK\u{212a}iIİıaé\u{307} ]{0,5}[ \n]?"
    }

    /// The predicates that have prefixes, about texts that begin with `begins`.
    fn predicates(begins: &str) -> Vec<Expr> {
        let text = |text: String| lit(ScalarValue::Utf8View(Some(text)));
        let pattern = || text(format!("{begins}%"));
        let x = || col("x");
        vec![
            x().like(pattern()),
            x().ilike(pattern()),
            lower(x()).like(pattern()),
            lower(x()).eq(text(begins.to_owned())),
            lower(x()).in_list(vec![text(begins.to_owned()), text("s k".to_owned())], false),
            starts_with(x(), text(begins.to_owned())),
            starts_with(lower(x()), text(begins.to_owned())),
        ]
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn every_text_that_passes_begins_as_it_was_said(texts in prop::collection::vec(text(), 1..20), begins in text(), cut in 0..5_usize) {
            let cut = texts.first().map(|text| text.chars().take(cut).collect::<String>());
            let column = Arc::new(Field::new("x", DataType::Utf8View, true));
            for begins in [Some(begins), cut].into_iter().flatten() {
                for begins in [begins.to_lowercase(), begins] {
                    for expr in predicates(&begins) {
                        let Some(prefixes) = prefixes(&expr) else { continue };
                        let predicate = Predicate::new(&expr, &column).unwrap();
                        let said = predicate.of(Arc::new(StringViewArray::from_iter_values(&texts))).unwrap();
                        for (text, passes) in texts.iter().zip(said.values()) {
                            let key = fold_key(text);
                            let begins_so = prefixes.iter().any(|prefix| key.starts_with(prefix.as_str()));
                            prop_assert!(!passes || begins_so, "{} of {:?}: {:?}", expr, text, prefixes);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn patterns_narrow_the_dictionary() {
        let like = |pattern: &str| prefixes(&col("x").like(lit(pattern)));
        let ilike = |pattern: &str| prefixes(&col("x").ilike(lit(pattern)));
        let one = |prefix: &str| Some(vec![prefix.to_owned()]);
        assert_eq!(like("New Y%"), one("new y"));
        assert_eq!(like(" Ab_d%"), one("ab"));
        assert_eq!(like("ÉCO%"), one("éco"));
        assert_eq!((like("%x"), like("  %"), ilike("é%")), (None, None, None));
        assert_eq!(ilike("New é%"), one("new"));
        assert_eq!(ilike("Sales%"), Some(vec!["ſ".to_owned(), "saleſ".to_owned(), "sales".to_owned()]));
        assert_eq!(prefixes(&lower(col("x")).eq(lit("straße"))), one("stra"));
        assert_eq!(prefixes(&col("x").not_like(lit("a%"))), None);
    }
}

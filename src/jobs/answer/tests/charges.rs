//! What answers cost.

use super::*;

fn credits(text: &str) -> Credits {
    text.parse().unwrap()
}

/// `crustdata.md` 5.3, with a union and a path that nobody has.
fn rate() -> Rate {
    let extras = [
        ("contact.business_emails", "1"),
        ("contact.personal_emails.email", "2"),
        ("contact.phone_numbers", "2"),
        ("experience.employment_details.title", "0.5"),
        ("no.such.field", "4"),
    ];
    let extras = extras.map(|(path, price)| (path.to_string(), credits(price))).to_vec();
    Rate { base: credits("1"), extras, cap: Some(credits("3.5")) }
}

fn charges(request: &Request, rate: &Rate, inputs: &[&str]) -> Vec<String> {
    let answers = answers_at(request, Some(rate), inputs);
    assert!(answers.iter().all(|a| matches!(a.outcome, Outcome::Found(_)) || a.charge == Credits::ZERO));
    answers.iter().map(|answer| answer.charge.to_string()).collect()
}

#[test]
fn only_records_that_were_found_cost_anything() {
    let rate = Rate::flat(credits("0.03"));
    assert_eq!(charges(&search(&[]), &rate, &["1", "7", "x", "81", "1"]), ["0.03", "0", "0", "0.03", "0.03"]);
    let urls = ["linkedin.com/in/ada-example", "linkedin.com/in/nobody", "?"];
    assert_eq!(charges(&enrich(Identifier::Url, &[]), &rate, &urls), ["0.03", "0", "0"]);
    let people = Request::People(People { fields: None });
    let requests = [r#"{"personId":2}"#, r#"{"personId":7}"#, "{}"];
    assert_eq!(charges(&people, &rate, &requests), ["0.03", "0", "0"]);
    let cells = ["bo@example.com", "nobody@example.com", "?"];
    assert_eq!(charges(&csv(CsvMode::Basic, None, &[]), &rate, &cells), ["0.03", "0", "0"]);
}

#[test]
fn a_record_without_data_costs_nothing_but_is_found() {
    let rate = Rate::flat(credits("0.03"));
    for fields in [&["basic_profile.summary"][..], &["contact", "basic_profile.summary"]] {
        let charge = if fields.len() > 1 { ["0.03", "0"] } else { ["0", "0"] };
        assert_eq!(charges(&search(fields), &rate, &["1", "2"]), charge);
        let found = answers_at(&search(fields), Some(&rate), &["2"]);
        assert_eq!((words(&found), lines(&found).len()), (vec!["found"], 1));
    }
}

#[test]
fn extras_cost_more_where_they_were_asked_for_and_are_there() {
    let enriched =
        |fields: &[&str], input| charges(&enrich(Identifier::Any, fields), &rate(), &[input]).remove(0);
    assert_eq!(enriched(&[], "1"), "1");
    assert_eq!(enriched(&["contact.business_emails"], "1"), "2");
    assert_eq!(enriched(&["contact.business_emails.email"], "1"), "2");
    assert_eq!(enriched(&["contact.business_emails"], "2"), "1");
    assert_eq!(enriched(&["contact.personal_emails"], "1"), "3");
    assert_eq!(enriched(&["contact.phone_numbers", "experience"], "1"), "1");
    assert_eq!(enriched(&["contact"], "1"), "3.5", "no more than the cap");
    assert_eq!(enriched(&["emails"], "2"), "1");
    // All that there is was asked for. A bare e-mail is what its element would hold, a bare role has no title.
    assert_eq!(charges(&search(&[]), &rate(), &["1", "2", "81"]), ["3.5", "1", "1"]);
    assert_eq!(charges(&search(&["contact.personal_emails"]), &rate(), &["1", "2"]), ["3", "0"]);
    let short = csv(CsvMode::Basic, None, &[]);
    assert_eq!(charges(&short, &rate(), &["ada@example.com"]), ["1"]);
    let whole = csv(CsvMode::Advanced, None, &[]);
    assert_eq!(charges(&whole, &rate(), &["ada@example.com"]), ["3.5"]);
}

#[test]
fn of_an_extra_that_is_a_family_only_what_was_asked_for_counts() {
    let extras = vec![("basic_profile".to_string(), credits("1"))];
    let rate = Rate { base: credits("1"), extras, cap: None };
    for (fields, charge) in [
        (&[][..], "1"),
        (&["basic_profile.headline"], "2"),
        (&["basic_profile.summary"], "1"),
        (&["basic_profile"], "2"),
    ] {
        assert_eq!(charges(&enrich(Identifier::Any, fields), &rate, &["1"]), [charge], "{fields:?}");
    }
}

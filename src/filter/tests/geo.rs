//! `geo_distance` and `geo_exclude`: contract 2.4, examples 12 and 13 of section 7, and what the engine chose.

use super::{condition, filter, found, holds, read};

/// A person whose location of the professional network is this text.
fn living_in(text: &str) -> String {
    format!(r#"{{"professional_network":{{"location":{{"raw":"{text}"}}}}}}"#)
}

fn near(operator: &str, value: &str) -> String {
    condition("professional_network.location.raw", operator, value)
}

#[test]
fn example_12_within_ten_miles() {
    let people = [
        "San Francisco, California, United States",
        "Oakland, California, United States",
        "San Jose, California, United States",
        "SF Bay Area",
        "California, United States",
        "Atlantis",
        "",
    ]
    .map(living_in);
    let sf = |more: &str| format!(r#"{{"location":"San Francisco"{more}}}"#);
    assert_eq!(found(&near("geo_distance", &sf(r#","distance":10,"unit":"mi""#)), &people), [0, 1, 3]);
    // Without a unit a distance is in kilometres: Oakland is 13.4 km away.
    assert_eq!(found(&near("geo_distance", &sf(r#","distance":10"#)), &people), [0, 3]);
    assert_eq!(found(&near("geo_distance", &sf(r#","distance":13500,"unit":"m""#)), &people), [0, 1, 3]);
    assert_eq!(found(&near("geo_distance", &sf(r#","distance":45000,"unit":"ft""#)), &people), [0, 1, 3]);
    assert_eq!(found(&near("geo_distance", &sf(r#","distance":0"#)), &people), [0, 3]);
}

#[test]
fn example_13_beyond_the_distance_with_coordinates() {
    let people = ["San Francisco", "San Jose, California", "Germany", "Nowhere"].map(living_in);
    let value = r#"{"location":"San Francisco","distance":10,"unit":"mi"}"#;
    assert_eq!(found(&near("geo_exclude", value), &people), [1]);
    assert!(!holds(&near("geo_exclude", value), "{}"));
}

#[test]
fn coordinates_of_the_record_go_before_its_text() {
    let at = |numbers: &str| {
        format!(r#"{{"basic_profile":{{"location":{{"full_location":"Berlin, Germany"{numbers}}}}}}}"#)
    };
    let value = r#"{"lat_lng":[0,-179.5],"distance":120}"#;
    let near = condition("basic_profile.location.full_location", "geo_distance", value);
    assert!(holds(&near, &at(r#","latitude":0.0,"longitude":179.5"#)), "across the date line");
    for nowhere in
        ["", r#","latitude":0"#, r#","latitude":91,"longitude":179.5"#, r#","latitude":"0","longitude":[]"#]
    {
        assert!(!holds(&near, &at(nowhere)), "{nowhere}");
        let berlin =
            condition("basic_profile.location", "geo_distance", r#"{"location":"berlin","distance":1}"#);
        assert!(holds(&berlin, &at(nowhere)), "{nowhere}");
    }
}

#[test]
fn a_point_is_written_in_three_ways() {
    for point in ["[52.52, 13.4]", r#"{"lat":52.52,"lng":13.4}"#, r#""52.52, 13.4""#] {
        let value = format!(r#"{{"lat_lng":{point},"distance":5}}"#);
        assert!(holds(&near("geo_distance", &value), &living_in("Berlin, Germany")), "{point}");
    }
}

#[test]
fn what_is_no_circle_is_refused_with_the_place() {
    for (value, expected) in [
        (r#""San Francisco""#, "value: a string: \"San Francisco\"; wanted: an object with `location`"),
        (r#"{"location":"San Francisco"}"#, "value: no `distance`; wanted: an object"),
        (r#"{"distance":5}"#, "value: no `location`; wanted"),
        (
            r#"{"location":"Rome","lat_lng":[1,2],"distance":5}"#,
            "value: both `location` and `lat_lng`; wanted: one",
        ),
        (
            r#"{"location":"San Fransisco","distance":5}"#,
            "value.location: no place is called 'San Fransisco'; did you mean San Francisco",
        ),
        (
            r#"{"location":"94107","distance":5}"#,
            "value.location: no place is called '94107'; wanted: a city",
        ),
        (r#"{"location":7,"distance":5}"#, "value.location: an integer: 7; wanted: the name of a place"),
        (
            r#"{"location":"Rome","distance":-1}"#,
            "value.distance: an integer: -1; wanted: a number, 0 or more",
        ),
        (r#"{"location":"Rome","distance":"5"}"#, "value.distance: a string: \"5\"; wanted: a number"),
        (
            r#"{"location":"Rome","distance":5,"unit":"miles"}"#,
            "value.unit: a string: \"miles\"; wanted: km, mi, m, ft",
        ),
        (r#"{"location":"Rome","distance":5,"radius":1}"#, "value: unknown key `radius`; wanted"),
        (r#"{"lat_lng":[91,0],"distance":5}"#, "value.lat_lng: a list; wanted: [latitude, longitude]"),
        (r#"{"lat_lng":"here","distance":5}"#, "value.lat_lng: a string: \"here\"; wanted: [latitude"),
    ] {
        let error = read(&near("geo_distance", value)).expect_err(value).to_string();
        let error = error.strip_prefix("filter: ").unwrap_or(&error);
        assert!(error.starts_with(expected), "{value}: {error}");
    }
}

#[test]
fn people_read_which_place_is_meant_and_what_else_it_could_be() {
    let said = |value: &str| filter(&near("geo_distance", value)).to_string();
    assert_eq!(
        said(r#"{"location":"sf","distance":10,"unit":"mi"}"#),
        "professional_network.location.raw within 10 mi of San Francisco, California, United States (37.7749, -122.4194)"
    );
    let alexandria = said(r#"{"location":"Alexandria","distance":5}"#);
    assert!(
        alexandria.contains("of Alexandria, Egypt (31.2018, 29.9158), the most populous of that name"),
        "{alexandria}"
    );
    assert!(alexandria.contains("others: 'Alexandria, Virginia, United States', "), "{alexandria}");
    assert!(alexandria.ends_with(" more"), "{alexandria}");
    assert!(said(r#"{"lat_lng":[1.5,-2],"distance":5}"#).ends_with("within 5 km of (1.5, -2)"));
}

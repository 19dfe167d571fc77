//! Circles around places: search against a distance computed for every person, poles and date line included.

use rolo::filter::{Filter, FilterOptions};
use rolo::record::place::Gazetteer;
use rolo::{Database, Schema, SearchOptions};
use serde_json::{Value, json};

use super::common::{Random, SAMPLE, cases, folder, load};

const EARTH_RADIUS_KM: f64 = 6371.0088;
const CENTRES: [&str; 12] = [
    "New York",
    "SF Bay Area",
    "london",
    "Bengaluru, India",
    "São Paulo",
    "Sydney",
    "Suva",
    "Reykjavik",
    "Germany",
    "California",
    "Portland, OR",
    "Tokyo",
];

/// Somebody with an id, in a place given by numbers, by a text, or by both.
struct Somebody {
    id: u64,
    record: Value,
}

/// The sample people, and some at the poles, along the date line, and where there are no people.
fn everybody(random: &mut Random) -> Vec<Somebody> {
    let sample = SAMPLE.iter().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let mut records: Vec<Value> = sample.filter(|record| record["crustdata_person_id"].is_u64()).collect();
    for id in 0..600_u64 {
        let mut part = |most: u64| random.below(2 * most * 1000 + 1) as f64 / 1000.0 - most as f64;
        let (latitude, longitude) = match id % 6 {
            0 => ([90.0, -90.0, 89.9, -89.95][id as usize / 6 % 4], part(180)),
            1 => (part(90), [180.0, -180.0, 179.95, -179.9][id as usize / 6 % 4]),
            2 => (part(5), part(5)),
            3 => (part(100), part(200)),
            _ => (part(90), part(180)),
        };
        let texts = [json!("Berlin, Germany"), json!("Nowhere"), json!(""), Value::Null];
        let text = texts[random.below(4) as usize].clone();
        records.push(json!({
            "crustdata_person_id": 9_000_000_000_u64 + id,
            "basic_profile": {"location": {"raw": text, "latitude": latitude, "longitude": longitude}},
            "professional_network": {"location": {"raw": texts[random.below(4) as usize]}},
        }));
    }
    let id = |record: &Value| record["crustdata_person_id"].as_u64().expect("an id");
    records.into_iter().map(|record| Somebody { id: id(&record), record }).collect()
}

/// Where somebody is, in degrees: by the numbers, if they are on earth; else where the first text says that there is.
fn position(person: &Value, field: &str) -> Option<(f64, f64)> {
    let family = field.split('.').next().unwrap_or_default();
    let location = &person[family]["location"];
    let number = |name: &str| location[name].as_f64().filter(|_| family == "basic_profile");
    if let (Some(latitude), Some(longitude)) = (number("latitude"), number("longitude"))
        && latitude.abs() <= 90.0
        && longitude.abs() <= 180.0
    {
        return Some((latitude, longitude));
    }
    let texts: &[&str] = if field.ends_with("raw") { &["raw"] } else { &["full_location", "raw"] };
    let text = texts.iter().find_map(|name| location[*name].as_str())?;
    Gazetteer::get().position(text).map(|point| (point.latitude(), point.longitude()))
}

fn haversine_km(a: (f64, f64), b: (f64, f64)) -> f64 {
    let [(a_lat, a_lng), (b_lat, b_lng)] = [a, b].map(|(lat, lng)| (lat.to_radians(), lng.to_radians()));
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let chord = half(b_lat - a_lat) + a_lat.cos() * b_lat.cos() * half(b_lng - a_lng);
    2.0 * EARTH_RADIUS_KM * chord.min(1.0).sqrt().asin()
}

/// A random circle: the value of a condition, its centre and its radius in kilometres.
fn circle(random: &mut Random) -> (Value, (f64, f64), f64) {
    let (unit, km) =
        [("km", 1.0), ("mi", 1.609344), ("m", 0.001), ("ft", 0.0003048)][random.below(4) as usize];
    let radius = [0.0, 1.0, 30.0, 250.0, 2_000.0, 9_000.0, 20_100.0][random.below(7) as usize]
        * (1.0 + random.below(1000) as f64 / 997.0);
    let distance = (radius / km).round();
    if random.below(2) == 0 {
        let name = CENTRES[random.below(CENTRES.len() as u64) as usize];
        let point = Gazetteer::get().find(name).expect(name).place.point;
        let value = json!({"location": name, "distance": distance, "unit": unit});
        return (value, (point.latitude(), point.longitude()), distance * km);
    }
    let latitude = [90.0, -90.0, 0.0, random.below(180) as f64 - 89.5][random.below(4) as usize];
    let longitude = [180.0, -180.0, 0.0, random.below(360) as f64 - 179.5][random.below(4) as usize];
    let value = json!({"lat_lng": [latitude, longitude], "distance": distance, "unit": unit});
    (value, (latitude, longitude), distance * km)
}

#[test]
fn circles_hold_whom_the_haversine_formula_says() {
    let mut random = Random(0x6e0);
    let people = everybody(&mut random);
    let records: Vec<String> = people.iter().map(|person| person.record.to_string()).collect();
    let (_folder, path) = folder();
    records.chunks(1_000).for_each(|some| {
        load(&path, some);
    });
    let database = Database::open(&path).expect("opens");
    let fields = [
        "basic_profile.location",
        "basic_profile.location.full_location",
        "professional_network.location",
        "professional_network.location.raw",
    ];
    let positions =
        fields.map(|field| people.iter().map(|one| position(&one.record, field)).collect::<Vec<_>>());
    let (mut some, mut beyond) = (0, 0);
    for case in 0..cases(64) {
        let (value, centre, radius) = circle(&mut random);
        let at = random.below(4) as usize;
        for (operator, outside) in [("geo_distance", false), ("geo_exclude", true)] {
            let json = json!({"field": fields[at], "type": operator, "value": value}).to_string();
            let filter = Filter::parse(&json, &Schema::person(), &FilterOptions::default()).expect(&json);
            let hits = database.search(&filter, &SearchOptions::default()).expect("a search");
            let is_in = |there: &Option<(f64, f64)>| {
                there.is_some_and(|there| (haversine_km(centre, there) <= radius) != outside)
            };
            let mut expected: Vec<u64> = people
                .iter()
                .zip(&positions[at])
                .filter(|(_, there)| is_in(there))
                .map(|(one, _)| one.id)
                .collect();
            expected.sort_unstable();
            assert_eq!(hits.person_ids().expect("ids"), expected, "case {case}: {json}");
            some += usize::from(!expected.is_empty() && !outside);
            beyond += usize::from(!expected.is_empty() && outside);
        }
    }
    assert!(some > 0 && beyond > 0, "{some} circles with somebody in them, {beyond} with somebody outside");
}

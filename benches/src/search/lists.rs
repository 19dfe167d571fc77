//! Answers that are lists: pages of people in an order, who lives in a circle, suggestions, facets.

use std::hash::{DefaultHasher, Hash, Hasher};

use anyhow::{Context, Result, ensure};
use rolo::record::place::Gazetteer;
use serde_json::json;

use super::condition::Condition;
use super::contenders::{Contenders, Entry, Who, timed};
use super::fields::{COUNTRY, CURRENT, HEADLINE, TITLE};
use super::tables::{print_aim, shown_micros, shown_ratio};
use crate::people::People;
use crate::race::Spread;
use crate::report::{Table, heading, verdict};

/// The kilometres around a point that are asked for.
const RADIUS: f64 = 50.0;
/// San Francisco.
const CENTRE: (f64, f64) = (37.7749, -122.4194);
/// Values that a suggestion gives, and a facet.
const SUGGESTED: usize = 20;
const FACET_VALUES: usize = 10;
/// Classes with their aims, DuckDB's time over rolo's: those of searches that give leaves, and of counts.
const AIMS: [(&str, f64); 4] =
    [("first 100", 1.0), ("circle", 100.0), ("suggestion", 100.0), ("five facets", 100.0)];
/// Tantivy's time over rolo's.
const TANTIVY_AIM: f64 = 3.0;
const EVERYBODY: &str = r#"{"field": "crustdata_person_id", "type": "is_not_null"}"#;

/// A question, in everybody's words.
pub(crate) struct List<'a> {
    pub(crate) class: &'static str,
    pub(crate) name: &'static str,
    pub(crate) entries: Vec<Entry<'a>>,
}

impl List<'_> {
    /// Rolo and DuckDB give the same. (Tantivy counts values, and those in lower case.)
    pub(crate) fn check(&mut self) -> Result<()> {
        let mut answers = Vec::new();
        for entry in self.entries.iter_mut().filter(|entry| entry.who != Who::Tantivy) {
            answers.push(entry.answer()?.count);
        }
        let name = self.name;
        ensure!(answers.windows(2).all(|two| two[0] == two[1]), "{name}: different answers: {answers:?}");
        Ok(())
    }
}

/// A question, measured.
pub(crate) struct Timed {
    pub(crate) class: &'static str,
    pub(crate) name: &'static str,
    pub(crate) times: Vec<(Who, Spread)>,
}

impl Timed {
    fn micros(&self, who: Who) -> Option<f64> {
        self.times.iter().find(|(one, _)| *one == who).map(|(_, spread)| spread.median)
    }

    /// How many times rolo's time the faster of DuckDB's two forms takes.
    fn of_duckdb(&self) -> Option<f64> {
        let duckdb =
            [Who::Nested, Who::Flat].into_iter().filter_map(|who| self.micros(who)).reduce(f64::min)?;
        Some(duckdb / self.micros(Who::Rolo)?)
    }

    fn of_tantivy(&self) -> Option<f64> {
        Some(self.micros(Who::Tantivy)? / self.micros(Who::Rolo)?)
    }
}

/// One number for a list.
fn digest<T: Hash>(values: &[T]) -> u64 {
    let mut hasher = DefaultHasher::new();
    values.hash(&mut hasher);
    hasher.finish()
}

/// All questions.
pub(crate) fn lists(contenders: &Contenders) -> Result<Vec<List<'_>>> {
    let mut lists = pages(contenders)?;
    lists.push(circle(contenders)?);
    lists.extend(suggestions(contenders));
    lists.extend(facets(contenders));
    Ok(lists)
}

/// An order of people: name, filter, rolo's words, the path by whose values answers are compared, and DuckDB's: that value and the order,
/// over nested people and over flat tables.
struct Order {
    name: &'static str,
    /// `None`: everybody.
    condition: Option<Condition>,
    order: &'static str,
    path: &'static str,
    nested: (&'static str, &'static str),
    flat: (&'static str, &'static str),
    /// Pages of 100 before it.
    skipped: usize,
}

fn orders() -> Vec<Order> {
    let followers = |name, skipped| Order {
        name,
        condition: None,
        order: "professional_network.followers:desc",
        path: "professional_network.followers",
        nested: ("professional_network.followers", "professional_network.followers desc nulls last"),
        flat: ("followers", "followers desc nulls last"),
        skipped,
    };
    let names = |name, skipped| Order {
        name,
        condition: None,
        order: "basic_profile.name",
        path: "basic_profile.name",
        nested: ("basic_profile.name", "lower(trim(basic_profile.name)) nulls last, basic_profile.name"),
        flat: ("name", "name_key nulls last, name"),
        skipped,
    };
    let two = |name, condition, skipped| Order {
        name,
        condition,
        order: "basic_profile.location.country,professional_network.followers:desc",
        path: "professional_network.followers",
        nested: (
            "professional_network.followers",
            "lower(trim(basic_profile.location.country)) nulls last, basic_profile.location.country, \
             professional_network.followers desc nulls last",
        ),
        flat: ("followers", "country_key nulls last, country, followers desc nulls last"),
        skipped,
    };
    vec![
        followers("everybody by followers", 0),
        names("everybody by name", 0),
        two("everybody by country, then followers", None, 0),
        two("engineers by country, then followers", Some(CURRENT.some(TITLE.words("engineer"))), 0),
        followers("100th page, by followers", 99),
        names("100th page, by name", 99),
        two("100th page, by country, then followers", None, 99),
    ]
}

fn pages(contenders: &Contenders) -> Result<Vec<List<'_>>> {
    orders().into_iter().map(|order| page(contenders, order)).collect()
}

fn page(contenders: &Contenders, order: Order) -> Result<List<'_>> {
    let filter = order.condition.as_ref().map_or(EVERYBODY.to_owned(), |one| one.filter.to_string());
    let (by, path) = (order.order, order.path);
    let mut cursor = None;
    for _ in 0..order.skipped {
        cursor = contenders.rolo.page(&filter, by, path, cursor)?.1;
    }
    let sql = |table: &str,
               condition: Option<&str>,
               (value, order_by): (&str, &str),
               name: &str,
               skipped: usize| {
        let condition = condition.map(|condition| format!("where {condition}")).unwrap_or_default();
        format!(
            "select {value}::varchar, {name} from {table} {condition} order by {order_by}, crustdata_person_id limit 100 offset {}",
            skipped * 100
        )
    };
    let condition = order.condition.as_ref();
    let nested = sql(
        "people",
        condition.map(|one| one.nested.as_str()),
        order.nested,
        "basic_profile.name",
        order.skipped,
    );
    let flat = sql("person", condition.map(|one| one.flat.as_str()), order.flat, "name", order.skipped);
    let entries = vec![
        timed(Who::Rolo, move || Ok(digest(&contenders.rolo.page(&filter, by, path, cursor)?.0))),
        timed(Who::Nested, move || Ok(digest(&contenders.duckdb.texts(&nested)?))),
        timed(Who::Flat, move || Ok(digest(&contenders.duckdb.texts(&flat)?))),
    ];
    Ok(List { class: "first 100", name: order.name, entries })
}

/// Who lives around a point: by coordinates, without them by the names of places. DuckDB gets the latitudes between which the circle lies as
/// well, and the places that rolo's gazetteer has in it.
fn circle(contenders: &Contenders) -> Result<List<'_>> {
    let (north, east) = CENTRE;
    let value = json!({"lat_lng": [north, east], "distance": RADIUS});
    let filter =
        json!({"field": "basic_profile.location", "type": "geo_distance", "value": value}).to_string();
    let kilometres = |latitude: &str, longitude: &str| {
        format!(
            "2 * 6371.0088 * asin(sqrt(power(sin(radians({latitude} - {north}) / 2), 2) + cos(radians({north})) * cos(radians({latitude})) \
             * power(sin(radians({longitude} - {east}) / 2), 2)))"
        )
    };
    let texts = contenders
        .duckdb
        .texts("select distinct location from person where latitude is null and location is not null")?;
    let centre = rolo::record::place::Point::new(north, east).context("a point")?;
    let near = |text: &&String| {
        Gazetteer::get().position(text).is_some_and(|point| centre.distance_km(point) <= RADIUS)
    };
    let texts: Vec<String> =
        texts.iter().filter(near).map(|text| format!("'{}'", text.replace('\'', "''"))).collect();
    let reach = (RADIUS / 6371.0088).to_degrees() + 1e-6;
    let sql = |table: &str, latitude: &str, longitude: &str, location: &str| {
        format!(
            "select count(*) from {table} where ({latitude} between {} and {} and {} <= {RADIUS}) or ({latitude} is null and {location} in ({}))",
            north - reach,
            north + reach,
            kilometres(latitude, longitude),
            texts.join(", "),
        )
    };
    let nested = sql(
        "people",
        "basic_profile.location.latitude",
        "basic_profile.location.longitude",
        "coalesce(basic_profile.location.full_location, basic_profile.location.raw)",
    );
    let flat = sql("person", "latitude", "longitude", "location");
    let entries = vec![
        timed(Who::Rolo, move || contenders.rolo.count(&filter)),
        timed(Who::Nested, move || Ok(u64::try_from(contenders.duckdb.run(&nested)?)?)),
        timed(Who::Flat, move || Ok(u64::try_from(contenders.duckdb.run(&flat)?)?)),
    ];
    Ok(List { class: "circle", name: "50 km around San Francisco", entries })
}

/// A field whose values are suggested, and its column.
struct Suggested {
    name: &'static str,
    path: &'static str,
    typed: &'static str,
    /// Where the values are: table, value, and a condition.
    flat: (&'static str, &'static str, &'static str),
    country: Option<&'static str>,
    /// The field of Tantivy's terms.
    terms: &'static str,
}

fn suggestions(contenders: &Contenders) -> Vec<List<'_>> {
    let title = |name, typed, condition, country| Suggested {
        name,
        path: "experience.employment_details.current.title",
        typed,
        flat: ("roles", "title", condition),
        country,
        terms: "current_title",
    };
    let asked = [
        Suggested {
            name: "cities, `san`",
            path: "basic_profile.location.city",
            typed: "san",
            flat: ("person", "city", "contains(words_of(city), ' san')"),
            country: None,
            terms: "city",
        },
        title("titles, `vp`", "vp", "is_current and contains(title_words, ' vp')", None),
        title("titles, `engineer`", "engineer", "is_current and contains(title_words, ' engineer')", None),
        title("titles, nothing typed", "", "is_current", None),
        title(
            "titles in Germany, `head`",
            "head",
            "is_current and contains(title_words, ' head')",
            Some("Germany"),
        ),
    ];
    asked.into_iter().map(|asked| suggestion(contenders, asked)).collect()
}

fn suggestion(contenders: &Contenders, asked: Suggested) -> List<'_> {
    let Suggested { name, path, typed, flat: (table, value, condition), country, terms } = asked;
    let filter = country.map(|country| COUNTRY.equals(country));
    let among = filter.as_ref().map_or(String::new(), |filter| {
        format!(" and person_id in (select person_id from person where {})", filter.flat)
    });
    let flat = format!(
        "select count(distinct person_id)::varchar from {table} where {value} is not null and {condition}{among} group by {value} \
         order by count(distinct person_id) desc limit {SUGGESTED}"
    );
    let scope = filter.map(|filter| filter.filter.to_string());
    let scoped = scope.is_some();
    let mut entries = vec![
        timed(Who::Rolo, move || Ok(digest(&contenders.rolo.suggest(path, typed, scope.as_deref())?))),
        timed(Who::Flat, move || Ok(digest(&numbers(&contenders.duckdb.texts(&flat)?)))),
    ];
    if !scoped {
        entries.push(timed(Who::Tantivy, move || {
            Ok(digest(&contenders.tantivy.suggest(terms, typed, SUGGESTED)?))
        }));
    }
    List { class: "suggestion", name, entries }
}

/// What is counted: path, table, column, which rows, and Tantivy's field.
const FACETS: [(&str, &str, &str, &str, &str); 5] = [
    ("basic_profile.location.country", "person", "country", "true", "country"),
    ("basic_profile.location.city", "person", "city", "true", "city"),
    ("experience.employment_details.current.title", "roles", "title", "is_current", "current_title"),
    ("experience.employment_details.current.name", "roles", "company", "is_current", "current_company"),
    (
        "experience.employment_details.current.seniority_level",
        "roles",
        "seniority",
        "is_current",
        "current_seniority",
    ),
];

fn facets(contenders: &Contenders) -> Vec<List<'_>> {
    vec![
        facet(contenders, "of everybody", None),
        facet(contenders, "of engineers by headline", Some(HEADLINE.words("engineer"))),
        facet(contenders, "of a city's people", Some(super::fields::CITY.equals("Chicago"))),
    ]
}

fn facet<'a>(contenders: &'a Contenders, name: &'static str, condition: Option<Condition>) -> List<'a> {
    let filter = condition.as_ref().map_or(EVERYBODY.to_owned(), |one| one.filter.to_string());
    let found = condition.as_ref().map_or("true", |one| one.flat.as_str());
    let each = FACETS.iter().map(|(_, table, column, rows, _)| {
        let among = if condition.is_some() { "and person_id in (from found)" } else { "" };
        format!(
            "select n from (select count(distinct person_id) as n from {table} where {column} is not null and {rows} {among} \
             group by {column} order by n desc limit {FACET_VALUES})"
        )
    });
    let each: Vec<String> = each.collect();
    let flat = format!(
        "with found as materialized (select person_id from person where {found}) select n::varchar from ({})",
        each.join(" union all ")
    );
    let paths = FACETS.map(|(path, ..)| path);
    let fields = FACETS.map(|(.., field)| field);
    let terms = condition.and_then(|one| one.terms);
    let sorted = |mut counts: Vec<u64>| {
        counts.sort_unstable();
        digest(&counts)
    };
    let entries = vec![
        timed(Who::Rolo, move || Ok(sorted(contenders.rolo.facets(&filter, &paths)?))),
        timed(Who::Flat, move || Ok(sorted(numbers(&contenders.duckdb.texts(&flat)?)))),
        timed(Who::Tantivy, move || {
            Ok(sorted(contenders.tantivy.facets(terms.as_ref(), &fields, FACET_VALUES)?))
        }),
    ];
    List { class: "five facets", name, entries }
}

fn numbers(texts: &[String]) -> Vec<u64> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

pub(crate) fn print(
    people: &People,
    contenders: &Contenders,
    rounds: usize,
    threads: usize,
    measured: &[Timed],
) {
    heading(
        "Pages, circles, suggestions, facets",
        &format!(
            "{}. {threads} threads each; warm; medians of {rounds} rounds in turns, microseconds. Pages give name and first key of 100 people: rolo goes on behind a cursor, DuckDB {} with `OFFSET`. Suggestions \
             are the 20 most frequent values, facets the ten of each of five fields, with how many people have them. Tantivy ({} segments) suggests by the beginning of the whole value, without regard to case, \
             from its terms' own counts, and counts facets by value, not by person. The ratios are of the peer's time (DuckDB's faster one) to rolo's. Equal answers of rolo and DuckDB were checked first.",
            people.describe(),
            contenders.duckdb.version(),
            contenders.tantivy.segments(),
        ),
    );
    let mut table = Table::new(&[
        "class",
        "question",
        "rolo",
        "DuckDB, nested",
        "DuckDB, flat",
        "Tantivy",
        "DuckDB's ratio",
        "Tantivy's ratio",
    ]);
    for one in measured {
        let micros = |who| shown_micros(one.micros(who));
        table.row(&[
            one.class.to_string(),
            one.name.to_string(),
            micros(Who::Rolo),
            micros(Who::Nested),
            micros(Who::Flat),
            micros(Who::Tantivy),
            shown_ratio(one.of_duckdb()),
            shown_ratio(one.of_tantivy()),
        ]);
    }
    table.print();
    for (class, aim) in AIMS {
        let own = measured.iter().filter(|one| one.class == class);
        print_aim(&format!("DuckDB, {class}"), &own.filter_map(Timed::of_duckdb).collect::<Vec<_>>(), aim);
    }
    print_aim("Tantivy", &measured.iter().filter_map(Timed::of_tantivy).collect::<Vec<_>>(), TANTIVY_AIM);
    let slower = |one: &&Timed| one.of_duckdb().is_some_and(|ratio| ratio < 1.0);
    let slower: Vec<&str> = measured.iter().filter(slower).map(|one| one.name).collect();
    println!("{} ({}).\n", verdict(slower.is_empty(), "Aim nothing slower than DuckDB"), slower.join("; "));
}

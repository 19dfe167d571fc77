//! The places that are known, and finding the one that a text means.
//!
//! `data/places.tsv.zst` has a line for each name of each place, in the order of the names' keys, so a name is found by halving.
//! Regions and countries lie at the middle of their cities weighted by population: where their people live.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use super::globe::Point;
use super::names::{key, words};

/// key, name, region, country code, latitude, longitude, population, kind.
const PLACES: &[u8] = include_bytes!("../../../data/places.tsv.zst");
/// Country code, code of three letters, name, continent, other names.
const COUNTRIES: &str = include_str!("../../../data/countries.tsv");
/// Country code, region, its code.
const REGION_CODES: &str = include_str!("../../../data/region-codes.tsv");

/// Words that are put before the name of a city for it and what lies around it.
const BEFORE: [&str; 2] = ["greater ", "metro "];
/// Words that are put behind it for the same.
const BEHIND: [&str; 7] =
    [" metropolitan area", " metropolitan region", " metro area", " metroplex", " metro", " area", " region"];

/// A city of so many people goes before regions and countries of which its name is the code.
const GREAT: u64 = 1_000_000;

/// A region and a country without a comma have so many words at most.
const AROUND_WORDS: usize = 10;

/// How alike a name has to be, 0 to 1, for it to have been meant.
const LIKENESS: f64 = 0.7;
/// Longer texts mean no place: what is looked for grows with the square of their words.
const LONGEST_TEXT: usize = 512;
/// Longer texts are compared with no name.
const COMPARED_BYTES: usize = 100;
/// Names that may have been meant, at most.
const SUGGESTIONS: usize = 3;

/// What kind of place it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaceKind {
    /// A city, or a part of one that has a name of its own.
    City,
    /// A city with what lies around it.
    Metro,
    /// A state, province or other first division of a country.
    Region,
    /// A country.
    Country,
}

/// A place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Its name.
    pub name: &'static str,
    /// The first division of the country that it lies in, or is; may be empty.
    pub region: &'static str,
    /// The ISO 3166-1 code, of two letters, of the country that it lies in, or is.
    pub country: &'static str,
    /// Where it is.
    pub point: Point,
    /// How many people live there: of a metropolitan area those of its central city, of a region those of its cities.
    pub population: u64,
    /// What it is.
    pub kind: PlaceKind,
}

impl Place {
    /// Whether it is small enough for being there to say where one is: a city or metropolitan area.
    pub fn is_settlement(&self) -> bool {
        matches!(self.kind, PlaceKind::City | PlaceKind::Metro)
    }

    /// The English name of the country that it lies in, or is; its code if that is unknown.
    pub fn country_name(&self) -> &'static str {
        Gazetteer::get().countries.get(self.country).map_or(self.country, |country| country.name)
    }

    /// The continent of that country: `Africa`, `Antarctica`, `Asia`, `Europe`, `North America`, `Oceania` or `South America`.
    /// `None` if the country is unknown.
    pub fn continent(&self) -> Option<&'static str> {
        Gazetteer::get().countries.get(self.country).map(|country| country.continent)
    }

    /// Its name if it is a city, or a metropolitan area, else `None`.
    pub fn city(&self) -> Option<&'static str> {
        self.is_settlement().then_some(self.name)
    }

    /// The first division of the country that it lies in, or is; `None` where there is none.
    pub fn region_name(&self) -> Option<&'static str> {
        (!self.region.is_empty()).then_some(self.region)
    }

    /// Whether it is the region or country that `other` lies in.
    fn is_around(&self, other: &Place) -> bool {
        match self.kind {
            PlaceKind::City | PlaceKind::Metro => false,
            PlaceKind::Region => self.region == other.region && self.country == other.country,
            PlaceKind::Country => self.country == other.country,
        }
    }

    /// A line of the file behind its key; `None` for one that is none.
    fn of_line(line: &'static str) -> Option<Place> {
        let mut cells = line.split('\t').skip(1);
        let mut cell = || cells.next();
        let (name, region, country) = (cell()?, cell()?, cell()?);
        let point = Point::new(cell()?.parse().ok()?, cell()?.parse().ok()?)?;
        let population = cell()?.parse().ok()?;
        let kind = match cell()? {
            "city" => PlaceKind::City,
            "metro" => PlaceKind::Metro,
            "region" => PlaceKind::Region,
            "country" => PlaceKind::Country,
            _ => return None,
        };
        Some(Place { name, region, country, point, population, kind })
    }
}

impl fmt::Display for Place {
    /// `San Francisco, California, United States`, without what is empty or said already.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)?;
        let mut said = self.name;
        for part in [self.region, self.country_name()] {
            if !part.is_empty() && part != said {
                write!(f, ", {part}")?;
                said = part;
            }
        }
        Ok(())
    }
}

/// The place that a text means.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The place: the one with the most people; of a city and the region or country of the same name around it, the city.
    pub place: Place,
    /// Other places that the text may mean, those with the most people first.
    pub others: Vec<Place>,
}

#[derive(Debug)]
struct Country {
    name: &'static str,
    continent: &'static str,
    continent_key: String,
    /// Its codes and names.
    called: Vec<&'static str>,
    /// The keys of those.
    keys: Vec<String>,
}

/// All known places, by name.
#[derive(Debug)]
pub struct Gazetteer {
    lines: Vec<&'static str>,
    countries: HashMap<&'static str, Country>,
    /// The code, in lower case, of a region by country code and region.
    region_codes: HashMap<(&'static str, &'static str), String>,
    /// The lines of regions and countries by their codes, in lower case.
    coded: HashMap<String, Vec<&'static str>>,
}

impl Gazetteer {
    /// The gazetteer that is part of the program. Unpacked once per process, in some ten milliseconds.
    pub fn get() -> &'static Gazetteer {
        static TEXT: LazyLock<String> = LazyLock::new(|| {
            #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
            let text = zstd::decode_all(PLACES).expect("the built-in gazetteer is whole");
            String::from_utf8(text).unwrap_or_default()
        });
        static GAZETTEER: LazyLock<Gazetteer> = LazyLock::new(|| Gazetteer::new(&TEXT));
        &GAZETTEER
    }

    fn new(places: &'static str) -> Gazetteer {
        let cells = |line: &'static str| line.split('\t').collect::<Vec<_>>();
        let country = |line| match cells(line).as_slice() {
            &[alpha2, alpha3, name, continent, other] => {
                let other = other.split('|').filter(|other| !other.is_empty());
                let called: Vec<&str> = [name, alpha2, alpha3].into_iter().chain(other).collect();
                let keys = called.iter().map(|name| key(name)).collect();
                Some((alpha2, Country { name, continent, continent_key: key(continent), called, keys }))
            }
            _ => None,
        };
        let region_code = |line| match cells(line).as_slice() {
            &[alpha2, region, code] => Some(((alpha2, region), key(code))),
            _ => None,
        };
        let mut gazetteer = Gazetteer {
            lines: places.lines().skip(1).collect(),
            countries: COUNTRIES.lines().skip(1).filter_map(country).collect(),
            region_codes: REGION_CODES.lines().skip(1).filter_map(region_code).collect(),
            coded: HashMap::new(),
        };
        gazetteer.coded = gazetteer.coded_lines();
        gazetteer
    }

    fn coded_lines(&self) -> HashMap<String, Vec<&'static str>> {
        let mut coded: HashMap<String, Vec<&'static str>> = HashMap::new();
        let mut add = |name: &str, code: &str, country: &str, kind| {
            let is_it = |place: Place| place.kind == kind && place.country == country;
            let line = self.lines_of(&key(name)).iter().find(|line| Place::of_line(line).is_some_and(is_it));
            coded.entry(key(code)).or_default().extend(line);
        };
        for ((country, region), code) in &self.region_codes {
            add(region, code, country, PlaceKind::Region);
        }
        for (alpha2, country) in &self.countries {
            // The name and the codes; other names have lines of their own.
            for code in country.called.iter().skip(1).take(2) {
                add(country.name, code, alpha2, PlaceKind::Country);
            }
        }
        coded
    }

    /// The place that a text means: a name, in any case, with or without accents, of which parts behind commas, or the last words,
    /// say where it lies: `Portland, OR`, `portland oregon`, `SF Bay Area`. Codes of countries, and of regions of the United States,
    /// Canada and Australia, are names too; the street in front of a city and its postal code say nothing. `None` if no place is
    /// known by that name, or none that lies there. Costs about a microsecond.
    pub fn find(&self, text: &str) -> Option<Found> {
        if text.len() > LONGEST_TEXT {
            return None;
        }
        let mut others = self.candidates(text);
        let first = others.first()?;
        let inside = |place: &Place| place.is_settlement() && first.is_around(place);
        let place = others.remove(others.iter().position(inside).unwrap_or(0));
        others.retain(|other| !other.is_around(&place));
        Some(Found { place, others })
    }

    /// Where somebody is whose location is this text: at the city or metropolitan area that it means. A region or country is too
    /// large to say where.
    pub fn position(&self, text: &str) -> Option<Point> {
        let found = self.find(text)?;
        found.place.is_settlement().then_some(found.place.point)
    }

    /// What a country is called, its codes included, if a text is one of its names or codes.
    pub fn country_names(&self, text: &str) -> Option<&[&'static str]> {
        let asked = key(text);
        let country = self.countries.values().find(|country| country.keys.contains(&asked))?;
        Some(&country.called)
    }

    /// Names that are spelt nearly like a text that means no place, likeliest first. Compares all names: a tenth of a second.
    pub fn near(&self, text: &str) -> Vec<&'static str> {
        let asked = key(text.split(',').next().unwrap_or_default());
        if asked.is_empty() || asked.len() > COMPARED_BYTES {
            return Vec::new();
        }
        let likeness = |line: &str| strsim::normalized_damerau_levenshtein(&asked, key_of(line));
        let mut near: Vec<_> = self.lines.iter().map(|line| (likeness(line), *line)).collect();
        near.retain(|(likeness, _)| *likeness >= LIKENESS);
        let named = near.into_iter().filter_map(|(likeness, line)| Some((likeness, Place::of_line(line)?)));
        let mut near: Vec<(f64, Place)> = named.collect();
        near.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.population.cmp(&a.1.population)));
        let mut names: Vec<&str> = Vec::new();
        for (_, place) in near {
            if names.len() < SUGGESTIONS && !names.contains(&place.name) {
                names.push(place.name);
            }
        }
        names
    }

    /// Every place that a text may mean, those with the most people first.
    fn candidates(&self, text: &str) -> Vec<Place> {
        let parts: Vec<&str> =
            text.split(',').filter(|part| part.chars().any(char::is_alphanumeric)).collect();
        let Some((name, around)) = parts.split_first() else { return Vec::new() };
        let found = self.named(&key(name), around);
        if !found.is_empty() {
            return found;
        }
        if !around.is_empty() {
            let whole = self.named(&key(text), &[]);
            if !whole.is_empty() {
                return whole;
            }
        }
        self.in_address(&parts)
    }

    /// The places that a part of an address may mean: a name with postal codes around it and words behind it that say where it lies.
    /// Parts in front that hold a number are streets and the like.
    fn in_address(&self, parts: &[&str]) -> Vec<Place> {
        let Some((name, around)) = parts.split_first() else { return Vec::new() };
        let mut words = words(name);
        let numbers = words.iter().take_while(|word| is_number(word)).count();
        words.drain(..numbers);
        let splits = (1..=words.len()).rev().filter_map(|at| words.split_at_checked(at));
        let mut found = splits.map(|(name, behind)| {
            let behind = behind.join(" ");
            self.named(&name.join(" "), &[&[behind.as_str()], around].concat())
        });
        let found = found.find(|found| !found.is_empty());
        let street = || name.contains(|c: char| c.is_numeric()) && !around.is_empty();
        found.unwrap_or_else(|| if street() { self.in_address(around) } else { Vec::new() })
    }

    /// The places whose name has a key and that lie in all of `around`. A city is also known by the words for what lies around
    /// it.
    fn named(&self, name: &str, around: &[&str]) -> Vec<Place> {
        let mut known = self.lines_of(name);
        if known.is_empty() {
            let city = BEFORE.iter().find_map(|word| name.strip_prefix(word)).unwrap_or(name);
            let city = BEHIND.iter().find_map(|word| city.strip_suffix(word)).unwrap_or(city);
            known = if city == name { known } else { self.lines_of(city) };
        }
        let coded = self.coded.get(name).map(Vec::as_slice).unwrap_or_default();
        let mut places: Vec<Place> =
            known.iter().chain(coded).filter_map(|line| Place::of_line(line)).collect();
        if !coded.is_empty() {
            // A great city goes before a code: LA is in California, not Laos.
            let great = |place: &Place| place.is_settlement() && place.population >= GREAT;
            places.sort_by_key(|place| Reverse((great(place), place.population)));
        }
        places.retain(|place| around.iter().all(|part| self.lies_in(place, part)));
        places
    }

    /// The lines of a key.
    fn lines_of(&self, name: &str) -> &[&'static str] {
        // No character of a key comes before the tab behind it, so lines are in the order of their keys.
        let wanted = format!("{name}\t");
        let first = self.lines.partition_point(|line| *line < wanted.as_str());
        let rest = self.lines.get(first..).unwrap_or_default();
        let len = rest.iter().take_while(|line| line.starts_with(&wanted)).count();
        rest.get(..len).unwrap_or_default()
    }

    /// Whether a place lies in what a text says; numbers in it, such as postal codes, say nothing.
    fn lies_in(&self, place: &Place, part: &str) -> bool {
        let country = self.countries.get(place.country);
        let part = part.trim();
        if part == place.region || country.is_some_and(|country| part == country.name) {
            return true;
        }
        let mut said = words(part);
        said.retain(|word| !is_number(word));
        // A region and the country around it may stand without a comma: `OR USA`.
        let ends = if said.len() <= AROUND_WORDS { said.len() } else { 0 };
        let mut splits = (1..ends).filter_map(|at| said.split_at_checked(at));
        let both = |(region, country): (&[String], &[String])| {
            self.says_where(&region.join(" "), place) && self.says_where(&country.join(" "), place)
        };
        said.is_empty() || self.says_where(&said.join(" "), place) || splits.any(both)
    }

    /// Whether a key is that of the region, country or continent in which a place lies.
    fn says_where(&self, said: &str, place: &Place) -> bool {
        let code = || self.region_codes.get(&(place.country, place.region));
        let in_country =
            |country: &Country| country.continent_key == said || country.keys.iter().any(|key| key == said);
        said == key(place.region)
            || code().is_some_and(|code| *code == said)
            || self.countries.get(place.country).is_some_and(in_country)
    }
}

/// Whether a word is a number or has one in it, as postal codes have.
fn is_number(word: &str) -> bool {
    word.contains(|c: char| c.is_numeric())
}

fn key_of(line: &str) -> &str {
    line.split('\t').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::cases;

    fn found(text: &str) -> Option<String> {
        Gazetteer::get().find(text).map(|found| found.place.to_string())
    }

    #[track_caller]
    fn means(place: &str, texts: &[&str]) {
        for text in texts {
            assert_eq!(found(text).as_deref(), Some(place), "{text}");
        }
    }

    #[test]
    fn every_line_is_a_place_under_its_key_and_the_lines_ascend() {
        let gazetteer = Gazetteer::get();
        assert!(gazetteer.lines.len() > 70_000);
        assert!(gazetteer.lines.is_sorted_by_key(|line| key_of(line)));
        for line in &gazetteer.lines {
            let place = Place::of_line(line).unwrap_or_else(|| panic!("{line}"));
            assert!(gazetteer.countries.contains_key(place.country), "{line}");
            assert_eq!(key(key_of(line)), key_of(line), "{line}");
            let own = gazetteer.lines_of(&key(place.name)).iter().filter_map(|line| Place::of_line(line));
            assert!(own.into_iter().any(|known| known == place), "{line}");
        }
    }

    #[test]
    fn every_code_is_of_a_known_region_or_country() {
        let gazetteer = Gazetteer::get();
        assert_eq!(gazetteer.countries.len(), COUNTRIES.lines().count() - 1);
        assert_eq!(gazetteer.region_codes.len(), REGION_CODES.lines().count() - 1);
        for (country, region) in gazetteer.region_codes.keys() {
            let known = |place: &Place| place.country == *country && place.kind == PlaceKind::Region;
            let mut named = gazetteer.named(&key(region), &[]).into_iter();
            assert!(named.any(|place| known(&place)), "{region}");
        }
    }

    #[test]
    fn names_are_found_in_any_case_with_or_without_accents() {
        means(
            "San Francisco Bay Area, California, United States",
            &["SF Bay Area", "san francisco bay area"],
        );
        means("New York, United States", &["NYC", "new york", "New York City", "New York, NY", "Big Apple"]);
        means("São Paulo, Brazil", &["Sao Paulo", "SÃO PAULO", "São Paulo, Brasil"]);
        means("Zürich, Zurich, Switzerland", &["Zurich", "zürich", "Zurich, Switzerland"]);
        means("Washington, District of Columbia, United States", &["Washington, D.C.", "Washington DC"]);
    }

    #[test]
    fn what_follows_a_name_says_where_it_lies() {
        means("Portland, Oregon, United States", &["Portland, OR", "Portland OR", "portland, oregon, usa"]);
        means("Miami, Florida, United States", &["Miami, FL, U.S.A", "Miami FL", "Miami, Florida 33101"]);
        means("Birmingham, England, United Kingdom", &["Birmingham, UK", "Birmingham England"]);
        means("Birmingham, Alabama, United States", &["Birmingham, AL", "Birmingham, Alabama"]);
        means("Alexandria, Virginia, United States", &["Alexandria, VA", "Alexandria Virginia"]);
        assert_eq!(found("Paris, Japan"), None);
        assert_eq!(found("Munich, California"), None);
    }

    #[test]
    fn codes_are_names_of_regions_and_countries() {
        means(
            "United States",
            &["USA", "u.s.a", "U.S.A.", "US", "United States of America", "America", "usa "],
        );
        means("United Arab Emirates", &["UAE", "U.A.E.", "ARE", "Emirates"]);
        means("United Kingdom", &["UK", "U.K.", "GB", "Great Britain"]);
        means("Oregon, United States", &["OR", "or", "OR, USA", "OR USA", "Oregon USA", "O.R., u.s.a."]);
        means("British Columbia, Canada", &["British Columbia", "BC", "B.C.", "BC, Canada", "BC Canada"]);
        means("New South Wales, Australia", &["NSW", "nsw, australia"]);
        means("Western Australia, Australia", &["WA, Australia"]);
        means("California, United States", &["CA", "CA, USA"]);
        means("Germany", &["DE", "DEU"]);
        means("Delaware, United States", &["DE, USA"]);
        means("Los Angeles, California, United States", &["LA", "L.A."]);
        assert_eq!(Gazetteer::get().position("WA"), None);
    }

    #[test]
    fn streets_and_postal_codes_say_nothing() {
        means(
            "Portland, Oregon, United States",
            &[
                "472 W. Chester Blvd, Portland, OR 97214",
                "472 W. Chester Blvd, Portland, OR 97214, USA",
                "Suite 5, 1 Main St, Portland OR 97214-1234, United States",
                "Portland, OR, 97214",
                "97214 Portland OR",
            ],
        );
        means("Medford, Oregon, United States", &["Medford, OR USA", "Medford OR USA", "Medford, OR, USA"]);
        means("Berlin, State of Berlin, Germany", &["10115 Berlin", "Musterstr. 5, 10115 Berlin, Germany"]);
        means("Toronto, Ontario, Canada", &["Toronto, ON M5V 2T6", "Toronto ON M5V 2T6 Canada"]);
        means(
            "London, England, United Kingdom",
            &["London SW1A 1AA", "10 Downing Street, London SW1A 2AA, UK"],
        );
        for text in ["482 Main Blvd.", "Main Street, Portland, OR", "5, 6", "97214", &"London ".repeat(5000)]
        {
            assert_eq!(found(text), None);
        }
    }

    #[test]
    fn a_place_says_where_it_lies() {
        let place = |text| Gazetteer::get().find(text).unwrap().place;
        let parts = |text| {
            let place = place(text);
            (place.city(), place.region_name(), place.country_name(), place.continent())
        };
        assert_eq!(
            parts("portland or"),
            (Some("Portland"), Some("Oregon"), "United States", Some("North America"))
        );
        assert_eq!(parts("OR"), (None, Some("Oregon"), "United States", Some("North America")));
        assert_eq!(parts("Deutschland"), (None, None, "Germany", Some("Europe")));
        assert_eq!(parts("singapore"), (Some("Singapore"), None, "Singapore", Some("Asia")));
    }

    #[test]
    fn around_a_city_is_at_the_city() {
        means("Lisbon, Portugal", &["Greater Lisbon Area", "Lisbon Metropolitan Area", "Lisbon metro area"]);
        means("Greater Chicago Area, Illinois, United States", &["Greater Chicago Area", "Chicagoland"]);
    }

    #[test]
    fn the_most_people_decide_but_a_city_goes_before_what_is_named_after_it() {
        let found = |text| Gazetteer::get().find(text).unwrap();
        let named = |place: &Place| place.to_string();
        assert_eq!(found("New York").place.kind, PlaceKind::City);
        assert_eq!(found("Singapore").place.kind, PlaceKind::City);
        assert_eq!(found("Vermont").place.kind, PlaceKind::Region);
        let georgia = found("Georgia");
        assert_eq!((georgia.place.kind, georgia.place.country), (PlaceKind::Region, "US"));
        assert!(georgia.others.iter().any(|place| place.kind == PlaceKind::Country));
        let alexandria = found("Alexandria");
        assert_eq!(named(&alexandria.place), "Alexandria, Egypt");
        assert_eq!(alexandria.others.first().map(named).unwrap(), "Alexandria, Virginia, United States");
        let germany = found("Deutschland").place;
        assert_eq!((germany.kind, named(&germany).as_str()), (PlaceKind::Country, "Germany"));
        assert!(germany.point.distance_km(found("Frankfurt").place.point) < 200.0);
    }

    #[test]
    fn only_settlements_say_where_somebody_is() {
        let position = |text| Gazetteer::get().position(text);
        let city = |text: &str| Some(Gazetteer::get().find(text).unwrap().place.point);
        assert_eq!(position("Milwaukee, Wisconsin, United States"), city("Milwaukee"));
        assert_eq!(position("Greater Bangalore Area"), city("Greater Bengaluru Area"));
        assert_eq!(position("New York, United States"), city("NYC"));
        for text in ["", " , ", "Germany", "Vermont", "Georgia, United States", "Middle of nowhere", "12345"]
        {
            assert_eq!(position(text), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(cases())]

        #[test]
        fn what_a_place_is_called_is_in_its_country(
            text in prop_oneof![".{0,20}", "[A-Za-z]{2,3}(, [A-Z]{2,3})?", "[0-9]{0,3} ?[A-Z][a-z]{3,6}(, [A-Z]{2}( [0-9]{5})?)?"],
            line in 0..70_000_usize,
        ) {
            let gazetteer = Gazetteer::get();
            let listed = gazetteer.lines.get(line).and_then(|line| Place::of_line(line));
            let found = gazetteer.find(&text).map(|found| found.place);
            // A comma in a name parts it.
            let plain = |place: &Place| ![place.name, place.country_name()].concat().contains(',');
            for place in found.into_iter().chain(listed).filter(plain) {
                let again = gazetteer.find(&place.to_string()).unwrap();
                let mut all = again.others.into_iter().chain([again.place]);
                prop_assert!(all.any(|other| other.country == place.country), "{}", place);
            }
        }
    }

    #[test]
    fn a_country_has_names_and_codes() {
        let names = |text| Gazetteer::get().country_names(text);
        for text in ["United States", "usa", "U.S.", "america"] {
            let names = names(text).unwrap();
            assert!(
                ["United States", "US", "USA"].iter().all(|name| names.contains(name)),
                "{text}: {names:?}"
            );
        }
        assert_eq!(names("Europe"), None);
        assert_eq!(names("Berlin"), None);
    }

    #[test]
    fn a_name_that_is_unknown_has_neighbours() {
        let near = |text| Gazetteer::get().near(text);
        assert_eq!(near("San Fransisco, CA").first(), Some(&"San Francisco"));
        assert_eq!(near("Mumbay").first(), Some(&"Mumbai"));
        assert!(near("qqqqqqqq").is_empty() && near("").is_empty() && near(&"x".repeat(1000)).is_empty());
    }
}

//! Places to live and work in: the gazetteer's cities and metropolitan areas, weighted.

use super::draw::{Draw, Skew};

/// One row of `data/gazetteer.tsv`.
pub(super) struct Place {
    pub(super) name: &'static str,
    pub(super) state: &'static str,
    pub(super) country: &'static str,
    pub(super) alpha2: &'static str,
    pub(super) alpha3: &'static str,
    pub(super) continent: &'static str,
    pub(super) latitude: &'static str,
    pub(super) longitude: &'static str,
    pub(super) metro: bool,
    /// What people also write for it.
    pub(super) alternates: Vec<&'static str>,
    /// `City, State, Country`, without the parts that are empty or said already; of a metropolitan area the name alone.
    pub(super) full: String,
}

/// All places, and how likely each is.
pub(super) struct Places {
    all: Vec<Place>,
    skew: Skew,
    /// Indexes of the cities (no metropolitan areas) of each country, under its code, in code order.
    by_country: Vec<(&'static str, Vec<usize>)>,
}

const GAZETTEER: &str = include_str!("../../data/gazetteer.tsv");

impl Places {
    pub(super) fn new() -> Places {
        let all: Vec<Place> = GAZETTEER.lines().skip(1).filter_map(place).collect();
        let mut by_country: Vec<(&'static str, Vec<usize>)> = Vec::new();
        for (i, p) in all.iter().enumerate().filter(|(_, p)| !p.metro) {
            match by_country.binary_search_by_key(&p.alpha2, |(code, _)| code) {
                Ok(at) => by_country[at].1.push(i),
                Err(at) => by_country.insert(at, (p.alpha2, vec![i])),
            }
        }
        Places { skew: Skew::new(&weights(&all)), all, by_country }
    }

    pub(super) fn get(&self, index: usize) -> &Place {
        &self.all[index]
    }

    pub(super) fn draw(&self, draw: &mut Draw) -> usize {
        self.skew.draw(draw)
    }

    /// Another city of the same country, the larger the likelier.
    pub(super) fn near(&self, place: usize, draw: &mut Draw) -> usize {
        match self.by_country.binary_search_by_key(&self.all[place].alpha2, |(code, _)| code) {
            Ok(at) => draw.pick_front(&self.by_country[at].1),
            Err(_) => place,
        }
    }
}

fn place(line: &'static str) -> Option<Place> {
    let mut cells = line.split('\t');
    let mut cell = || cells.next();
    let (name, state, country, alpha2, alpha3) = (cell()?, cell()?, cell()?, cell()?, cell()?);
    let (continent, latitude, longitude, _population) = (cell()?, cell()?, cell()?, cell()?);
    let (kind, _geoname_id, alternates) = (cell()?, cell()?, cell()?);
    let mut full = name.to_owned();
    for part in [state, country] {
        if kind == "city" && !part.is_empty() && part != name {
            full.push_str(", ");
            full.push_str(part);
        }
    }
    let alternates = alternates.split('|').filter(|a| !a.is_empty()).collect();
    let metro = kind == "metro";
    Some(Place {
        name,
        state,
        country,
        alpha2,
        alpha3,
        continent,
        latitude,
        longitude,
        metro,
        alternates,
        full,
    })
}

/// A country's weight is shared among its places by rank, `1 / (rank + 3)`; metropolitan areas rank with the cities.
fn weights(all: &[Place]) -> Vec<u64> {
    let rank = |i: usize| {
        let p = &all[i];
        all[..i].iter().filter(|q| q.alpha2 == p.alpha2 && q.metro == p.metro).count() as u64
    };
    let shares: Vec<u64> = (0..all.len()).map(|i| (1 << 30) / (rank(i) + 4)).collect();
    let total = |alpha2: &str| -> u64 {
        all.iter().zip(&shares).filter(|(p, _)| p.alpha2 == alpha2).map(|(_, s)| s).sum()
    };
    all.iter().zip(&shares).map(|(p, s)| country_weight(p.alpha2) * s / (total(p.alpha2) >> 20)).collect()
}

/// Share of the people in each country, in units of about 1 in 2,000.
fn country_weight(alpha2: &str) -> u64 {
    match alpha2 {
        "US" => 760,
        "IN" => 150,
        "GB" => 140,
        "BR" | "CA" | "DE" => 75,
        "FR" => 65,
        "ES" | "IT" | "AU" => 45,
        "CN" | "MX" | "NL" => 40,
        "ZA" | "TR" | "JP" => 25,
        "ID" | "CO" | "AR" | "RU" | "PH" | "SE" | "BE" | "CH" | "PL" => 20,
        "NG" | "CL" | "MY" | "PK" | "IE" | "SG" | "AE" | "PT" | "DK" | "NO" | "IL" => 12,
        "SA" | "EG" | "GR" | "UA" | "RO" | "AT" | "FI" | "CZ" | "NZ" | "KR" | "VN" | "PE" | "TW" => 9,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_gazetteer_is_a_place_on_earth() {
        let places = Places::new();
        assert_eq!(places.all.len(), GAZETTEER.lines().count() - 1);
        for p in &places.all {
            assert!(p.latitude.parse::<f64>().unwrap().abs() <= 90.0, "{}", p.full);
            assert!(p.longitude.parse::<f64>().unwrap().abs() <= 180.0, "{}", p.full);
            assert!(p.alpha2.len() == 2 && p.alpha3.len() == 3 && !p.continent.is_empty(), "{}", p.full);
        }
        assert!(GAZETTEER.len() < 120_000);
    }

    #[test]
    fn a_city_nearby_is_in_the_same_country() {
        let places = Places::new();
        let mut draw = Draw::new(1, 1, 1);
        for i in 0..places.all.len() {
            let near = places.near(i, &mut draw);
            assert_eq!(places.get(i).alpha2, places.get(near).alpha2);
        }
    }
}

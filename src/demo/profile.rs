//! The basic profile, the names and the street addresses of a record.

use super::World;
use super::career::write_normalized_title;
use super::dates::{AS_OF, NOW};
use super::draft::{Draft, Wrong};
use super::draw::Draw;
use super::employers::{SECTORS, Sector, stem};
use super::json::Json;

/// Writes the `basic_profile` family.
pub(super) fn write_basics(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let main = draft.career.main();
    let sector = main.map_or(&SECTORS[0], |r| &world.employers.get(r.employer).sector);
    j.key("basic_profile").map(|j| {
        j.key("name").text(&draft.name);
        draft.text_in_10k(j, "first_name", &draft.given, 9900, draw);
        draft.text_in_10k(j, "last_name", &draft.family, 9900, draw);
        let headline = headline(draft, world, draw);
        draft.text_in_10k(j, "headline", &headline, 9300, draw);
        match main {
            Some(role) => j.key("current_title").text(&role.title),
            None => draft.missing_text(j, "current_title", draw),
        }
        if draw.percent(45) {
            j.key("summary").text(&summary(sector, world, draw));
        } else {
            draft.missing_text(j, "summary", draw);
        }
        write_languages(draft, draw, j);
        if draw.percent(95) {
            write_location(draft, world, draw, j);
        } else {
            draft.missing_list(j, "location", "{}", draw);
        }
        draft.text_in_10k(j, "professional_network_name", &draft.name, 6000, draw);
        let picture = format!("https://pictures.example/{}.jpg", draft.code);
        draft.text_in_10k(j, "profile_picture_permalink", &picture, 5500, draw);
        if let Some(role) = main.filter(|_| draw.percent(85)) {
            write_normalized_title(role, draw, j);
        }
        write_birth(draft, draw, j);
        if draft.extra == Some(3) {
            j.key("star_sign").text(draw.pick(&["leo", "virgo", "libra"]));
        }
        if draft.wrong == Some(Wrong::UpdatedInWords) {
            j.key("last_updated").text("last week");
        } else {
            let (month, day) = (draw.between(1, 6), draw.between(1, 28));
            j.key("last_updated").plain(format_args!("2026-{month:02}-{day:02}T00:00:00{}", draft.zone));
        }
    });
}

/// Gender, birth year and date at the rates of a dataset of consumers; a birth date goes with a year.
fn write_birth(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    if draw.in_10k(6509) {
        j.key("gender").text(if draft.female { "female" } else { "male" });
    }
    let (year, month, day) = draft.birth;
    if draw.in_10k(497) {
        j.key("birth_year").int(i64::from(year));
        match draw.below(100) {
            0..27 => (),
            27..37 => j.key("birth_date").plain(format_args!("{year}")),
            37..47 => j.key("birth_date").plain(format_args!("{year}-{month:02}")),
            _ => j.key("birth_date").plain(format_args!("{year}-{month:02}-{day:02}")),
        }
    }
}

fn headline(draft: &Draft, world: &World, draw: &mut Draw) -> String {
    let Some(role) = draft.career.main() else {
        let age = AS_OF.0 - draft.birth.0;
        return (draw.pick(if age < 30 {
            &["Student", "Open to work", "--"]
        } else {
            &["Retired", "Open to work", "--"]
        }))
        .to_owned();
    };
    let employer = world.employers.get(role.employer);
    let mut text = String::with_capacity(80);
    match draw.below(10) {
        0..=4 => text.extend([role.title.as_str(), " at ", &employer.name]),
        5 => text.push_str(&role.title),
        6 | 7 => {
            let (a, b) = (world.skills.draw(draft.function, draw), world.skills.draw(draft.function, draw));
            text.extend([role.title.as_str(), " | ", a, " | ", b]);
        }
        8 => text.extend([role.title.as_str(), " @ ", &employer.name, " • ", employer.sector.industry]),
        _ => {
            text.push_str("Helping with ");
            world.words.phrase(draw, &mut text);
        }
    }
    text
}

fn summary(sector: &Sector, world: &World, draw: &mut Draw) -> String {
    let mut text = String::with_capacity(600);
    for k in 0..1 + draw.below(8).min(draw.below(10)) {
        text.push_str(if k == 0 { "" } else { draw.pick(&[" ", " ", " ", "\n", "\n\n"]) });
        world.words.about(sector, draw, &mut text);
    }
    text
}

fn write_languages(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    if draft.wrong == Some(Wrong::LanguagesAsText) {
        return j.key("languages").text("English, some Spanish");
    }
    let rate = draw.below(1000);
    match rate {
        0..620 => {
            let mother = LANGUAGES[draft.culture.number % LANGUAGES.len()];
            let n = draw.below(4).min(draw.below(4)) as usize;
            let mut list = vec![mother];
            for _ in 0..n {
                let other = draw.pick_front(&LANGUAGES);
                if !list.contains(&other) {
                    list.push(other);
                }
            }
            j.key("languages").texts(list);
        }
        620..625 => j.key("languages").raw("[null]"),
        _ => draft.missing_list(j, "languages", "[]", draw),
    }
}

/// One a culture, in the order of the cultures, then some more.
const LANGUAGES: [&str; 28] = [
    "English",
    "Spanish",
    "Portuguese",
    "French",
    "German",
    "Italian",
    "Dutch",
    "Swedish",
    "Polish",
    "Russian",
    "Greek",
    "Turkish",
    "Arabic",
    "Hindi",
    "Chinese",
    "Japanese",
    "Korean",
    "Vietnamese",
    "Indonesian",
    "Swahili",
    "Catalan",
    "Norwegian",
    "Czech",
    "Ukrainian",
    "Hebrew",
    "Tamil",
    "Yoruba",
    "Esperanto",
];

/// Writes a location map with the spelling of the country that the record uses.
fn write_location(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let place = world.places.get(draft.place);
    j.key("location").map(|j| {
        if place.metro {
            draft.missing_text(j, "city", draw);
        } else {
            draft.text_in_10k(j, "city", place.name, 9300, draw);
        }
        if place.state.is_empty() {
            draft.missing_text(j, "state", draw);
        } else {
            draft.text_in_10k(j, "state", place.state, 9500, draw);
        }
        j.key("country").text(draft.country);
        draft.text_in_10k(j, "continent", place.continent, 9500, draw);
        let full = if draft.country == place.country {
            place.full.clone()
        } else {
            place.full.replace(place.country, draft.country)
        };
        match place.alternates.first() {
            Some(other) if draw.percent(8) => j.key("raw").text(other),
            _ => j.key("raw").text(&full),
        }
        draft.text_in_10k(j, "full_location", &full, 7000, draw);
        if draw.in_10k(3252) {
            j.key("latitude").raw(place.latitude);
            j.key("longitude").raw(place.longitude);
        }
    });
}

/// Writes the location leaves that the network shows.
pub(super) fn write_network_location(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let place = world.places.get(draft.place);
    j.key("location").map(|j| {
        j.key("city").text(if place.metro { "" } else { place.name });
        j.key("state").text(place.state);
        j.key("country").text(draft.country);
        j.key("continent").text(place.continent);
        draft.text_in_10k(j, "raw", &place.full, 9000, draw);
    });
}

/// Writes the extension array `names`.
pub(super) fn write_names(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    if !draw.in_10k(9487) {
        return;
    }
    let second = if draw.percent(5) { Some(ascii_name(draft)) } else { None };
    j.key("names").list(|j| {
        j.map(|j| {
            j.key("name").text(&draft.name);
            j.key("first_name").text(&draft.given);
            match &draft.middle {
                Some(middle) => j.key("middle_name").text(middle),
                None => j.key("middle_name").raw("null"),
            }
            j.key("last_name").text(&draft.family);
            match draft.suffix {
                Some(suffix) => j.key("suffix").text(suffix),
                None => j.key("suffix").raw("null"),
            }
            j.key("is_primary").bool(true);
        });
        if let Some((given, family)) = second {
            j.map(|j| {
                j.key("name").text(&format!("{given} {family}"));
                j.key("first_name").text(&given);
                j.key("last_name").text(&family);
                j.key("is_primary").bool(false);
            });
        }
    });
}

/// Another name of the same person: the spelling in plain ASCII, with an initial.
fn ascii_name(draft: &Draft) -> (String, String) {
    let capital = |s: &str| {
        s.get(..1).map(|c| c.to_ascii_uppercase() + s.get(1..).unwrap_or_default()).unwrap_or_default()
    };
    (capital(draft.ascii.0.get(..1).unwrap_or_default()) + ".", capital(&draft.ascii.1))
}

/// Writes the extension array `street_addresses`; streets and postal codes are invented.
pub(super) fn write_street_addresses(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.in_10k(1674) {
        return;
    }
    j.key("street_addresses").list(|j| {
        for k in 0..1 + draw.below(3).min(draw.below(3)) {
            let near = if k == 0 { draft.place } else { world.places.near(draft.place, draw) };
            write_street_address(world.places.get(near), draw, j);
        }
    });
}

fn write_street_address(place: &super::places::Place, draw: &mut Draw, j: &mut Json) {
    let (street, number) = (stem(draw.below(4000) as usize), draw.between(1, 2400));
    let kind = draw.pick_front(&["Street", "Avenue", "Road", "Lane", "Drive", "Court", "Square"]);
    // Codes of the United States begin at 00501.
    let postal_code = format!("00{:03}", draw.below(500));
    j.map(|j| {
        j.key("name").text(&format!("{number} {street} {kind}, {}", place.full));
        j.key("street_address").text(&format!("{number} {street} {kind}"));
        if draw.percent(13) {
            j.key("address_line_2").text(&format!(
                "{} {}",
                draw.pick(&["Apt", "Suite", "Floor"]),
                draw.between(1, 40)
            ));
        } else {
            j.key("address_line_2").raw("null");
        }
        if place.metro {
            j.key("city").raw("null")
        } else {
            j.key("city").text(place.name)
        }
        j.key("state").text(place.state);
        j.key("country").text(place.country);
        j.key("continent").text(place.continent);
        j.key("postal_code").text(&postal_code);
        if draw.percent(69) {
            j.key("latitude").raw(place.latitude);
            j.key("longitude").raw(place.longitude);
        }
        if draw.percent(32) {
            super::contact::write_day(j.key("last_updated"), NOW - draw.between(0, 100), draw);
        }
    });
}

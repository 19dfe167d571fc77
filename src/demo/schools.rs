//! Invented schools, degrees and fields of study.

use super::draw::{Draw, Skew};
use super::employers::stem;
use super::json::Json;
use super::places::Places;

const SCHOOLS: usize = 3000;

/// One school, with its members of a school object written out beforehand.
pub(super) struct School {
    pub(super) name: String,
    /// Members of a school object, from `professional_network_id` on.
    pub(super) leaves: String,
}

/// All schools, the most frequent first.
pub(super) struct Schools {
    all: Vec<School>,
    skew: Skew,
}

impl Schools {
    pub(super) fn new(seed: u64, places: &Places) -> Schools {
        let all = (0..SCHOOLS).map(|n| school(seed, n, places)).collect();
        Schools { all, skew: Skew::zipf(SCHOOLS, 15) }
    }

    pub(super) fn draw(&self, draw: &mut Draw) -> &School {
        &self.all[self.skew.draw(draw)]
    }
}

fn school(seed: u64, n: usize, places: &Places) -> School {
    let mut draw = Draw::new(seed, 3, n as u64);
    let place = places.get(places.draw(&mut draw));
    let stem = stem((n * 6007 + 11) % 20_000);
    let name = match (draw.below(8), place.alpha2) {
        (0..=2, "DE" | "AT" | "CH") => format!("Universität {stem}"),
        (0..=2, "FR" | "BE") => format!("Université de {stem}"),
        (0..=2, "ES" | "MX" | "AR" | "CO") => format!("Universidad de {stem}"),
        (0..=2, "BR" | "PT") => format!("Universidade de {stem}"),
        (0 | 1, _) => format!("University of {stem}"),
        (2 | 3, _) => format!("{stem} University"),
        (4, _) => format!("{stem} State University"),
        (5, _) => format!("{stem} Institute of Technology"),
        (6, _) => format!("{stem} College"),
        _ => format!("{stem} Business School"),
    };
    let mut leaves = String::new();
    let mut j = Json::new(&mut leaves);
    j.key("professional_network_id").plain(format_args!(
        "{}",
        if !n.is_multiple_of(9) { (4000 + n * 13).to_string() } else { String::new() }
    ));
    if n % 5 < 2 {
        j.key("institute_logo_url").plain(format_args!("https://logos.example/school/{n}.png"));
    } else {
        j.key("institute_logo_url").raw("null");
    }
    if n % 5 > 2 {
        j.key("location").map(|j| {
            let state = if place.state.is_empty() { None } else { Some(place.state) };
            j.key("city").text(place.name);
            match state {
                Some(state) => j.key("state").text(state),
                None => j.key("state").raw("null"),
            }
            j.key("country").text(place.country);
            j.key("continent").text(place.continent);
            j.key("raw").text(&place.full);
        });
    }
    School { name, leaves }
}

/// The first are the likeliest.
pub(super) const DEGREES: [&str; 44] = [
    "Bachelor of Science",
    "Bachelor of Arts",
    "Bachelor's degree",
    "Master of Science",
    "Master's degree",
    "BS",
    "BA",
    "Master of Business Administration",
    "MBA",
    "Bachelor of Science - BS",
    "Bachelor of Technology",
    "MSc",
    "BSc",
    "Bachelor of Engineering",
    "Master of Arts",
    "High School Diploma",
    "Associate of Arts",
    "Bachelor of Commerce",
    "B.Sc.",
    "M.Sc.",
    "B.Tech",
    "Doctor of Philosophy",
    "PhD",
    "Bachelor of Business Administration",
    "Associate of Applied Science",
    "Diploma",
    "Certificate",
    "Master of Engineering",
    "Juris Doctor",
    "Doctor of Medicine",
    "Bachelor of Fine Arts",
    "Master of Education",
    "Master of Public Health",
    "Bachelor of Laws",
    "Licenciatura",
    "Diplom",
    "Laurea",
    "Magister",
    "Licence",
    "Ingénieur",
    "Staatsexamen",
    "Bacharelado",
    "Postgraduate Diploma",
    "Executive MBA",
];

/// Heads of fields of study; half of the time one of [`FIELD_TURNS`] follows. The first are the likeliest.
pub(super) const FIELDS: [&str; 64] = [
    "Computer Science",
    "Business Administration",
    "Economics",
    "Psychology",
    "Mechanical Engineering",
    "Marketing",
    "Electrical Engineering",
    "Accounting",
    "Finance",
    "Biology",
    "Communication",
    "Political Science",
    "English",
    "Mathematics",
    "Law",
    "Civil Engineering",
    "Information Technology",
    "Nursing",
    "History",
    "Chemistry",
    "Sociology",
    "Management",
    "Physics",
    "Journalism",
    "Industrial Engineering",
    "International Relations",
    "Graphic Design",
    "Human Resources",
    "Statistics",
    "Chemical Engineering",
    "Education",
    "Architecture",
    "Philosophy",
    "Data Science",
    "Medicine",
    "Public Health",
    "Biotechnology",
    "Fine Arts",
    "Logistics",
    "Environmental Science",
    "Linguistics",
    "Hospitality",
    "Pharmacy",
    "Aerospace Engineering",
    "Materials Science",
    "Social Work",
    "Public Administration",
    "Anthropology",
    "Geography",
    "Film Studies",
    "Music",
    "Geology",
    "Robotics",
    "Agronomy",
    "Neuroscience",
    "Theology",
    "Art History",
    "Urban Planning",
    "Library Science",
    "Actuarial Science",
    "Veterinary Medicine",
    "Oceanography",
    "Classics",
    "Cognitive Science",
];

pub(super) const FIELD_TURNS: [&str; 8] = [
    " and Management",
    " with Honours",
    ", General",
    " and Statistics",
    " (minor in Economics)",
    " Education",
    " and Policy",
    " Research",
];

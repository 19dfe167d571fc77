//! The generator of invented people: the same seed and number give the same person on every machine.
//!
//! - `people`: the generator; `profile`, `career`, `learning`, `contact`, `network` and `platform` write the
//!   families of a record; `draft` holds what they share
//! - `leads`: a list of leads about the same people, as CSV
//! - `names`, `places`, `employers`, `schools`, `titles`, `skills`, `words`: the tables
//! - `draw`: random numbers; `json`: text; `dates`: months
//!
//! What is drawn how often is in `docs/data-model.md`.

mod career;
mod contact;
mod dates;
mod draft;
mod draw;
mod employers;
mod json;
mod leads;
mod learning;
mod names;
mod network;
mod people;
mod places;
mod platform;
mod profile;
mod schools;
mod skills;
mod titles;
mod words;

pub use leads::Leads;
pub use people::{DATA_MODEL_VERSION, DEFAULT_SEED, People};

/// The tables behind all people, made once.
struct World {
    seed: u64,
    places: places::Places,
    cultures: Vec<names::Culture>,
    employers: employers::Employers,
    schools: schools::Schools,
    skills: skills::Skills,
    words: words::Words,
}

impl World {
    fn new(seed: u64) -> World {
        let places = places::Places::new();
        World {
            seed,
            cultures: names::cultures(),
            employers: employers::Employers::new(seed, &places),
            schools: schools::Schools::new(seed, &places),
            skills: skills::Skills::new(),
            words: words::Words::new(),
            places,
        }
    }
}

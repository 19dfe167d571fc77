//! Invented people, one JSON object each, by seed and number.

use std::io;
use std::ops::Range;

use rayon::prelude::*;

use super::World;
use super::career::{write_experience, write_totals};
use super::contact::{write_contact, write_typed};
use super::draft::{Draft, draft};
use super::draw::{Draw, shuffle};
use super::json::{Json, escape_unicode};
use super::learning::{write_certifications, write_education, write_honors, write_skills};
use super::network::{write_handles, write_identifiers, write_network, write_social_profiles};
use super::platform::write_platforms;
use super::profile::{write_basics, write_names, write_street_addresses};

/// Version of the data model; `docs/data-model.md` freezes what it stands for.
pub const DATA_MODEL_VERSION: u32 = 1;

/// Seed of the people in `data/people.jsonl.zst`, of the demo and of the benches.
pub const DEFAULT_SEED: u64 = 20_260_630;

/// People that one worker writes at a time.
const BLOCK: u64 = 256;

/// All people of a seed. Person `i` depends on nothing but seed and `i`, so any range can be made anywhere, in any
/// order and by any number of threads. Making the tables behind them takes some 20 ms.
pub struct People {
    world: World,
}

impl People {
    /// The people of `seed`.
    pub fn new(seed: u64) -> People {
        People { world: World::new(seed) }
    }

    /// Appends person number `i` to `out`, as one compact JSON object without a line end; some 5 kB.
    /// Ids, slugs and codes are distinct for all `i` below 2^32.
    pub fn person(&self, i: u64, out: &mut String) {
        let start = out.len();
        let mut draw = Draw::new(self.world.seed, 1, i);
        let draft = draft(&self.world, i, &mut draw);
        write_person(&draft, &self.world, &mut draw, &mut Json::new(out));
        if draft.escapes {
            escape_unicode(out, start);
        }
    }

    /// Writes the people of a range as JSON lines, in order, made by all threads of the current rayon pool.
    /// Memory is bounded: a few megabytes a thread, however long the range.
    ///
    /// # Errors
    /// What `out` reports; some of the people are written then.
    pub fn write(&self, range: Range<u64>, mut out: impl io::Write) -> io::Result<()> {
        let mut texts = vec![String::new(); rayon::current_num_threads() * 4];
        let mut next = range.start;
        while next < range.end {
            texts.par_iter_mut().enumerate().for_each(|(k, text)| {
                text.clear();
                let first = next.saturating_add(k as u64 * BLOCK).min(range.end);
                for i in first..first.saturating_add(BLOCK).min(range.end) {
                    self.person(i, text);
                    text.push('\n');
                }
            });
            texts.iter().try_for_each(|text| out.write_all(text.as_bytes()))?;
            next = next.saturating_add(texts.len() as u64 * BLOCK);
        }
        out.flush()
    }

    pub(super) fn seed(&self) -> u64 {
        self.world.seed
    }

    /// Who person `i` is, for what is derived from people.
    pub(super) fn draft(&self, i: u64) -> Draft<'_> {
        draft(&self.world, i, &mut Draw::new(self.world.seed, 1, i))
    }

    /// Name of an employer by its index.
    pub(super) fn employer_name(&self, employer: usize) -> &str {
        &self.world.employers.get(employer).name
    }
}

fn write_person(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    j.open('{');
    // The others get their id from a key: all of them have a profile URL.
    if draw.percent(97) {
        j.key("crustdata_person_id").int((1_000_000 + shuffle(world.seed, draft.i)) as i64);
    }
    write_basics(draft, world, draw, j);
    write_handles(draft, draw, j);
    write_network(draft, world, draw, j);
    write_totals(draft, draw, j);
    write_experience(draft, world, draw, j);
    write_education(draft, world, draw, j);
    write_skills(draft, world, draw, j);
    write_contact(draft, draw, j);
    write_certifications(draft, world, draw, j);
    write_honors(draft, world, draw, j);
    write_platforms(draft, world, draw, j);
    write_names(draft, draw, j);
    write_typed(draft, draw, j);
    write_social_profiles(draft, world, draw, j);
    write_street_addresses(draft, world, draw, j);
    write_tastes(draft, world, draw, j);
    write_identifiers(draft, world, draw, j);
    write_rest(draft, draw, j);
    j.close('}');
}

/// Interests and industries.
fn write_tastes(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if draw.in_10k(407) {
        let n = draw.between(1, 8) as usize;
        let first = draw.below(INTERESTS.len() as u32) as usize;
        j.key("interests").texts((0..n).map(|k| INTERESTS[(first + k * 7) % INTERESTS.len()]));
    }
    if let Some(role) = draft.career.main().filter(|_| draw.in_10k(1400)) {
        j.key("industries").texts([world.employers.get(role.employer).sector.industry]);
    }
}

/// Metadata, assessment and the unknown keys.
fn write_rest(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    j.key("metadata").map(|j| {
        let (month, day, hour) = (draw.between(1, 6), draw.between(1, 28), draw.between(0, 23));
        let micros = draw.below(1_000_000);
        match draw.below(10) {
            0..=6 => j
                .key("updated_at")
                .plain(format_args!("2026-{month:02}-{day:02}T{hour:02}:00:00{}", draft.zone)),
            7 | 8 => j
                .key("updated_at")
                .plain(format_args!("2026-{month:02}-{day:02}T{hour:02}:30:15.{micros:06}+00:00")),
            _ => j.key("updated_at").plain(format_args!("2025-{month:02}-{day:02}T{hour:02}:45:00Z")),
        }
        let source = draw.pick_front(&["web", "partner_feed", "import"]);
        draft.text_in_10k(j, "last_scraped_source", source, 6000, draw);
    });
    if draw.percent(40) {
        let tier = draw.weighted(&[60, 30, 10]);
        j.key("assessment").map(|j| {
            j.key("authenticity").map(|j| {
                j.key("tier").text(["high", "medium", "low"][tier]);
                j.key("verdict").text(["authentic", "likely authentic", "doubtful"][tier]);
            });
        });
    }
    match draft.extra {
        Some(1) => j.key("x_crm_score").raw(&format!("0.{}", 1 + draw.below(98))),
        Some(2) => j.key("vendor_notes").raw(r#"{"tags":["imported",null],"batch":{"id":17,"ok":true}}"#),
        _ => (),
    }
}

const INTERESTS: [&str; 48] = [
    "travel",
    "reading",
    "photography",
    "music",
    "cooking",
    "sports",
    "football",
    "cycling",
    "running",
    "hiking",
    "skiing",
    "chess",
    "gardening",
    "painting",
    "film",
    "theatre",
    "dancing",
    "yoga",
    "sailing",
    "climbing",
    "astronomy",
    "history",
    "languages",
    "education",
    "children",
    "environment",
    "animal welfare",
    "human rights",
    "health",
    "science and technology",
    "economic empowerment",
    "arts and culture",
    "civil rights and social action",
    "politics",
    "poverty alleviation",
    "disaster and humanitarian relief",
    "board games",
    "woodworking",
    "pottery",
    "fishing",
    "birdwatching",
    "swimming",
    "tennis",
    "basketball",
    "motorcycles",
    "wine",
    "coffee",
    "philosophy",
];

#[cfg(test)]
#[path = "people_tests.rs"]
mod tests;

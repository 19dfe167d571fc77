//! Sentences for summaries and role descriptions, put together from word tables.

use super::draw::{Draw, Skew};
use super::employers::{Sector, stem};

/// The word tables with their skews.
pub(super) struct Words {
    verbs: Vec<&'static str>,
    nouns: Vec<&'static str>,
    adjectives: Vec<&'static str>,
    verb_skew: Skew,
    noun_skew: Skew,
    adjective_skew: Skew,
}

impl Words {
    pub(super) fn new() -> Words {
        let split = |table: &'static str| table.split_whitespace().collect::<Vec<_>>();
        let (verbs, nouns, adjectives) = (split(VERBS), split(NOUNS), split(ADJECTIVES));
        Words {
            verb_skew: Skew::zipf(verbs.len(), 2),
            noun_skew: Skew::zipf(nouns.len(), 4),
            adjective_skew: Skew::zipf(adjectives.len(), 2),
            verbs,
            nouns,
            adjectives,
        }
    }

    fn verb(&self, draw: &mut Draw) -> &'static str {
        self.verbs[self.verb_skew.draw(draw)]
    }

    fn noun(&self, draw: &mut Draw) -> &'static str {
        self.nouns[self.noun_skew.draw(draw)]
    }

    fn adjective(&self, draw: &mut Draw) -> &'static str {
        self.adjectives[self.adjective_skew.draw(draw)]
    }

    /// One sentence about a role, with its full stop.
    pub(super) fn duty(&self, sector: &Sector, draw: &mut Draw, out: &mut String) {
        let start = out.len();
        out.push_str(self.verb(draw));
        match draw.below(5) {
            0 => out.extend([
                " ",
                self.adjective(draw),
                " ",
                self.noun(draw),
                " for ",
                draw.pick(sector.things),
            ]),
            1 => out.extend([
                " a team of ",
                TEAM[draw.below(8) as usize],
                " for ",
                self.adjective(draw),
                " ",
                self.noun(draw),
            ]),
            2 => out.extend([" ", draw.pick(sector.things), " and the ", self.noun(draw), " behind it"]),
            3 => out.extend([" ", self.noun(draw), " and ", self.noun(draw), " across ", draw.pick(&SCOPES)]),
            _ => {
                let project = stem(draw.below(20_000) as usize);
                out.extend([
                    " project ",
                    &project,
                    ", ",
                    self.adjective(draw),
                    " ",
                    self.noun(draw),
                    " for ",
                    draw.pick(&SCOPES),
                ]);
            }
        }
        out.push('.');
        capitalise(out, start);
    }

    /// One sentence of an "about" text, with its full stop.
    pub(super) fn about(&self, sector: &Sector, draw: &mut Draw, out: &mut String) {
        let opening = draw.pick_front(&OPENINGS);
        match draw.below(10) {
            0 | 1 => out.extend([
                opening,
                " ",
                self.noun(draw),
                " and ",
                self.adjective(draw),
                " ",
                self.noun(draw),
                ".",
            ]),
            2 | 3 => {
                let thing = draw.pick(sector.things);
                out.extend([opening, " ", thing, ", ", self.noun(draw), " and ", self.noun(draw), "."]);
            }
            4 | 5 => out.extend([
                opening,
                " ",
                self.adjective(draw),
                " ",
                self.noun(draw),
                " in ",
                draw.pick(&SCOPES),
                ".",
            ]),
            6 => {
                let project = stem(draw.below(20_000) as usize);
                out.extend([
                    opening,
                    " ",
                    self.noun(draw),
                    " such as ",
                    &project,
                    ", a tool for ",
                    self.noun(draw),
                    ".",
                ]);
            }
            _ => {
                let (start, thing) = (out.len(), draw.pick(sector.things));
                out.extend([
                    self.verb(draw),
                    " ",
                    thing,
                    " with ",
                    self.adjective(draw),
                    " ",
                    self.noun(draw),
                    ".",
                ]);
                capitalise(out, start);
            }
        }
    }

    /// Two or three words without a full stop.
    pub(super) fn phrase(&self, draw: &mut Draw, out: &mut String) {
        out.extend([self.adjective(draw), " ", self.noun(draw)]);
        if draw.percent(30) {
            out.extend([" ", self.noun(draw)]);
        }
    }
}

/// Makes the ASCII letter at byte `start` a capital.
fn capitalise(out: &mut str, start: usize) {
    if let Some(first) = out.get_mut(start..start + 1) {
        first.make_ascii_uppercase();
    }
}

const TEAM: [&str; 8] = ["two", "three", "four", "five", "eight", "ten", "fifteen", "thirty"];

const SCOPES: [&str; 24] = [
    "several regions",
    "the northern market",
    "three business units",
    "a growing start-up",
    "small and medium customers",
    "public institutions",
    "the whole group",
    "global accounts",
    "rural communities",
    "five countries",
    "the Nordic countries",
    "Latin America",
    "South-East Asia",
    "the Middle East",
    "a remote-first company",
    "hospitals and clinics",
    "family businesses",
    "schools and universities",
    "large retailers",
    "online shops",
    "the export department",
    "two plants",
    "the head office",
    "startups and scale-ups",
];

const OPENINGS: [&str; 16] = [
    "Experienced in",
    "I work on",
    "Passionate about",
    "Ten years of",
    "My focus is on",
    "Strong background in",
    "I enjoy",
    "Currently exploring",
    "Interested in",
    "Known for",
    "I help organisations with",
    "Responsible for",
    "Always learning about",
    "I write and speak about",
    "After hours I care about",
    "Looking for new ways of",
];

const VERBS: &str = "managed led developed built supported designed improved coordinated planned implemented launched created \
    delivered maintained reduced increased analysed introduced organised prepared trained negotiated monitored tested oversaw \
    automated reviewed streamlined documented established presented migrated evaluated scaled coached audited drafted rebuilt \
    simplified restructured forecast translated supervised researched piloted consolidated commissioned benchmarked curated \
    prototyped calibrated championed refined resolved procured mapped catalogued dispatched retooled rescued";

const ADJECTIVES: &str = "new internal daily technical strategic complex reliable digital regional weekly modern key secure global \
    cross-functional long-term efficient quarterly large-scale sustainable measurable automated clinical financial commercial \
    operational local agile transparent scalable innovative custom seasonal experimental critical annual robust creative lean \
    collaborative regulatory urgent bilingual open-source predictive mobile resilient accessible tailored multilingual rigorous \
    hands-on award-winning decentralised circular quantitative intuitive meticulous unconventional";

const NOUNS: &str = "projects customers processes teams systems reporting sales products operations quality training data strategy \
    analysis budgets service research planning marketing compliance software suppliers contracts logistics partners delivery \
    security campaigns events platforms testing growth forecasts documentation onboarding communication hiring schedules design \
    audits support procurement integration performance risk maintenance pricing inventory policies infrastructure workshops \
    standards accounts requirements releases dashboards stakeholders negotiations safety payments innovation invoices pipelines \
    interfaces analytics surveys partnerships relationships roadmaps content migrations automation efficiency architecture \
    prototypes governance volunteers warehouses laboratories curricula machines fundraising translations exhibitions \
    publications simulations patents tenders satellites orchards vessels archives algorithms sensors turbines enzymes textiles \
    glaciers vineyards choirs mosaics lighthouses telescopes beehives harpsichords microclimates cartography ferries \
    watersheds apprenticeships hydroponics beekeeping marathons ceramics astronomy woodworking gardening chess robotics";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::employers::SECTORS;

    #[test]
    fn sentences_start_with_a_capital_and_end_with_a_full_stop() {
        let (words, mut draw) = (Words::new(), Draw::new(1, 1, 1));
        for _ in 0..1000 {
            for write in [Words::duty, Words::about] {
                let mut out = String::new();
                write(&words, &draw.pick(&SECTORS), &mut draw, &mut out);
                assert!(out.starts_with(char::is_uppercase) && out.ends_with('.'), "{out:?}");
                assert!(!out.contains("  "), "{out:?}");
            }
        }
    }
}

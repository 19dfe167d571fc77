//! A person's career: roles whose dates fit together, drawn against the frozen day.

use super::World;
use super::dates::{Month, NOW, month_of, year_of, years_bucket};
use super::draft::{Draft, Wrong};
use super::draw::Draw;
use super::json::Json;
use super::titles::{FUNCTION_WEIGHTS, FUNCTIONS, LEVELS, draw_level, title};

/// One role of a person.
pub(super) struct Role {
    /// Index among the employers.
    pub(super) employer: usize,
    pub(super) title: String,
    pub(super) level: usize,
    pub(super) function: usize,
    specialisation: &'static str,
    start: Month,
    /// None while the role is held.
    end: Option<Month>,
    is_default: bool,
}

/// All roles of a person, current ones first, each part newest first.
#[derive(Default)]
pub(super) struct Career {
    pub(super) current: Vec<Role>,
    pub(super) past: Vec<Role>,
    /// Months from the first start to the last end.
    pub(super) months: Month,
}

impl Career {
    /// The role that stands for the person: the default one, else the latest.
    pub(super) fn main(&self) -> Option<&Role> {
        self.current.first().or(self.past.first())
    }

    /// Whether the main role began within the last three months.
    fn changed_lately(&self) -> bool {
        self.current.first().is_some_and(|r| NOW - r.start < 3)
    }
}

const CURRENT_WEIGHTS: [u32; 4] = [8, 76, 13, 3];
const PAST_WEIGHTS: [u32; 9] = [31, 29, 19, 10, 5, 3, 1, 1, 1];

/// Draws the career of someone who could have begun to work in month `adult`.
pub(super) fn career(world: &World, adult: Month, function: usize, place: usize, draw: &mut Draw) -> Career {
    let span = NOW - adult;
    if span < 2 || draw.percent(7) {
        return Career::default();
    }
    let months = span - draw.between(0, 48).min(span - 1);
    let currents = draw.weighted(&CURRENT_WEIGHTS);
    let pasts = draw.weighted(&PAST_WEIGHTS).min((months / 4) as usize);
    let first = NOW - months;
    let mut career = Career::default();
    // The main line: past roles one after the other, then the default role up to now.
    let segments = pasts + usize::from(currents > 0);
    let mut start = first;
    for k in 0..segments {
        let left = (segments - k) as i32;
        let share = (NOW - start) / left;
        let is_last = left == 1 && currents > 0;
        let held = match left {
            1 if is_last => NOW - start,
            1 => draw.between(1, NOW - start),
            _ => draw.between(share / 3, share * 5 / 3).max(1),
        };
        let end = (!is_last).then_some((start + held).min(NOW));
        let role = role(world, first, start, end, function, place, draw);
        if is_last {
            career.current.push(Role { is_default: true, ..role })
        } else {
            career.past.push(role)
        }
        let pause = if draw.percent(25) { draw.between(1, 9) } else { 0 };
        start = (start + held + pause).min(NOW - 1);
    }
    // Second jobs, board seats and the like began at any time.
    for _ in 1..currents {
        let start = first + draw.between(months / 3, months - 1);
        career.current.push(role(world, first, start, None, function, place, draw));
    }
    career.past.reverse();
    let last_end = if currents > 0 { Some(NOW) } else { career.past.first().and_then(|r| r.end) };
    career.months = last_end.map_or(0, |end| end - first);
    career
}

fn role(
    world: &World,
    first: Month,
    start: Month,
    end: Option<Month>,
    function: usize,
    place: usize,
    draw: &mut Draw,
) -> Role {
    let function = if draw.percent(88) { function } else { draw.weighted(&FUNCTION_WEIGHTS) };
    let specialisation = draw.pick_front(FUNCTIONS[function].specialisations);
    let level = draw_level((start - first) / 12, draw);
    let mut name = String::with_capacity(40);
    title(level, &FUNCTIONS[function], specialisation, draw, &mut name);
    match draw.below(1000) {
        0..20 => name.make_ascii_lowercase(),
        20..30 => name.make_ascii_uppercase(),
        _ => (),
    }
    // Most people work for an employer of their own country, if the first few drawn include one.
    let mut employer = world.employers.draw(draw);
    let home = world.places.get(place).alpha2;
    for _ in 0..3 {
        if world.places.get(world.employers.get(employer).place).alpha2 == home {
            break;
        }
        employer = world.employers.draw(draw);
    }
    Role { employer, title: name, level, function, specialisation, start, end, is_default: false }
}

/// Writes the `experience` family.
pub(super) fn write_experience(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let career = &draft.career;
    if career.main().is_none() {
        return draft.missing_list(
            j,
            "experience",
            "{\"employment_details\":{\"current\":[],\"past\":[]}}",
            draw,
        );
    }
    j.key("experience").map(|j| {
        j.key("employment_details").map(|j| {
            for (key, roles) in [("current", &career.current), ("past", &career.past)] {
                j.key(key).list(|j| roles.iter().for_each(|r| write_role(r, draft, world, draw, j)));
            }
        });
    });
}

fn write_role(role: &Role, draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let employer = world.employers.get(role.employer);
    j.map(|j| {
        j.key("name").text(&employer.name);
        j.key("title").text(&role.title);
        if draw.percent(26) {
            let mut text = String::with_capacity(400);
            for k in 0..1 + draw.below(5).min(draw.below(5)) {
                text.push_str(if k == 0 { "" } else { draw.pick(&[" ", " ", "\n", "\n- "]) });
                world.words.duty(&employer.sector, draw, &mut text);
            }
            j.key("description").text(&text);
        } else {
            draft.missing_text(j, "description", draw);
        }
        write_times(role, draft, draw, j);
        j.key("employment_type").text(employment_type(role.level, draw));
        j.key("seniority_level").text(LEVELS[role.level]);
        j.key("function_category").text(if draw.percent(93) { FUNCTIONS[role.function].name } else { "" });
        match draw.below(10) {
            0..=5 => {
                let near = if draw.percent(70) { draft.place } else { world.places.near(draft.place, draw) };
                j.key("location").map(|j| j.key("raw").text(&world.places.get(near).full));
            }
            6 => j.key("location").map(|j| j.key("raw").text("")),
            _ => (),
        }
        j.key("position_id").int(100_000_000 + i64::from(draw.next()));
        let verified = role.is_default && draft.verified;
        j.key("business_email_verified").bool(verified);
        j.raw(&employer.leaves);
        if role.is_default && draft.extra == Some(0) {
            j.key("team_size").int(i64::from(draw.between(1, 60)));
        }
    });
}

fn write_times(role: &Role, draft: &Draft, draw: &mut Draw, j: &mut Json) {
    if draw.percent(96) {
        draft.date(j.key("start_date"), role.start, draw);
    } else {
        j.key("start_date").raw("null");
    }
    match role.end {
        Some(end) => draft.date(j.key("end_date"), end, draw),
        None => j.key("end_date").raw("null"),
    }
    j.key("is_default").bool(role.is_default);
    let months = role.end.unwrap_or(NOW) - role.start;
    j.key("years_at_company").text(years_bucket(months));
    if draft.wrong == Some(Wrong::YearsInWords) && role.is_default {
        j.key("years_at_company_raw").text("several");
    } else {
        draft.years(j.key("years_at_company_raw"), months / 12);
    }
}

fn employment_type(level: usize, draw: &mut Draw) -> &'static str {
    match (level, draw.below(100)) {
        (_, 0..40) => "",
        (0, _) => "Internship",
        (9, _) => "Self-employed",
        (_, 40..90) => "Full-time",
        (_, 90..94) => "Part-time",
        (_, 94..97) => "Contract",
        _ => "Freelance",
    }
}

/// Writes the canonical title of the main role.
pub(super) fn write_normalized_title(role: &Role, draw: &mut Draw, j: &mut Json) {
    let function = &FUNCTIONS[role.function];
    j.key("normalized_title").map(|j| {
        let mut matched = String::new();
        let noun = function.nouns[0];
        matched.extend([role.specialisation, " ", noun]);
        j.key("matched_title").text(&matched);
        j.key("department").text(function.name);
        j.key("sub_department").text(role.specialisation);
        let similarity = 7000 + draw.below(3000);
        j.key("similarity").raw(&format!("0.{similarity:04}"));
        j.key("confident").bool(similarity > 8000);
    });
}

/// Writes the top-level leaves derived from the career.
pub(super) fn write_totals(draft: &Draft, draw: &mut Draw, j: &mut Json) {
    if draw.percent(95) {
        j.key("recently_changed_jobs").bool(draft.career.changed_lately());
        j.key("years_of_experience").text(years_bucket(draft.career.months));
        draft.years(j.key("years_of_experience_raw"), draft.career.months / 12);
    }
}

impl Draft<'_> {
    /// Writes a day of a month as the record's datetime: in one of the forms vendors use.
    fn date(&self, j: &mut Json, month: Month, draw: &mut Draw) {
        let day = if draw.percent(90) || month == NOW { 1 } else { draw.between(2, 28) };
        let (year, month, zone) = (year_of(month), month_of(month), self.zone);
        j.plain(format_args!("{year}-{month:02}-{day:02}T00:00:00{zone}"));
    }

    /// Writes a number of years, in a share of the records as a float.
    fn years(&self, j: &mut Json, years: i32) {
        if self.floats { j.raw(&format!("{years}.0")) } else { j.int(i64::from(years)) }
    }
}

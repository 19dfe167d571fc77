//! Education, certifications, honors and skills of a record.

use super::World;
use super::dates::{Month, NOW, month_of, year_of};
use super::draft::{Draft, Wrong};
use super::draw::Draw;
use super::employers::stem;
use super::json::Json;
use super::schools::{DEGREES, FIELD_TURNS, FIELDS};
use super::titles::FUNCTIONS;

/// Writes the `education` family: none to four schools, the latest first.
pub(super) fn write_education(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    let n = draw.weighted(&[20, 42, 28, 8, 2]) as i32;
    if n == 0 {
        return draft.missing_list(j, "education", "{\"schools\":[]}", draw);
    }
    j.key("education").map(|j| {
        j.key("schools").list(|j| {
            for k in (0..n).rev() {
                let start = draft.birth.0 + 18 + k * draw.between(3, 5);
                write_school(draft, world, start, draw, j);
            }
        });
    });
}

fn write_school(draft: &Draft, world: &World, start: i32, draw: &mut Draw, j: &mut Json) {
    let school = world.schools.draw(draw);
    j.map(|j| {
        j.key("school").text(&school.name);
        draft.text_in_10k(j, "degree", draw.pick_front(&DEGREES), 8000, draw);
        let turn = if draw.percent(40) { draw.pick_front(&FIELD_TURNS) } else { "" };
        let field = [draw.pick_front(&FIELDS), turn].concat();
        draft.text_in_10k(j, "field_of_study", &field, 7500, draw);
        if draw.percent(8) {
            let mut text = String::from("Thesis on ");
            world.words.phrase(draw, &mut text);
            j.key("description").text(&text);
        }
        if draw.percent(12) {
            let club =
                draw.pick(&["Debating society", "Rowing club", "Chess club", "Student council", "Choir"]);
            j.key("activities_and_societies").text(club);
        } else {
            draft.missing_text(j, "activities_and_societies", draw);
        }
        let end = (start + draw.between(1, 5)).min(2030);
        match (draw.below(10), draft.wrong) {
            (_, Some(Wrong::YearAsText)) => j.key("start_year").plain(format_args!("about {start}")),
            (0 | 1, _) => j.key("start_year").raw("null"),
            _ => draft.number(j.key("start_year"), start),
        }
        if draw.percent(82) {
            draft.number(j.key("end_year"), end)
        } else {
            j.key("end_year").raw("null")
        }
        j.raw(&school.leaves);
    });
}

/// Writes `certifications`, for one in seven people.
pub(super) fn write_certifications(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.percent(14) {
        return draft.missing_list(j, "certifications", "[]", draw);
    }
    j.key("certifications").list(|j| {
        for _ in 0..1 + draw.below(5).min(draw.below(5)) {
            let issuer =
                format!("{} Certification Board", stem(draw.below(20).min(draw.below(300)) as usize));
            let subject = draw.pick_front(FUNCTIONS[draft.function].specialisations);
            let rank =
                draw.pick_front(&["Professional", "Practitioner", "Associate", "Expert", "Specialist"]);
            let issued = NOW - draw.between(0, 120);
            j.map(|j| {
                if draw.percent(70) {
                    j.key("name").text(&["Certified ", subject, " ", rank].concat());
                } else {
                    j.key("name").text(&[world.skills.draw(draft.function, draw), " Certificate"].concat());
                }
                j.key("issuing_organization").text(&issuer);
                write_month(j.key("issue_date"), issued);
                if draw.percent(45) {
                    write_month(j.key("expiration_date"), issued + 12 * draw.between(1, 5));
                } else {
                    j.key("expiration_date").raw("null");
                }
                let id = draw.next();
                draft.text_in_10k(j, "credential_id", &format!("ZQ-{id:08X}"), 5000, draw);
                let url = format!("https://credentials.example/{id:08x}");
                draft.text_in_10k(j, "credential_url", &url, 4000, draw);
            });
        }
    });
}

fn write_month(j: &mut Json, month: Month) {
    j.plain(format_args!("{}-{:02}-01", year_of(month), month_of(month)));
}

/// Writes `honors`, for one in fourteen people.
pub(super) fn write_honors(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draw.percent(7) {
        return draft.missing_list(j, "honors", "[]", draw);
    }
    j.key("honors").list(|j| {
        for _ in 0..1 + draw.below(3) {
            let kind = draw.pick_front(&[
                "Dean's List",
                "Employee of the Year",
                "Scholarship",
                "Best Paper Award",
                "Innovation Prize",
            ]);
            j.map(|j| {
                j.key("title").text(&[kind, " ", &(NOW / 12 - draw.between(0, 15)).to_string()].concat());
                if draw.percent(50) {
                    let mut text = String::from("For ");
                    world.words.phrase(draw, &mut text);
                    j.key("description").text(&text);
                }
                draft.text_in_10k(j, "issuer", &stem(draw.below(500) as usize), 6000, draw);
            });
        }
    });
}

/// Writes the `skills` family; no skill stands twice.
pub(super) fn write_skills(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    match draw.below(1000) {
        0..140 => draft.missing_list(j, "skills", "{\"professional_network_skills\":[]}", draw),
        140..144 => j.key("skills").raw("{\"professional_network_skills\":[null]}"),
        _ => {
            let mut list: Vec<&str> = vec![];
            for _ in 0..1 + draw.below(24).min(draw.below(50)) {
                let skill = world.skills.draw(draft.function, draw);
                if !list.contains(&skill) {
                    list.push(skill);
                }
            }
            j.key("skills").map(|j| j.key("professional_network_skills").texts(list));
        }
    }
}

impl Draft<'_> {
    /// Writes an integer, in a share of the records as `9.0`.
    fn number(&self, j: &mut Json, n: i32) {
        if self.floats { j.raw(&format!("{n}.0")) } else { j.int(i64::from(n)) }
    }
}

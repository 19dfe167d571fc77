//! The queries that are measured.

use super::condition::{Condition, and, not, or};
use super::fields::*;

/// A query with a name.
pub(crate) struct Query {
    pub(crate) name: &'static str,
    pub(crate) class: &'static str,
    pub(crate) condition: Condition,
    pub(crate) output: Output,
}

/// What a query gives back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Output {
    /// How many people there are.
    Count,
    /// The first so many of them.
    Rows(u64, Columns),
}

/// What of a person is given back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    /// The record.
    Whole,
    /// Two branches of it.
    Branches,
    /// Three leaves, each alone.
    Leaves,
}

impl Columns {
    /// In rolo's words; `None` is the record.
    pub(crate) const fn paths(self) -> Option<&'static [&'static str]> {
        match self {
            Self::Whole => None,
            Self::Branches => Some(&["basic_profile", "experience"]),
            Self::Leaves => {
                Some(&["basic_profile.name", "basic_profile.headline", "basic_profile.location.country"])
            }
        }
    }
}

/// Values for long lists, out of the people themselves.
pub(crate) struct Values {
    pub(crate) domains: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) ids: Vec<i64>,
}

/// All queries, by class.
pub(crate) fn queries(values: &Values) -> Vec<Query> {
    let counts = [
        exact(),
        words(),
        phrase(),
        negation(),
        range(),
        same_element(),
        deep_or(),
        in_1000(values),
        flat_list(),
        two_lists(),
        count_only(),
    ];
    let counts = counts.into_iter().flat_map(|(class, queries)| {
        queries.into_iter().map(move |(name, condition)| Query {
            name,
            class,
            condition,
            output: Output::Count,
        })
    });
    counts
        .chain(rows("first 100", 100, first_100()))
        .chain(rows("10,000 out", 10_000, ten_thousand()))
        .collect()
}

type Class = (&'static str, Vec<(&'static str, Condition)>);

fn exact() -> Class {
    let queries = vec![
        ("country, common", COUNTRY.equals("united states")),
        ("country, rare", COUNTRY.equals("Estonia")),
        ("city", CITY.equals("Chicago")),
        ("full name", NAME.equals("james williams")),
        ("headline", HEADLINE.equals("Open to work")),
        ("one person id", PERSON_ID.is_number(1_228_368_732)),
        ("current title", CURRENT.some(TITLE.equals("software engineer"))),
        ("seniority", CURRENT.some(SENIORITY.equals("CXO"))),
        ("employer, now or before", ROLES.some(COMPANY.equals("Corironix & Partners"))),
        ("school", SCHOOLS.some(SCHOOL.equals("velara institute of technology"))),
    ];
    ("exact", queries)
}

fn words() -> Class {
    let queries = vec![
        ("headline, one word", HEADLINE.words("engineer")),
        ("headline, three words", HEADLINE.words("director of sales")),
        ("summary, common word", SUMMARY.words("reporting")),
        ("summary, rare words", SUMMARY.words("penetration tests")),
        ("current title, one word", CURRENT.some(TITLE.words("engineer"))),
        ("current title, two words", CURRENT.some(TITLE.words("machine senior"))),
        ("title, now or before", ROLES.some(TITLE.words("director"))),
        ("description", ROLES.some(DESCRIPTION.words("accessible"))),
        ("description, three words", PAST.some(DESCRIPTION.words("managed global data"))),
        ("skills", SKILLS.some(SKILL.words("microsoft"))),
    ];
    ("words", queries)
}

fn phrase() -> Class {
    let queries = vec![
        ("current title", CURRENT.some(TITLE.phrase("vice president"))),
        ("headline", HEADLINE.phrase("head of")),
        ("summary", SUMMARY.phrase("currently exploring products such as")),
        ("summary, rare", SUMMARY.phrase("threat detection")),
        ("description", PAST.some(DESCRIPTION.phrase("a team of ten"))),
        ("location", LOCATION.phrase("new york")),
    ];
    ("phrase", queries)
}

fn negation() -> Class {
    let german = COUNTRY.equals("germany");
    let queries = vec![
        ("not a country", not(COUNTRY.equals("united states"))),
        ("never an employer", not(ROLES.some(COMPANY.equals("Corironix & Partners")))),
        (
            "country, not three levels",
            and(vec![german, not(CURRENT.some(SENIORITY.one_of(&["Entry Level", "In Training", "Senior"])))]),
        ),
        (
            "director, never an intern",
            and(vec![CURRENT.some(SENIORITY.equals("Director")), not(ROLES.some(TITLE.phrase("intern")))]),
        ),
        (
            "skill, not another",
            and(vec![SKILLS.some(SKILL.equals("python")), not(SKILLS.some(SKILL.equals("java")))]),
        ),
        ("no summary", not(SUMMARY.present())),
        ("no certificate", and(vec![not(CERTIFICATIONS.some(CERTIFICATE.present())), TIER.equals("high")])),
    ];
    ("negation", queries)
}

fn range() -> Class {
    let queries = vec![
        ("many followers", FOLLOWERS.at_least(100_000)),
        ("years of work", and(vec![YEARS.at_least(5), YEARS.at_most(10)])),
        ("updated lately", UPDATED_AT.since_instant("2026-06-15T12:30:00")),
        ("role begun lately", CURRENT.some(START.since("2026-04-15"))),
        ("size of employer", CURRENT.some(and(vec![HEADCOUNT.at_least(200), HEADCOUNT.at_most(500)]))),
        ("much starred", REPOS.some(STARS.at_least(1_000))),
    ];
    ("range", queries)
}

fn same_element() -> Class {
    let engineer = || TITLE.words("engineer");
    let queries = vec![
        ("title at employer", CURRENT.some(and(vec![engineer(), COMPANY.equals("Osavizon Corp.")]))),
        (
            "title at size",
            CURRENT.some(and(vec![TITLE.phrase("vice president"), HEADCOUNT.at_least(10_001)])),
        ),
        (
            "past role in a decade",
            PAST.some(and(vec![
                SENIORITY.equals("Director"),
                START.since("2000-01-15"),
                START.before("2010-01-15"),
            ])),
        ),
        (
            "or inside a role",
            CURRENT.some(and(vec![
                or(vec![TITLE.words("director"), SENIORITY.one_of(&["Vice President", "CXO"])]),
                FUNCTION.equals("Sales"),
                HEADQUARTERS.equals("usa"),
            ])),
        ),
        (
            "broad on both sides",
            ROLES.some(and(vec![SENIORITY.equals("Entry Level"), FUNCTION.equals("Engineering")])),
        ),
        (
            "degree at school",
            SCHOOLS.some(and(vec![SCHOOL.words("business school"), DEGREE.equals("Bachelor of Science")])),
        ),
        (
            "certificate of issuer",
            CERTIFICATIONS.some(and(vec![
                CERTIFICATE.words("project management"),
                ISSUER.equals("Belavix Certification Board"),
                ISSUED.since("2020-01-15"),
            ])),
        ),
        ("repository", REPOS.some(and(vec![LANGUAGE.equals("rust"), STARS.at_least(50), IS_FORK.is(false)]))),
        (
            "two roles, all_of",
            ROLES.all_of(vec![
                and(vec![engineer(), COMPANY_TYPE.equals("Public Company")]),
                and(vec![TITLE.words("manager"), COMPANY_TYPE.equals("Privately Held")]),
            ]),
        ),
        ("two employers, has_all", ROLES.has_all(&COMPANY, &["Corironix & Partners", "Osavizon Corp."])),
    ];
    ("same element", queries)
}

/// Somebody a recruiter looks for: level, function, place, skill.
fn persona(level: &str, function: &str, country: &str, skill: &str) -> Condition {
    and(vec![
        CURRENT.some(and(vec![SENIORITY.equals(level), FUNCTION.equals(function)])),
        or(vec![COUNTRY.equals(country), and(vec![FOLLOWERS.at_least(5_000), not(SUMMARY.present())])]),
        SKILLS.some(SKILL.equals(skill)),
    ])
}

fn deep_or() -> Class {
    let titles = [
        "Accountant",
        "Advisor",
        "Agent",
        "Analyst",
        "Architect",
        "Consultant",
        "Coordinator",
        "Designer",
        "Developer",
        "Engineer",
        "Executive",
        "Founder",
        "Owner",
        "Partner",
        "Programmer",
        "Representative",
        "Researcher",
        "Scientist",
        "Specialist",
        "Strategist",
    ];
    let cities = ["Chicago", "Houston", "Brooklyn", "Queens", "Los Angeles", "New York", "London", "Paris"];
    let queries = vec![
        (
            "five personas",
            or(vec![
                persona("Senior", "Engineering", "Germany", "Python"),
                persona("Director", "Sales", "United States", "Salesforce"),
                persona("Entry Level", "Finance", "India", "Microsoft Excel"),
                persona("Experienced Manager", "Marketing", "France", "Social Media"),
                persona("CXO", "Operations", "Brazil", "Leadership"),
            ]),
        ),
        ("20 titles", CURRENT.some(or(titles.iter().map(|title| TITLE.equals(title)).collect()))),
        (
            "20 words in titles",
            ROLES.some(or(titles.iter().map(|title| TITLE.words(&title.to_lowercase())).collect())),
        ),
        (
            "people, roles, schools, skills",
            or(vec![
                CITY.equals("Chicago"),
                CURRENT.some(TITLE.words("architect")),
                SCHOOLS.some(STUDY.equals("Economics")),
                SKILLS.some(SKILL.equals("Rust")),
                HEADLINE.words("retired"),
            ]),
        ),
        (
            "ors in ands in ors",
            or(vec![
                and(vec![
                    or(cities.iter().map(|city| CITY.equals(city)).collect()),
                    or(vec![YEARS.at_least(20), CONNECTIONS.at_least(500)]),
                    or(vec![
                        CURRENT.some(SENIORITY.equals("Strategic")),
                        and(vec![CHANGED_JOBS.is(true), CURRENT.some(TITLE.words("lead"))]),
                    ]),
                ]),
                and(vec![
                    STATE.equals("Texas"),
                    or(vec![
                        HEADLINE.words("sales"),
                        SUMMARY.words("sales"),
                        CURRENT.some(TITLE.words("sales")),
                    ]),
                ]),
            ]),
        ),
    ];
    ("deep or", queries)
}

fn in_1000(values: &Values) -> Class {
    let queries = vec![
        ("employers' domains", CURRENT.some(DOMAIN.one_of(&values.domains))),
        ("none of the domains", not(ROLES.some(DOMAIN.one_of(&values.domains)))),
        ("person ids", PERSON_ID.one_of_numbers(&values.ids)),
        ("full names", NAME.one_of(&values.names)),
        (
            "domains, level, country",
            and(vec![
                CURRENT.some(and(vec![
                    DOMAIN.one_of(&values.domains),
                    SENIORITY.one_of(&["Director", "Vice President", "CXO"]),
                ])),
                COUNTRY.equals("United States"),
            ]),
        ),
    ];
    ("`in` of 1,000", queries)
}

fn flat_list() -> Class {
    let skill = |text: &str| SKILLS.some(SKILL.equals(text));
    let queries = vec![
        ("one skill", skill("python")),
        ("a rare skill", skill("tax litigation")),
        ("one of five skills", SKILLS.some(SKILL.one_of(&["Java", "C++", "Rust", "Go", "Python"]))),
        ("three skills", and(vec![skill("Python"), skill("SQL"), skill("Linux")])),
        ("language", LANGUAGES.some(SPOKEN.equals("hindi"))),
        ("open to", CARDS.some(CARD.one_of(&["HIRING_MANAGER"]))),
    ];
    ("flat list", queries)
}

fn two_lists() -> Class {
    let queries = vec![
        (
            "skill and language",
            and(vec![SKILLS.some(SKILL.equals("Salesforce")), LANGUAGES.some(SPOKEN.equals("Spanish"))]),
        ),
        (
            "title and school",
            and(vec![
                CURRENT.some(TITLE.words("engineer")),
                SCHOOLS.some(SCHOOL.equals("Velara Institute of Technology")),
            ]),
        ),
        (
            "was there, is here",
            and(vec![
                PAST.some(COMPANY.equals("Osavizon Corp.")),
                CURRENT.some(COMPANY_TYPE.equals("Public Company")),
            ]),
        ),
        (
            "certificate and honor",
            and(vec![
                CERTIFICATIONS.some(EXPIRES.since("2026-01-15")),
                HONORS.some(HONOR.phrase("dean s list")),
            ]),
        ),
        (
            "industry and skill",
            and(vec![
                CURRENT.some(INDUSTRIES.holds("Higher Education")),
                SKILLS.some(SKILL.equals("Research")),
            ]),
        ),
        (
            "profile and role",
            and(vec![
                PROFILES.some(TOTAL_STARS.at_least(100)),
                CURRENT.some(and(vec![FUNCTION.equals("Engineering"), EMPLOYMENT.equals("full-time")])),
            ]),
        ),
    ];
    ("two lists", queries)
}

fn count_only() -> Class {
    let queries = vec![
        ("everybody with a headline", HEADLINE.present()),
        ("nobody", CURRENT.some(TITLE.words("zookeeper"))),
        (
            "recruiter",
            and(vec![
                CURRENT.some(and(vec![
                    TITLE.words("software"),
                    SENIORITY.one_of(&["Senior", "Entry Level"]),
                    START.before("2024-01-15"),
                ])),
                or(vec![COUNTRY.equals("United States"), COUNTRY.equals("Canada")]),
                SKILLS.some(SKILL.equals("Python")),
                not(PAST.some(COMPANY.equals("Corironix & Partners"))),
                YEARS.at_least(3),
            ]),
        ),
        (
            "seller",
            and(vec![
                CURRENT.some(and(vec![
                    SENIORITY.one_of(&["Director", "Vice President", "CXO", "Owner / Partner"]),
                    HEADCOUNT.at_least(50),
                    HEADCOUNT.at_most(1_000),
                    INDUSTRIES.holds("IT Services and IT Consulting"),
                ])),
                COUNTRY.one_of(&["Germany", "France", "United Kingdom", "Spain", "Italy"]),
            ]),
        ),
        ("department and country", and(vec![DEPARTMENT.equals("engineering"), COUNTRY.equals("India")])),
    ];
    ("count only", queries)
}

fn first_100() -> Vec<(&'static str, Columns, Condition)> {
    let local = and(vec![CURRENT.some(TITLE.words("engineer")), STATE.equals("California")]);
    let tied = CURRENT.some(and(vec![SENIORITY.equals("Director"), FUNCTION.equals("Engineering")]));
    vec![
        ("country, whole records", Columns::Whole, COUNTRY.equals("United States")),
        ("title and state, whole records", Columns::Whole, local.clone()),
        ("title and state, branches", Columns::Branches, local),
        ("role, leaves", Columns::Leaves, tied),
    ]
}

fn ten_thousand() -> Vec<(&'static str, Columns, Condition)> {
    let many = || COUNTRY.equals("United States");
    let some = || and(vec![CURRENT.some(SENIORITY.equals("Senior")), COUNTRY.equals("United States")]);
    vec![
        ("country, whole records", Columns::Whole, many()),
        ("role and country, whole records", Columns::Whole, some()),
        ("country, branches", Columns::Branches, many()),
        ("role and country, branches", Columns::Branches, some()),
        ("country, leaves", Columns::Leaves, many()),
        ("role and country, leaves", Columns::Leaves, some()),
    ]
}

fn rows(
    class: &'static str,
    limit: u64,
    queries: Vec<(&'static str, Columns, Condition)>,
) -> impl Iterator<Item = Query> {
    queries.into_iter().map(move |(name, columns, condition)| Query {
        name,
        class,
        condition,
        output: Output::Rows(limit, columns),
    })
}

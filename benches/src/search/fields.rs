//! The fields and arrays that the queries name, in everybody's words.

use super::condition::{Array, Field};

const fn field(path: &'static str, nested: &'static str, flat: &'static str) -> Field {
    Field { path, nested, flat }
}

/// A leaf of the person that `read_json` calls by its path.
const fn leaf(path: &'static str, flat: &'static str) -> Field {
    field(path, path, flat)
}

pub(crate) const PERSON_ID: Field = leaf("crustdata_person_id", "crustdata_person_id");
pub(crate) const NAME: Field = leaf("basic_profile.name", "name");
pub(crate) const HEADLINE: Field = leaf("basic_profile.headline", "headline");
pub(crate) const SUMMARY: Field = leaf("basic_profile.summary", "summary");
pub(crate) const CITY: Field = leaf("basic_profile.location.city", "city");
pub(crate) const STATE: Field = leaf("basic_profile.location.state", "state");
pub(crate) const COUNTRY: Field = leaf("basic_profile.location.country", "country");
pub(crate) const LOCATION: Field = field(
    "basic_profile.location",
    "coalesce(basic_profile.location.full_location, basic_profile.location.raw)",
    "location",
);
pub(crate) const DEPARTMENT: Field = leaf("basic_profile.normalized_title.department", "department");
pub(crate) const YEARS: Field = leaf("years_of_experience_raw", "years");
pub(crate) const CHANGED_JOBS: Field = leaf("recently_changed_jobs", "recently_changed_jobs");
pub(crate) const FOLLOWERS: Field = leaf("professional_network.followers", "followers");
/// A few records say "500+", so `read_json` keeps JSON.
pub(crate) const CONNECTIONS: Field = field(
    "professional_network.connections",
    "try_cast(professional_network.connections as bigint)",
    "connections",
);
pub(crate) const UPDATED_AT: Field = leaf("metadata.updated_at", "updated_at");
pub(crate) const TIER: Field = leaf("assessment.authenticity.tier", "tier");

// Of roles.
pub(crate) const COMPANY: Field = field("company_name", "r.name", "company");
pub(crate) const TITLE: Field = field("title", "r.title", "title");
pub(crate) const DESCRIPTION: Field = field("description", "r.description", "description");
pub(crate) const START: Field = field("start_date", "r.start_date", "start_date");
pub(crate) const SENIORITY: Field = field("seniority_level", "r.seniority_level", "seniority");
pub(crate) const FUNCTION: Field = field("function_category", "r.function_category", "function");
pub(crate) const DOMAIN: Field = field("company_website_domain", "r.company_website_domain", "domain");
pub(crate) const HEADCOUNT: Field =
    field("company_headcount_latest", "r.company_headcount_latest", "headcount");
pub(crate) const COMPANY_TYPE: Field = field("company_type", "r.company_type", "type");
pub(crate) const HEADQUARTERS: Field =
    field("company_headquarters_country", "r.company_headquarters_country", "hq");
pub(crate) const EMPLOYMENT: Field = field("employment_type", "r.employment_type", "employment");
pub(crate) const INDUSTRIES: Field = field("company_industries", "r.company_industries", "industries");

// Of schools, certifications, honors, profiles and repositories.
pub(crate) const SCHOOL: Field = field("school", "r.school", "school");
pub(crate) const DEGREE: Field = field("degree", "r.degree", "degree");
pub(crate) const STUDY: Field = field("field_of_study", "r.field_of_study", "field");
pub(crate) const CERTIFICATE: Field = field("name", "r.name", "name");
pub(crate) const ISSUER: Field = field("issuing_organization", "r.issuing_organization", "organization");
pub(crate) const ISSUED: Field = field("issue_date", "r.issue_date", "issue_date");
pub(crate) const EXPIRES: Field = field("expiration_date", "r.expiration_date", "expiration_date");
pub(crate) const HONOR: Field = field("title", "r.title", "title");
pub(crate) const TOTAL_STARS: Field = field("total_stars", "r.total_stars", "total_stars");
pub(crate) const LANGUAGE: Field = field("primary_language", "r.primary_language", "language");
pub(crate) const STARS: Field = field("stars", "r.stars", "stars");
pub(crate) const IS_FORK: Field = field("is_fork", "r.is_fork", "is_fork");

/// An item of a list of scalars.
pub(crate) const SKILL: Field = field("", "r", "skill");
pub(crate) const SPOKEN: Field = field("", "r", "language");
pub(crate) const CARD: Field = field("", "r", "card");

const CURRENT_PATH: &str = "experience.employment_details.current";
const PAST_PATH: &str = "experience.employment_details.past";

pub(crate) const CURRENT: Array = Array {
    path: CURRENT_PATH,
    nested: &[CURRENT_PATH],
    table: "roles",
    rows: "is_current",
    terms: "current_",
};
pub(crate) const PAST: Array =
    Array { path: PAST_PATH, nested: &[PAST_PATH], table: "roles", rows: "not is_current", terms: "past_" };
pub(crate) const ROLES: Array = Array {
    path: "experience.employment_details",
    nested: &[CURRENT_PATH, PAST_PATH],
    table: "roles",
    rows: "",
    terms: "roles_",
};
pub(crate) const SCHOOLS: Array = array("education.schools", &["education.schools"], "schools");
pub(crate) const CERTIFICATIONS: Array = array("certifications", &["certifications"], "certifications");
pub(crate) const HONORS: Array = array("honors", &["honors"], "honors");
pub(crate) const PROFILES: Array = array("dev_platform_profiles", &["dev_platform_profiles"], "dev_profiles");
pub(crate) const REPOS: Array = array(
    "dev_platform_profiles.repos",
    &["flatten(list_transform(dev_platform_profiles, lambda d: d.repos))"],
    "repos",
);
pub(crate) const SKILLS: Array =
    array("skills.professional_network_skills", &["skills.professional_network_skills"], "skills");
/// A few records have a text instead of a list, so `read_json` keeps JSON.
pub(crate) const LANGUAGES: Array =
    array("basic_profile.languages", &["try_cast(basic_profile.languages as varchar[])"], "languages");
pub(crate) const CARDS: Array =
    array("professional_network.open_to_cards", &["professional_network.open_to_cards"], "cards");

const fn array(path: &'static str, nested: &'static [&'static str], table: &'static str) -> Array {
    Array { path, nested, table, rows: "", terms: "" }
}

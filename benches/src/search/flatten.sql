-- The people of `people`, which `read_json` made, once more in flat tables: one row a person, a role, a school ...
-- A row's `person_id` is the row's number in `people`.
--
-- Beside a text X stand, where a query needs them: X_key, trimmed and in lower case, for `=`; and X_words, its words in
-- lower case with one space before, between and after, so that `contains` finds whole words and phrases.
-- Tables keep the order of people.

create macro key_of(text) as lower(trim(text));
create macro words_of(text) as ' ' || regexp_replace(lower(text), '[^\p{L}\p{N}]+', ' ', 'g') || ' ';
create macro utc(text) as try_cast(text as timestamptz) at time zone 'UTC';

create table person as
select
    rowid as person_id, crustdata_person_id,
    basic_profile.name as name, key_of(basic_profile.name) as name_key,
    basic_profile.headline as headline, key_of(basic_profile.headline) as headline_key,
    words_of(basic_profile.headline) as headline_words,
    basic_profile.summary as summary, words_of(basic_profile.summary) as summary_words,
    basic_profile.location.city as city, key_of(basic_profile.location.city) as city_key,
    basic_profile.location.state as state, key_of(basic_profile.location.state) as state_key,
    basic_profile.location.country as country, key_of(basic_profile.location.country) as country_key,
    coalesce(basic_profile.location.full_location, basic_profile.location.raw) as location,
    words_of(coalesce(basic_profile.location.full_location, basic_profile.location.raw)) as location_words,
    basic_profile.location.latitude as latitude, basic_profile.location.longitude as longitude,
    key_of(basic_profile.normalized_title.department) as department_key,
    years_of_experience_raw as years, recently_changed_jobs,
    try_cast(professional_network.connections as bigint) as connections,
    professional_network.followers as followers,
    utc(metadata.updated_at) as updated_at,
    key_of(assessment.authenticity.tier) as tier_key
from people;

create table roles as
with role as (
    select rowid as person_id, true as is_current, i as position, r.name, r.title, r.description, r.start_date,
        r.seniority_level, r.function_category, r.company_website_domain, r.company_headcount_latest, r.company_type,
        r.company_industries, r.company_headquarters_country, r.employment_type
    from (select rowid, unnest(experience.employment_details.current) as r,
            unnest(range(len(experience.employment_details.current))) as i from people)
    union all
    select rowid as person_id, false, i, r.name, r.title, r.description, r.start_date,
        r.seniority_level, r.function_category, r.company_website_domain, r.company_headcount_latest, r.company_type,
        r.company_industries, r.company_headquarters_country, r.employment_type
    from (select rowid, unnest(experience.employment_details.past) as r,
            unnest(range(len(experience.employment_details.past))) as i from people)
)
select person_id, is_current, position::utinyint as position,
    name as company, key_of(name) as company_key,
    title, key_of(title) as title_key, words_of(title) as title_words,
    description, words_of(description) as description_words,
    utc(start_date)::date as start_date,
    key_of(seniority_level) as seniority_key, key_of(function_category) as function_key,
    company_website_domain as domain, company_headcount_latest as headcount, key_of(company_type) as type_key,
    key_of(company_headquarters_country) as hq_key, key_of(employment_type) as employment_key,
    seniority_level as seniority, company_industries as industries
from role
order by person_id, is_current desc, position;

create table skills as
select person_id, skill, key_of(skill) as skill_key, words_of(skill) as skill_words
from (select rowid as person_id, unnest(skills.professional_network_skills) as skill from people);

create table languages as
select person_id, language, key_of(language) as language_key
from (select rowid as person_id, unnest(try_cast(basic_profile.languages as varchar[])) as language from people);

create table cards as
select rowid as person_id, unnest(professional_network.open_to_cards) as card from people;

create table schools as
select rowid as person_id, s.school as school, key_of(s.school) as school_key, words_of(s.school) as school_words,
    key_of(s.degree) as degree_key, key_of(s.field_of_study) as field_key
from (select rowid, unnest(education.schools) as s from people);

create table certifications as
select rowid as person_id, c.name, key_of(c.name) as name_key, words_of(c.name) as name_words,
    key_of(c.issuing_organization) as organization_key, c.issue_date::date as issue_date,
    c.expiration_date::date as expiration_date
from (select rowid, unnest(certifications) as c from people);

create table honors as
select rowid as person_id, key_of(h.title) as title_key, words_of(h.title) as title_words
from (select rowid, unnest(honors) as h from people);

create table dev_profiles as
select rowid as person_id, i as profile, d.followers, d.total_stars, d.repos
from (select rowid, unnest(dev_platform_profiles) as d, unnest(range(len(dev_platform_profiles))) as i from people);

create table repos as
select person_id, profile, key_of(r.primary_language) as language_key, r.stars, r.is_fork, r.topics
from (select person_id, profile, unnest(repos) as r from dev_profiles);

alter table dev_profiles drop column repos;

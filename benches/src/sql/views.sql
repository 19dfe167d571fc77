-- People and the elements of their arrays as tables with short names, over `records`: the rows of a database file.
-- They are views where `records` stays nested; the flat tables are what these views give.

create or replace view people as
select crustdata_person_id as person_id,
    basic_profile.name as name, basic_profile.headline as headline,
    basic_profile.location.city as city, basic_profile.location.country as country,
    basic_profile.normalized_title.department as department,
    professional_network.followers as followers, professional_network.connections as connections,
    years_of_experience_raw as years,
    social_handles.professional_network_identifier.profile_url as profile_url
from records;

create or replace view roles as
select person_id, list, role.name, role.title, role.start_date, role.end_date, role.seniority_level,
    role.function_category, role.years_at_company_raw, role.company_headcount_latest, role.company_type
from (
    select crustdata_person_id as person_id, 'current' as list, unnest(experience.employment_details.current) as role
    from records
    union all
    select crustdata_person_id, 'past', unnest(experience.employment_details.past) from records
);

create or replace view schools as
select person_id, school.school, school.degree, school.field_of_study, school.start_year, school.end_year
from (select crustdata_person_id as person_id, unnest(education.schools) as school from records);

create or replace view certifications as
select person_id, certification.name, certification.issuing_organization, certification.issue_date
from (select crustdata_person_id as person_id, unnest(certifications) as certification from records);

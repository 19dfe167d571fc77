//! The queries that are measured, in everybody's words. `LEADS` stands for a CSV of leads with the columns `profile_url` and
//! `campaign`.

/// One question.
pub(crate) struct Query {
    pub(crate) name: &'static str,
    /// In rolo's words.
    pub(crate) rolo: &'static str,
    /// In DuckDB's, over flat tables, and over the views of nested people if there is nothing better.
    pub(crate) duckdb: &'static str,
    /// What is faster over nested people, where something is.
    pub(crate) nested: Option<&'static str>,
}

/// All of them.
pub(crate) const QUERIES: [Query; 20] = [
    Query {
        name: "count of people",
        rolo: "select count(*) from people",
        duckdb: "select count(*) from people",
        nested: None,
    },
    Query {
        name: "count of people with two conditions",
        rolo: "select count(*) from people
            where basic_profile.location.country = 'Germany' and years_of_experience_raw >= 10",
        duckdb: "select count(*) from people where country = 'Germany' and years >= 10",
        nested: None,
    },
    Query {
        name: "people by country",
        rolo: "select basic_profile.location.country, count(*) from people group by 1",
        duckdb: "select country, count(*) from people group by 1",
        nested: None,
    },
    Query {
        name: "current roles by seniority",
        rolo: "select seniority_level, count(*) from roles where list = 'current' group by 1",
        duckdb: "select seniority_level, count(*) from roles where list = 'current' group by 1",
        nested: None,
    },
    Query {
        name: "100 employers with the most current roles",
        rolo: "select name, count(*) from roles where list = 'current' and name is not null
            group by 1 order by 2 desc, 1 limit 100",
        duckdb: "select name, count(*) from roles where list = 'current' and name is not null
            group by 1 order by 2 desc, 1 limit 100",
        nested: None,
    },
    Query {
        name: "average tenure by seniority",
        rolo: "select seniority_level, count(years_at_company_raw), avg(years_at_company_raw) from roles group by 1",
        duckdb: "select seniority_level, count(years_at_company_raw), avg(years_at_company_raw) from roles group by 1",
        nested: None,
    },
    Query {
        name: "20 greatest employers of each city",
        rolo: "select city, name, roles from (
                select city, name, roles, row_number() over (partition by city order by roles desc, name) as place
                from (
                    select p.basic_profile.location.city as city, r.name as name, count(*) as roles
                    from roles r join people p on p.person_id = r.person_id
                    where r.list = 'current' and r.name is not null and p.basic_profile.location.city is not null
                    group by 1, 2
                )
            ) where place <= 20",
        duckdb: "select city, name, roles from (
                select city, name, roles, row_number() over (partition by city order by roles desc, name) as place
                from (
                    select p.city, r.name, count(*) as roles from roles r join people p using (person_id)
                    where r.list = 'current' and r.name is not null and p.city is not null
                    group by 1, 2
                )
            ) where place <= 20",
        nested: Some(
            "select city, name, roles from (
                select city, name, roles, row_number() over (partition by city order by roles desc, name) as place
                from (
                    select city, role.name as name, count(*) as roles
                    from (
                        select basic_profile.location.city as city, unnest(experience.employment_details.current) as role
                        from records where basic_profile.location.city is not null
                    )
                    where role.name is not null
                    group by 1, 2
                )
            ) where place <= 20",
        ),
    },
    Query {
        name: "10 most followed of each country",
        rolo: "select country, person_id, followers, place from (
                select basic_profile.location.country as country, person_id, professional_network.followers as followers,
                    rank() over (partition by basic_profile.location.country order by professional_network.followers desc) as place
                from people
                where professional_network.followers is not null and basic_profile.location.country is not null
            ) where place <= 10",
        duckdb: "select country, person_id, followers, place from (
                select country, person_id, followers,
                    rank() over (partition by country order by followers desc) as place
                from people where followers is not null and country is not null
            ) where place <= 10",
        nested: None,
    },
    Query {
        name: "10,000 leads of a CSV, by campaign",
        rolo: "select l.campaign, count(*), avg(p.professional_network.followers)
            from LEADS l
            join people p on p.social_handles.professional_network_identifier.profile_url = l.profile_url
            group by 1",
        duckdb: "select l.campaign, count(*), avg(p.followers)
            from LEADS l join people p on p.profile_url = l.profile_url group by 1",
        nested: None,
    },
    Query {
        name: "distinct titles",
        rolo: "select distinct title from roles",
        duckdb: "select distinct title from roles",
        nested: None,
    },
    Query {
        name: "percentiles of experience by department",
        rolo: "select basic_profile.normalized_title.department,
                percentile_cont(0.5) within group (order by years_of_experience_raw),
                percentile_cont(0.9) within group (order by years_of_experience_raw)
            from people group by 1",
        duckdb: "select department, percentile_cont(0.5) within group (order by years),
                percentile_cont(0.9) within group (order by years)
            from people group by 1",
        nested: None,
    },
    Query {
        name: "people by country and city",
        rolo: "select basic_profile.location.country, basic_profile.location.city, count(*), avg(professional_network.followers)
            from people group by 1, 2",
        duckdb: "select country, city, count(*), avg(followers) from people group by 1, 2",
        nested: None,
    },
    Query {
        name: "employers with 50 roles or more",
        rolo: "select name, count(*), avg(years_at_company_raw) from roles
            where name is not null group by 1 having count(*) >= 50",
        duckdb: "select name, count(*), avg(years_at_company_raw) from roles
            where name is not null group by 1 having count(*) >= 50",
        nested: None,
    },
    Query {
        name: "first and last days by function",
        rolo: "select function_category, min(start_date), max(start_date), max(end_date) from roles group by 1",
        duckdb: "select function_category, min(start_date), max(start_date), max(end_date) from roles group by 1",
        nested: None,
    },
    Query {
        name: "how many different employers, by function",
        rolo: "select function_category, count(distinct name) from roles group by 1",
        duckdb: "select function_category, count(distinct name) from roles group by 1",
        nested: None,
    },
    Query {
        name: "20 schools of the most executives (roles with schools)",
        rolo: "select s.school, count(*) from roles r join schools s on s.person_id = r.person_id
            where r.list = 'current' and r.seniority_level = 'CXO' and s.school is not null
            group by 1 order by 2 desc, 1 limit 20",
        duckdb: "select s.school, count(*) from roles r join schools s using (person_id)
            where r.list = 'current' and r.seniority_level = 'CXO' and s.school is not null
            group by 1 order by 2 desc, 1 limit 20",
        nested: Some(
            "select school.school, count(*) from (
                select role, unnest(schools) as school from (
                    select education.schools as schools, unnest(experience.employment_details.current) as role from records
                ) where role.seniority_level = 'CXO'
            ) where school.school is not null group by 1 order by 2 desc, 1 limit 20",
        ),
    },
    Query {
        name: "directors of great companies by country (semi-join)",
        rolo: "select basic_profile.location.country, count(*) from people
            where person_id in (
                select person_id from roles
                where list = 'current' and seniority_level = 'Director' and company_headcount_latest > 10000
            ) group by 1",
        duckdb: "select country, count(*) from people
            where person_id in (
                select person_id from roles
                where list = 'current' and seniority_level = 'Director' and company_headcount_latest > 10000
            ) group by 1",
        nested: None,
    },
    Query {
        name: "people without a certificate, by country (anti-join)",
        rolo: "select basic_profile.location.country, count(*) from people p
            where not exists (select 1 from certifications c where c.person_id = p.person_id) group by 1",
        duckdb: "select country, count(*) from people p
            where not exists (select 1 from certifications c where c.person_id = p.person_id) group by 1",
        nested: Some(
            "select basic_profile.location.country, count(*) from records
            where coalesce(len(certifications), 0) = 0 group by 1",
        ),
    },
    Query {
        name: "100 most followed people",
        rolo: "select person_id, basic_profile.name, basic_profile.headline, professional_network.followers from people
            order by professional_network.followers desc nulls last, person_id limit 100",
        duckdb: "select person_id, name, headline, followers from people
            order by followers desc nulls last, person_id limit 100",
        nested: None,
    },
    Query {
        name: "engineers by headline, by country (ILIKE)",
        rolo: "select basic_profile.location.country, count(*) from people
            where basic_profile.headline ilike '%engineer%' group by 1",
        duckdb: "select country, count(*) from people where headline ilike '%engineer%' group by 1",
        nested: None,
    },
];

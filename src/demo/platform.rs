//! Developer platform profiles of a record, with their repositories.

use super::World;
use super::draft::Draft;
use super::draw::Draw;
use super::employers::stem;
use super::json::Json;

struct Repo {
    name: String,
    language: Option<&'static str>,
    topics: Vec<&'static str>,
    stars: u32,
}

const LANGUAGES: [&str; 22] = [
    "Python",
    "JavaScript",
    "TypeScript",
    "Java",
    "Go",
    "C++",
    "HTML",
    "Rust",
    "C",
    "C#",
    "Shell",
    "Ruby",
    "PHP",
    "Kotlin",
    "Swift",
    "Jupyter Notebook",
    "Scala",
    "R",
    "Haskell",
    "Elixir",
    "Julia",
    "OCaml",
];

const TOPICS: [&str; 40] = [
    "machine-learning",
    "web",
    "cli",
    "api",
    "docker",
    "react",
    "database",
    "data-science",
    "kubernetes",
    "testing",
    "android",
    "dotfiles",
    "game",
    "compiler",
    "parser",
    "graph",
    "security",
    "nlp",
    "visualization",
    "robotics",
    "embedded",
    "wasm",
    "networking",
    "linux",
    "automation",
    "finance",
    "bioinformatics",
    "maps",
    "audio",
    "education",
    "search",
    "scheduler",
    "simulation",
    "typography",
    "accessibility",
    "cryptography",
    "statistics",
    "iot",
    "chess",
    "weather",
];

const LICENSES: [&str; 6] = ["mit", "apache-2.0", "gpl-3.0", "bsd-3-clause", "mpl-2.0", "unlicense"];

/// Writes `dev_platform_profiles`, for the 8 % who are developers.
pub(super) fn write_platforms(draft: &Draft, world: &World, draw: &mut Draw, j: &mut Json) {
    if !draft.is_developer {
        return draft.missing_list(j, "dev_platform_profiles", "[]", draw);
    }
    j.key("dev_platform_profiles").list(|j| {
        write_platform(draft, world, 0, draw, j);
        if draw.percent(5) {
            write_platform(draft, world, 1, draw, j);
        }
    });
}

fn write_platform(draft: &Draft, world: &World, number: u32, draw: &mut Draw, j: &mut Json) {
    let user = if number == 0 { draft.user() } else { format!("{}-work", draft.user()) };
    let repos: Vec<Repo> = (0..draw.below(9).min(draw.below(9))).map(|_| repo(draw)).collect();
    j.map(|j| {
        j.key("profile_url").plain(format_args!("https://github.com/{user}"));
        draft.text_in_10k(j, "name", &draft.name, 8000, draw);
        let mut bio = String::new();
        world.words.phrase(draw, &mut bio);
        draft.text_in_10k(j, "bio", &bio, 4500, draw);
        let employer = draft.career.current.first().map_or("", |r| &world.employers.get(r.employer).name);
        draft.text_in_10k(j, "company_text", employer, 4000, draw);
        let place = world.places.get(draft.place);
        if draw.percent(50) {
            j.key("location").map(|j| j.key("raw").text(place.alternates.first().unwrap_or(&place.name)));
        }
        if draw.percent(30) {
            j.key("website_url").plain(format_args!("https://{user}.example"));
        }
        j.key("email").raw("null");
        if draw.percent(60) {
            j.key("is_hireable").bool(draw.percent(30));
        }
        j.key("followers").int(i64::from(draw.below(400).min(draw.below(2000))));
        j.key("following").int(i64::from(draw.below(200)));
        j.key("public_repo_count").int(repos.len() as i64 + i64::from(draw.below(20)));
        let (year, month, day) = (draw.between(2009, 2024), draw.between(1, 12), draw.between(1, 28));
        j.key("metadata")
            .map(|j| j.key("created_at").plain(format_args!("{year}-{month:02}-{day:02}T09:30:00Z")));
        write_sums(&repos, j);
        j.key("repos").list(|j| repos.iter().for_each(|r| write_repo(r, &user, world, year, draw, j)));
    });
}

/// Counts and lists over the repositories held.
fn write_sums(repos: &[Repo], j: &mut Json) {
    let mut stars: Vec<u32> = repos.iter().map(|r| r.stars).collect();
    stars.sort_unstable();
    j.key("total_repos").int(repos.len() as i64);
    j.key("total_stars").int(stars.iter().map(|&s| i64::from(s)).sum());
    j.key("max_stars").int(stars.last().map_or(0, |&s| i64::from(s)));
    j.key("median_stars").int(stars.get(stars.len() / 2).map_or(0, |&s| i64::from(s)));
    let (mut languages, mut topics) = (vec![], vec![]);
    for r in repos {
        languages.extend(r.language.iter().filter(|l| !languages.contains(*l)).copied().collect::<Vec<_>>());
        for &topic in &r.topics {
            if !topics.contains(&topic) {
                topics.push(topic);
            }
        }
    }
    j.key("all_languages").texts(languages);
    j.key("all_topics").texts(topics);
}

fn repo(draw: &mut Draw) -> Repo {
    let topic = draw.pick_front(&TOPICS);
    let name = format!("{}-{topic}", stem(draw.below(20_000) as usize).to_lowercase());
    let language = if draw.percent(88) { Some(draw.pick_front(&LANGUAGES)) } else { None };
    let mut topics: Vec<&'static str> = vec![];
    for _ in 0..draw.below(5).min(draw.below(5)) {
        let topic = draw.pick_front(&TOPICS);
        if !topics.contains(&topic) {
            topics.push(topic);
        }
    }
    let mut top = 20;
    while top < 100_000 && draw.percent(12) {
        top *= 10;
    }
    Repo { name, language, topics, stars: draw.below(top).min(draw.below(top)) }
}

fn write_repo(repo: &Repo, user: &str, world: &World, since: i32, draw: &mut Draw, j: &mut Json) {
    j.map(|j| {
        j.key("full_name").plain(format_args!("{user}/{}", repo.name));
        j.key("owner").text(user);
        j.key("is_fork").bool(draw.percent(25));
        if draw.percent(60) {
            let mut text = String::from("A tool for ");
            world.words.phrase(draw, &mut text);
            j.key("description").text(&text);
        } else {
            j.key("description").raw("null");
        }
        match repo.language {
            Some(language) => j.key("primary_language").text(language),
            None => j.key("primary_language").raw("null"),
        }
        j.key("topics").texts(repo.topics.iter().copied());
        match draw.percent(60) {
            true => j.key("license_key").text(draw.pick_front(&LICENSES)),
            false => j.key("license_key").raw("null"),
        }
        j.key("archived").bool(draw.percent(6));
        j.key("disabled").bool(draw.in_10k(20));
        j.key("is_template").bool(draw.percent(2));
        j.key("has_issues").bool(draw.percent(90));
        j.key("has_projects").bool(draw.percent(80));
        j.key("has_wiki").bool(draw.percent(70));
        j.key("stars").int(i64::from(repo.stars));
        j.key("forks_count").int(i64::from(draw.below(1 + repo.stars / 3)));
        j.key("open_issues_count").int(i64::from(draw.below(12).min(draw.below(12))));
        j.key("size").int(i64::from(draw.below(60_000).min(draw.below(60_000))));
        let year = draw.between(since, 2025);
        let (month, day) = (draw.between(1, 12), draw.between(1, 28));
        j.key("github_created_at").plain(format_args!("{year}-{month:02}-{day:02}T10:00:00Z"));
        j.key("github_updated_at").plain(format_args!("2026-{:02}-{day:02}T11:15:00Z", (month + 1) / 2));
        j.key("github_pushed_at").plain(format_args!("2026-{:02}-{day:02}T08:45:30Z", (month + 1) / 2));
    });
}

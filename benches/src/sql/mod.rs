//! Bar: analytical queries in SQL against DuckDB, on its own tables and on the same file.

mod answers;
pub(crate) mod cold;
mod duck;
mod engine;
mod queries;
mod tables;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::child::load_rolo;
use crate::people::{People, remove};
use crate::race::{Spread, TURN};
use answers::Answer;
use duck::{Duck, Form};
use engine::Rolo;
use queries::{QUERIES, Query};

/// Who answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    Rolo,
    Duck(Form),
}

const EVERYBODY: [Who; 4] =
    [Who::Rolo, Who::Duck(Form::Flat), Who::Duck(Form::Nested), Who::Duck(Form::File)];

/// One query, measured.
pub(crate) struct Measured {
    pub(crate) query: &'static Query,
    /// How many rows the answer has.
    pub(crate) rows: usize,
    /// Milliseconds.
    times: Vec<(Who, Spread)>,
}

impl Measured {
    pub(crate) fn millis(&self, who: Who) -> Option<&Spread> {
        self.times.iter().find(|(one, _)| *one == who).map(|(_, spread)| spread)
    }
}

/// Everybody, with the same people.
struct Contenders {
    rolo: Rolo,
    duck: Duck,
    /// A CSV of leads.
    leads: PathBuf,
}

pub(crate) fn run(people: &People, folder: &Path, rounds: usize, threads: usize) -> Result<()> {
    let file = database(people, folder)?;
    let leads = duck::leads(people, folder)?;
    let contenders = Contenders {
        rolo: Rolo::open(&file, threads)?,
        duck: Duck::open(people, &file, folder, threads)?,
        leads,
    };
    eprintln!("comparing the answers to {} queries", QUERIES.len());
    let rows = contenders.check()?;
    if rounds == 0 {
        println!("Equal answers to all {} queries.", rows.len());
        return Ok(());
    }
    let mut measured = Vec::new();
    for (query, rows) in QUERIES.iter().zip(rows) {
        eprintln!("{}", query.name);
        measured.push(Measured { query, rows, times: contenders.race(query, rounds)? });
    }
    tables::print(people, &contenders.duck.version(), rounds, threads, &measured);
    Ok(())
}

/// rolo's database of some people, loaded if an earlier run left none.
fn database(people: &People, folder: &Path) -> Result<PathBuf> {
    let path = folder.join(format!("sql-{}.rolo.parquet", people.count));
    if !path.exists() {
        eprintln!("loading rolo's database");
        let draft = path.with_extension("draft");
        remove(&draft)?;
        load_rolo(&people.path, &draft)?;
        std::fs::rename(draft, &path)?;
    }
    Ok(path)
}

impl Contenders {
    /// Everybody gives the same answers; returns how many rows.
    fn check(&self) -> Result<Vec<usize>> {
        let (mut rows, mut problems) = (Vec::new(), Vec::new());
        for query in &QUERIES {
            let mut first: Option<(Who, Answer)> = None;
            for who in EVERYBODY {
                match (self.answer(who, query), &first) {
                    (Err(problem), _) => problems.push(format!("{}: {who:?}: {problem:#}", query.name)),
                    (Ok(answer), None) => first = Some((who, answer)),
                    (Ok(answer), Some((other, theirs))) => {
                        let difference = theirs.difference(&answer);
                        problems.extend(
                            difference.map(|one| format!("{}: {other:?} and {who:?}: {one}", query.name)),
                        );
                    }
                }
            }
            rows.push(first.map_or(0, |(_, answer)| answer.rows()));
        }
        ensure!(problems.is_empty(), "not the same answers:\n{}", problems.join("\n"));
        Ok(rows)
    }

    fn answer(&self, who: Who, query: &Query) -> Result<Answer> {
        let sql = self.sql(who, query);
        match who {
            Who::Rolo => self.rolo.answer(&sql),
            Who::Duck(form) => self.duck.answer(form, &sql),
        }
    }

    /// The query in somebody's words.
    fn sql(&self, who: Who, query: &Query) -> String {
        let leads = crate::peers::duckdb::quoted(&self.leads);
        let words = match who {
            Who::Rolo => query.rolo,
            Who::Duck(Form::Flat) => query.duckdb,
            Who::Duck(Form::Nested | Form::File) => query.nested.unwrap_or(query.duckdb),
        };
        words.replace("LEADS", &leads)
    }

    /// Everybody takes turns; in each round another begins.
    fn race(&self, query: &Query, rounds: usize) -> Result<Vec<(Who, Spread)>> {
        let mut millis = vec![Vec::new(); EVERYBODY.len()];
        for round in 0..=rounds {
            for turn in 0..EVERYBODY.len() {
                let at = (round + turn) % EVERYBODY.len();
                let (Some(who), Some(millis)) = (EVERYBODY.get(at), millis.get_mut(at)) else { continue };
                let took = self.one_turn(*who, query).with_context(|| format!("{who:?}"))?;
                // The round before the first warms up.
                if round > 0 {
                    millis.push(took);
                }
            }
        }
        Ok(EVERYBODY.into_iter().zip(millis.into_iter().map(Spread::of)).collect())
    }

    /// Milliseconds from the text to the last row. Who is fast answers again and again for a while, and the mean counts.
    fn one_turn(&self, who: Who, query: &Query) -> Result<f64> {
        let sql = self.sql(who, query);
        if let Who::Duck(form) = who {
            self.duck.choose(form)?;
        }
        let (mut sum, mut answers) = (0.0, 0);
        while sum < TURN && answers < 1_000 {
            let started = Instant::now();
            match who {
                Who::Rolo => self.rolo.run(&sql)?,
                Who::Duck(_) => self.duck.run(&sql)?,
            };
            sum += started.elapsed().as_secs_f64();
            answers += 1;
        }
        Ok(sum * 1e3 / f64::from(answers))
    }
}

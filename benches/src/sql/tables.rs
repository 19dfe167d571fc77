//! What is printed of the queries.

use super::duck::Form;
use super::{Measured, Who};
use crate::people::People;
use crate::report::{Table, heading, verdict};

/// Aims: the mean on DuckDB's own tables, the least of any query there, the mean on the file.
const OWN: f64 = 1.0;
const WORST: f64 = 0.5;
const FILE: f64 = 5.0;

pub(crate) fn print(people: &People, version: &str, rounds: usize, threads: usize, measured: &[Measured]) {
    heading(
        "Analytical queries in SQL",
        &format!(
            "{}. {threads} threads each; warm; medians of {rounds} rounds in turns, milliseconds from the text to the last row. DuckDB {version}: *flat* in tables of people and of each array, *nested* in one table, \
             *file* reading rolo's. *own* is the time of the faster of flat and nested over rolo's. Equal answers were checked first.",
            people.describe(),
        ),
    );
    let head = [
        "query",
        "rows",
        "rolo",
        "DuckDB, flat",
        "DuckDB, nested",
        "DuckDB, file",
        "own / rolo",
        "file / rolo",
    ];
    let mut table = Table::new(&head);
    let (mut own, mut file) = (Vec::new(), Vec::new());
    for one in measured {
        let ratios = (own_ratio(one), file_ratio(one));
        own.extend(ratios.0);
        file.extend(ratios.1);
        let millis = |who| one.millis(who).map_or("-".to_string(), |spread| spread.show(1));
        table.row(&[
            one.query.name.to_string(),
            one.rows.to_string(),
            millis(Who::Rolo),
            millis(Who::Duck(Form::Flat)),
            millis(Who::Duck(Form::Nested)),
            millis(Who::Duck(Form::File)),
            shown(ratios.0, WORST),
            shown(ratios.1, OWN),
        ]);
    }
    table.print();
    let (own_mean, file_mean) = (mean(&own), mean(&file));
    let worst = own.iter().copied().fold(f64::INFINITY, f64::min);
    println!("On its own tables: {own_mean:.2} in geometric mean. {}.\n", verdict(own_mean >= OWN, "Aim 1"));
    println!("The worst query there: {worst:.2}. {}.\n", verdict(worst >= WORST, "Aim 0.5"));
    println!("On the file: {file_mean:.2} in geometric mean. {}.\n", verdict(file_mean >= FILE, "Aim 5"));
}

/// How many times rolo's time DuckDB takes on the faster of its own forms.
fn own_ratio(one: &Measured) -> Option<f64> {
    let own = one.millis(Who::Duck(Form::Flat))?.median.min(one.millis(Who::Duck(Form::Nested))?.median);
    Some(own / one.millis(Who::Rolo)?.median)
}

/// How many times rolo's time DuckDB takes on rolo's file.
fn file_ratio(one: &Measured) -> Option<f64> {
    Some(one.millis(Who::Duck(Form::File))?.median / one.millis(Who::Rolo)?.median)
}

fn shown(ratio: Option<f64>, least: f64) -> String {
    match ratio {
        None => "-".to_string(),
        Some(ratio) if ratio < least => format!("**{ratio:.2}**"),
        Some(ratio) if ratio < 10.0 => format!("{ratio:.2}"),
        Some(ratio) => format!("{ratio:.0}"),
    }
}

fn mean(ratios: &[f64]) -> f64 {
    (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp()
}

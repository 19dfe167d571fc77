//! Answers of everybody, made comparable: rows in one order, numbers with a fraction equal but for the last digits.

/// How far apart two numbers may be, as a part of the greater one.
const TOLERANCE: f64 = 1e-9;

/// A row: what must be the same, and numbers that may differ in their last digits, each in the order of the columns.
#[derive(Debug)]
struct Row {
    exact: Vec<Option<String>>,
    near: Vec<f64>,
}

/// The rows of an answer, sorted.
pub(crate) struct Answer {
    rows: Vec<Row>,
}

impl Answer {
    /// Of rows whose values are text.
    pub(crate) fn of(rows: impl IntoIterator<Item = Vec<Option<String>>>) -> Self {
        let mut rows: Vec<Row> = rows.into_iter().map(Row::of).collect();
        rows.sort_by(|one, other| {
            one.exact.cmp(&other.exact).then_with(|| {
                let numbers = one.near.iter().zip(&other.near).map(|(one, other)| one.total_cmp(other));
                numbers.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            })
        });
        Self { rows }
    }

    pub(crate) fn rows(&self) -> usize {
        self.rows.len()
    }

    /// The first difference.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let different = self.rows.iter().zip(&other.rows).find(|(one, other)| !one.equals(other));
        let rows = (self.rows.len() != other.rows.len())
            .then(|| format!("{} and {} rows", self.rows.len(), other.rows.len()));
        let values = different.map(|(one, other)| format!("{one:?} and {other:?}"));
        [rows, values].into_iter().flatten().reduce(|rows, values| format!("{rows}; {values}"))
    }
}

impl Row {
    fn of(values: Vec<Option<String>>) -> Self {
        let mut row = Self { exact: Vec::new(), near: Vec::new() };
        for value in values {
            // Everybody writes a point into numbers that may have a fraction, and into no others.
            let number =
                value.as_deref().filter(|text| text.contains('.')).and_then(|text| text.parse().ok());
            match number {
                Some(number) => row.near.push(number),
                None => row.exact.push(value),
            }
        }
        row
    }

    fn equals(&self, other: &Self) -> bool {
        let near = |one: f64, other: f64| (one - other).abs() <= TOLERANCE * one.abs().max(other.abs());
        self.exact == other.exact
            && self.near.len() == other.near.len()
            && self.near.iter().zip(&other.near).all(|(one, other)| near(*one, *other))
    }
}

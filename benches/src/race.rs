//! Contenders at the same work, in turns, so that whatever slows the machine slows them all.

use std::time::Instant;

use anyhow::Result;

/// A turn of a fast contender is repeated for so long, in seconds, so that one interruption does not decide it.
pub(crate) const TURN: f64 = 0.005;

/// Median, smallest and greatest of some numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    min: f64,
    max: f64,
}

impl Spread {
    /// Of no numbers: not a number.
    pub(crate) fn of(numbers: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = numbers.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let middle = sorted.len() / 2;
        let median =
            if sorted.len() % 2 == 1 { at(middle) } else { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 };
        Self { median, min: at(0), max: at(sorted.len().wrapping_sub(1)) }
    }

    /// In another unit.
    pub(crate) fn scaled(self, by: f64) -> Self {
        Self { median: self.median * by, min: self.min * by, max: self.max * by }
    }

    /// As `median (min..max)`.
    pub(crate) fn show(&self, decimals: usize) -> String {
        format!("{:.decimals$} ({:.decimals$}..{:.decimals$})", self.median, self.min, self.max)
    }
}

type Run<'a, W> = Box<dyn FnMut(&W) -> Result<u64> + 'a>;
type Prepare<'a> = Box<dyn FnMut() -> Result<()> + 'a>;

/// Does some work, and returns a sum over the answers.
pub(crate) struct Contender<'a, W> {
    name: &'static str,
    run: Run<'a, W>,
    prepare: Option<Prepare<'a>>,
}

impl<'a, W> Contender<'a, W> {
    pub(crate) fn new(name: &'static str, run: impl FnMut(&W) -> Result<u64> + 'a) -> Self {
        Self { name, run: Box::new(run), prepare: None }
    }

    /// Has something done before each of its turns, which does not count.
    pub(crate) fn after(self, prepare: impl FnMut() -> Result<()> + 'a) -> Self {
        Self { prepare: Some(Box::new(prepare)), ..self }
    }
}

/// How long everybody took.
pub(crate) struct Race {
    pub(crate) names: Vec<&'static str>,
    /// Seconds for one item of work, by contender, then by round.
    pub(crate) seconds: Vec<Vec<f64>>,
    pub(crate) sums: Vec<u64>,
}

impl Race {
    /// Runs `rounds` rounds and one before that does not count. Each has `work` of its own, of so many `items`; in
    /// each, another contender begins.
    pub(crate) fn run<W>(
        mut contenders: Vec<Contender<'_, W>>,
        rounds: usize,
        items: usize,
        mut work: impl FnMut() -> Result<W>,
    ) -> Result<Self> {
        let names = contenders.iter().map(|contender| contender.name).collect();
        let mut seconds = vec![Vec::new(); contenders.len()];
        let mut sums = vec![0; contenders.len()];
        for round in 0..=rounds {
            let work = work()?;
            for turn in 0..contenders.len() {
                let at = (round + turn) % contenders.len();
                let (Some(contender), Some(times), Some(sum)) =
                    (contenders.get_mut(at), seconds.get_mut(at), sums.get_mut(at))
                else {
                    continue;
                };
                if let Some(prepare) = &mut contender.prepare {
                    prepare()?;
                }
                let started = Instant::now();
                let answer = (contender.run)(&work)?;
                let took = started.elapsed().as_secs_f64() / items as f64;
                *sum += answer;
                if round > 0 {
                    times.push(took);
                }
            }
        }
        Ok(Self { names, seconds, sums })
    }

    /// Microseconds of one contender.
    pub(crate) fn micros(&self, at: usize) -> Spread {
        Spread::of(self.times(at).iter().map(|seconds| seconds * 1e6))
    }

    /// How many times as long as `base` a contender took, round by round.
    pub(crate) fn ratio(&self, at: usize, base: usize) -> Spread {
        Spread::of(self.times(at).iter().zip(self.times(base)).map(|(own, base)| own / base))
    }

    fn times(&self, at: usize) -> &[f64] {
        self.seconds.get(at).map(Vec::as_slice).unwrap_or_default()
    }
}

//! A line on the terminal that says how far the work is; it appears after a second and is gone at the end.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::console::Console;
use super::units;

/// Work that ends before this shows nothing.
const PATIENCE: Duration = Duration::from_secs(1);
/// Before this a rate says little about the remaining time.
const FIRST_GUESS: Duration = Duration::from_secs(2);

/// A progress line, or nothing where messages go to no terminal or nobody wants them.
pub(crate) struct ProgressLine {
    bar: Option<ProgressBar>,
    started: Instant,
    /// What was done before.
    before: u64,
    shown: bool,
}

impl ProgressLine {
    pub(crate) fn new(console: &Console) -> Self {
        let wanted = console.err_width.is_some() && !console.quiet;
        let bar = wanted.then(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()));
        Self { bar, started: Instant::now(), before: 0, shown: false }
    }

    /// Of work that goes on where it stopped: so much was done before, and says nothing about how fast it is.
    pub(crate) fn starting_at(mut self, before: u64) -> Self {
        self.before = before;
        self
    }

    /// Says that `done` of `total` is done, and something more about it.
    pub(crate) fn tell(&mut self, done: u64, total: Option<u64>, text: impl FnOnce(&Progressed) -> String) {
        let Some(bar) = &self.bar else { return };
        let elapsed = self.started.elapsed();
        if elapsed < PATIENCE {
            return;
        }
        if !self.shown {
            self.shown = true;
            bar.set_draw_target(ProgressDrawTarget::stderr());
            let template = if total.is_some() { "{bar:16.cyan/dim} {msg}" } else { "{spinner} {msg}" };
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("━━─"));
        }
        if let Some(total) = total {
            bar.set_length(total.max(1));
            bar.set_position(done.min(total));
        }
        bar.set_message(text(&Progressed { done, before: self.before, total, elapsed }));
        bar.tick();
    }

    /// Takes the line off the terminal.
    pub(crate) fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// How far the work is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Progressed {
    done: u64,
    before: u64,
    total: Option<u64>,
    elapsed: Duration,
}

impl Progressed {
    /// Done in each second so far.
    pub(crate) fn rate(&self, done: u64) -> u64 {
        (done.saturating_sub(self.before) as f64 / self.elapsed.as_secs_f64().max(0.001)) as u64
    }

    /// `, 3 min 20 s left`, or nothing as long as that would be a wild guess.
    pub(crate) fn left(&self) -> String {
        let Some(total) = self.total.filter(|&total| self.done > self.before && total >= self.done) else {
            return String::new();
        };
        if self.elapsed < FIRST_GUESS {
            return String::new();
        }
        let done = self.done - self.before;
        let seconds = self.elapsed.as_secs_f64() * (total - self.done) as f64 / done as f64;
        let seconds = if seconds.is_finite() { seconds.min(1e9) } else { 1e9 };
        format!(", {} left", units::duration(Duration::from_secs_f64(seconds.max(1.0).round())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_remaining_time_is_told_once_it_is_known() {
        let progressed = |done, total, seconds| Progressed {
            done,
            before: 0,
            total,
            elapsed: Duration::from_secs(seconds),
        };
        assert_eq!(progressed(1, Some(4), 1).left(), "");
        assert_eq!(progressed(0, Some(4), 10).left(), "");
        assert_eq!(progressed(5, None, 10).left(), "");
        assert_eq!(progressed(1, Some(4), 10).left(), ", 30 s left");
        assert_eq!(progressed(4, Some(4), 10).left(), ", 1.0 s left");
        assert_eq!(progressed(1, Some(4), 10).rate(50), 5);
    }

    #[test]
    fn what_was_done_before_says_nothing_about_the_rate() {
        let progressed =
            Progressed { done: 150, before: 100, total: Some(200), elapsed: Duration::from_secs(10) };
        assert_eq!((progressed.rate(150), progressed.left().as_str()), (5, ", 10 s left"));
        assert_eq!(Progressed { done: 100, ..progressed }.left(), "");
    }
}

//! The states of a job, the ways from one to the next, and what each vendor calls them.

use std::fmt;
use std::str::FromStr;

use super::JobError;

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Submitted; nobody works on it yet.
    Queued,
    /// Some chunks may be done, others are not.
    Running,
    /// The next item cannot be paid.
    Paused,
    /// Every item has its outcome. That nobody was found is a result, too.
    Completed,
    /// It cannot go on by itself; what was done stays done.
    Failed,
    /// The owner stopped it.
    Cancelled,
}

/// What happens to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transition {
    /// A worker takes its first chunk.
    Start,
    /// The last item got its outcome.
    Complete,
    /// Something stands in the way of every item: the people's file is gone or damaged.
    Fail,
    /// The next item cannot be paid.
    Pause,
    /// The owner stops it.
    Cancel,
    /// The owner lets it go on where it stopped.
    Resume,
    /// The owner has items tried again that failed for a passing reason.
    Retry,
}

/// The words of one vendor; `None` where it has no such thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// `crustdata.md` 6.5. It knows neither paused nor cancelled jobs: one goes on, the other ends without its result.
    pub crustdata: &'static str,
    /// `aggknowledge.md` 2.3.
    pub aggknowledge: &'static str,
    /// `influencers-club.md` 3.
    pub influencers_club: &'static str,
    /// `pdl.md` 1.11: bulk calls answer at once, so only what is complete has a word.
    pub people_data_labs: Option<&'static str>,
}

impl State {
    /// Every state.
    pub const ALL: [State; 6] =
        [Self::Queued, Self::Running, Self::Paused, Self::Completed, Self::Failed, Self::Cancelled];

    /// The state's own word: in the ledger, in commands and in lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// What the vendors call it.
    pub fn words(self) -> Words {
        let (crustdata, aggknowledge, influencers_club, people_data_labs) = match self {
            Self::Queued => ("pending", "queued", "queued", None),
            Self::Running => ("processing", "processing", "processing", None),
            Self::Paused => ("processing", "processing", "paused_insufficient_credits", None),
            Self::Completed => ("completed", "completed", "finished", Some("200")),
            Self::Failed | Self::Cancelled => ("failed", "failed", "failed", None),
        };
        Words { crustdata, aggknowledge, influencers_club, people_data_labs }
    }

    /// Whether something more happens by itself, as soon as somebody works on it.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::Queued | Self::Running)
    }

    /// Whether it has ended: it is kept until it expires.
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }

    /// The state that `transition` leads to.
    ///
    /// # Errors
    /// [`JobError::Transition`] where there is no such way.
    pub fn after(self, transition: Transition) -> Result<State, JobError> {
        use {State as S, Transition as T};
        match (self, transition) {
            (S::Queued, T::Start) => Ok(S::Running),
            (S::Running, T::Complete) => Ok(S::Completed),
            (S::Queued | S::Running, T::Fail) => Ok(S::Failed),
            (S::Running, T::Pause) => Ok(S::Paused),
            (S::Queued | S::Running | S::Paused, T::Cancel) => Ok(S::Cancelled),
            (S::Paused | S::Failed, T::Resume) => Ok(S::Queued),
            (S::Completed, T::Retry) => Ok(S::Queued),
            _ => Err(JobError::Transition { state: self, transition }),
        }
    }
}

impl Transition {
    /// Every transition.
    pub const ALL: [Transition; 7] =
        [Self::Start, Self::Complete, Self::Fail, Self::Pause, Self::Cancel, Self::Resume, Self::Retry];

    /// The verb, for messages: `a completed job cannot be cancelled`.
    pub fn participle(self) -> &'static str {
        match self {
            Self::Start => "started",
            Self::Complete => "completed",
            Self::Fail => "failed",
            Self::Pause => "paused",
            Self::Cancel => "cancelled",
            Self::Resume => "resumed",
            Self::Retry => "retried",
        }
    }

    /// The states from which it is possible.
    pub fn from(self) -> impl Iterator<Item = State> {
        State::ALL.into_iter().filter(move |state| state.after(self).is_ok())
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for State {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|state| state.name() == text).ok_or_else(|| {
            let all: Vec<&str> = Self::ALL.iter().map(|state| state.name()).collect();
            format!("{text:?} is no state of a job; there are {}", all.join(", "))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_these_ways_exist() {
        let ways: Vec<String> = State::ALL
            .into_iter()
            .flat_map(|from| Transition::ALL.map(|transition| (from, transition)))
            .filter_map(|(from, transition)| Some(format!("{from}>{}", from.after(transition).ok()?)))
            .collect();
        assert_eq!(
            ways.join(" "),
            "queued>running queued>failed queued>cancelled running>completed running>failed running>paused \
             running>cancelled paused>cancelled paused>queued completed>queued failed>queued"
        );
    }

    #[test]
    fn an_illegal_way_is_refused_with_the_state() {
        let error = State::Completed.after(Transition::Cancel).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a completed job cannot be cancelled; only one that is queued, running or paused can"
        );
    }

    #[test]
    fn vendors_words_are_those_of_their_contracts() {
        let crustdata: Vec<&str> = State::ALL.map(|state| state.words().crustdata).to_vec();
        assert_eq!(crustdata, ["pending", "processing", "processing", "completed", "failed", "failed"]);
        let agg: Vec<&str> = State::ALL.map(|state| state.words().aggknowledge).to_vec();
        assert_eq!(agg, ["queued", "processing", "processing", "completed", "failed", "failed"]);
        let club: Vec<&str> = State::ALL.map(|state| state.words().influencers_club).to_vec();
        assert_eq!(
            club,
            ["queued", "processing", "paused_insufficient_credits", "finished", "failed", "failed"]
        );
    }

    #[test]
    fn names_are_read_back() {
        for state in State::ALL {
            assert_eq!(state.name().parse(), Ok(state));
        }
        assert!("done".parse::<State>().unwrap_err().contains("queued, running, paused"));
    }
}

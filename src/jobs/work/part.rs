//! What a worker commits of a chunk: all of it, or as many of its items as can be paid.

use crate::jobs::answer::Answer;
use crate::jobs::ledger::{Done, DoneItem, Lease, Pause};
use crate::jobs::member::{self, Member};
use crate::jobs::{Credits, Item, JobError};

/// The first items of a chunk with their outcomes, and all lines that the chunk has with them.
pub(super) struct Part {
    items: Vec<DoneItem>,
    moved: Vec<(u64, u32)>,
    member: Option<Member>,
    pause: Option<Pause>,
}

impl Part {
    /// All of a chunk.
    pub(super) fn whole(lease: &Lease, answers: &[Answer]) -> Result<Self, JobError> {
        if answers.len() != lease.open.len() {
            let (got, wanted) = (answers.len(), lease.open.len());
            return Err(JobError::Internal(format!("{got} answers to {wanted} items")));
        }
        Self::of(lease, answers, None)
    }

    /// What comes before the first item that `balance` does not pay, and that item's price.
    pub(super) fn affordable(lease: &Lease, answers: &[Answer], balance: Credits) -> Result<Self, JobError> {
        let mut spent = Credits::ZERO;
        for (at, answer) in answers.iter().enumerate() {
            if spent + answer.charge > balance {
                let position = lease.open.get(at).map_or(0, |item| item.position);
                let (left, price) = (balance - spent, answer.charge);
                let message = format!("item {} costs {price} credits, and {left} are left", position + 1);
                let before = answers.get(..at).unwrap_or_default();
                return Self::of(lease, before, Some(Pause { message, price }));
            }
            spent = spent + answer.charge;
        }
        // The balance grew meanwhile.
        Self::whole(lease, answers)
    }

    fn of(lease: &Lease, answers: &[Answer], pause: Option<Pause>) -> Result<Self, JobError> {
        let old = lease.gzip.as_deref().map(member::lines_of).transpose()?.unwrap_or_default();
        let old: Vec<&str> = std::str::from_utf8(&old)
            .map_err(|_| JobError::Internal("lines that are not UTF-8".to_string()))?
            .split_terminator('\n')
            .collect();
        let mut lines: Vec<&str> = Vec::with_capacity(lease.kept.len() + answers.len());
        let (mut items, mut moved) = (Vec::with_capacity(answers.len()), Vec::new());
        let mut kept = lease.kept.iter().peekable();
        for (item, answer) in lease.open.iter().zip(answers) {
            while let Some(item) = kept.next_if(|kept| kept.position < item.position) {
                moved.push((item.position, lines.len() as u32));
                lines.push(old_line(&old, item)?);
            }
            let line = answer.line.as_deref().map(|line| {
                lines.push(line);
                lines.len() as u32 - 1
            });
            let (position, outcome, charge) = (item.position, answer.outcome.clone(), answer.charge);
            items.push(DoneItem { position, outcome, line, charge });
        }
        for item in kept {
            moved.push((item.position, lines.len() as u32));
            lines.push(old_line(&old, item)?);
        }
        let member = Member::of(lines.into_iter())?;
        Ok(Self { items, moved, member, pause })
    }

    /// Items that got their outcome.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether the job pauses behind it.
    pub(super) fn pauses(&self) -> bool {
        self.pause.is_some()
    }

    /// What the ledger is told.
    pub(super) fn done(&self) -> Done<'_> {
        let (items, moved) = (&self.items, &self.moved);
        Done { items, moved, member: self.member.as_ref(), pause: self.pause.as_ref() }
    }
}

/// The line that an item had before.
fn old_line<'l>(old: &[&'l str], item: &Item) -> Result<&'l str, JobError> {
    let line = item.line.and_then(|line| old.get(line as usize).copied());
    line.ok_or_else(|| JobError::Internal(format!("the line of item {} is gone", item.position + 1)))
}

//! Credits: accounts that keep them, rates, and the journal, in which every row takes from one account and gives to another.

use jiff::Timestamp;

use super::{Ledger, signed, time, unsigned};
use crate::jobs::credit::standard_rate;
use crate::jobs::{Credits, JobError, JobId, Rate};

/// A row of the journal, as one account sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number; later rows have higher ones.
    pub entry: u64,
    /// When.
    pub at: Timestamp,
    /// The account.
    pub account: String,
    /// What came in; below zero: what went out.
    pub amount: Credits,
    /// The job that was charged for, and the position of its chunk's first item.
    pub job: Option<(JobId, u64)>,
    /// Why: a note for credits that were added, the mode for those that were charged.
    pub memo: Option<String>,
}

/// Which rows of the journal.
#[derive(Debug, Clone, Default)]
pub struct JournalQuery {
    /// Only those of this account.
    pub account: Option<String>,
    /// Only those behind this one, in the order of the answer.
    pub before: Option<u64>,
    /// At most so many.
    pub limit: u32,
}

/// The account that credits come from when they are added.
const ISSUED: i64 = 1;

impl Ledger {
    /// Adds credits to an account, which keeps credits from then on: its jobs cost what the rates say. Returns the balance.
    /// A job that paused goes on when it is resumed.
    ///
    /// # Errors
    /// Nothing added, or more than an account may hold.
    pub fn add_credits(
        &mut self,
        account: &str,
        amount: Credits,
        memo: Option<&str>,
    ) -> Result<Credits, JobError> {
        if amount <= Credits::ZERO {
            return Err(JobError::Input(format!("{amount} credits cannot be added: write more than 0")));
        }
        self.write(|ledger| {
            let row = ledger.account(account)?;
            let insert =
                "INSERT INTO credit_accounts (name, account) VALUES (?, ?) ON CONFLICT (account) DO NOTHING";
            ledger.sql.execute(insert, (account, row))?;
            let target: i64 = ledger.sql.row(
                "SELECT credit_account FROM credit_accounts WHERE account = ?",
                [row],
                |row| row.get(0),
            )?;
            let insert = "INSERT INTO journal (at, source, target, amount, memo) VALUES (?, ?, ?, ?, ?)";
            ledger.sql.execute(insert, (ledger.now(), ISSUED, target, amount.millionths(), memo))?;
            let balance = ledger.balance(account)?.unwrap_or_default();
            if balance > Credits::MAX {
                let problem = format!("an account holds at most {} credits", Credits::MAX);
                return Err(JobError::Input(problem));
            }
            Ok(balance)
        })
    }

    /// What an account has; `None` if it keeps no credits: its jobs are free.
    pub fn balance(&self, account: &str) -> Result<Option<Credits>, JobError> {
        let query = "SELECT balance FROM credit_accounts WHERE name = ? AND account IS NOT NULL";
        self.sql.row_or_none(query, [account], |row| Ok(Credits::from_millionths(row.get(0)?)))
    }

    /// Every account that keeps credits, with its balance, by name.
    pub fn balances(&self) -> Result<Vec<(String, Credits)>, JobError> {
        let query = "SELECT name, balance FROM credit_accounts WHERE account IS NOT NULL ORDER BY name";
        self.sql.rows(query, [], |row| Ok((row.get(0)?, Credits::from_millionths(row.get(1)?))))
    }

    /// Rows of the journal, the newest first.
    pub fn journal(&self, query: &JournalQuery) -> Result<Vec<Entry>, JobError> {
        self.sql.rows(
            "SELECT entry, at, name, iif(target = credit_account, amount, -amount), job_id, first, memo \
             FROM journal JOIN credit_accounts ON credit_account IN (source, target) \
             WHERE account IS NOT NULL AND (?1 IS NULL OR name = ?1) AND (?2 IS NULL OR entry < ?2) \
             ORDER BY entry DESC LIMIT ?3",
            (&query.account, query.before.map(signed), query.limit),
            |row| {
                let job: Option<String> = row.get(4)?;
                let first: Option<i64> = row.get(5)?;
                Ok(Entry {
                    entry: unsigned(row.get(0)?),
                    at: time(row.get(1)?),
                    account: row.get(2)?,
                    amount: Credits::from_millionths(row.get(3)?),
                    job: job.and_then(|id| id.parse().ok()).zip(first.map(unsigned)),
                    memo: row.get(6)?,
                })
            },
        )
    }

    /// What a record costs in a mode: what was set, or the vendors' price.
    pub fn rate(&self, mode: &str) -> Result<Rate, JobError> {
        let set = "SELECT rate FROM rates WHERE mode = ?";
        let set: Option<String> = self.sql.row_or_none(set, [mode], |row| row.get(0))?;
        match set {
            None => Ok(standard_rate(mode)),
            Some(json) => serde_json::from_str(&json)
                .map_err(|error| JobError::Internal(format!("the rate of {mode} cannot be read: {error}"))),
        }
    }

    /// Sets what a record costs in a mode, for jobs that are submitted from now on.
    pub fn set_rate(&self, mode: &str, rate: &Rate) -> Result<(), JobError> {
        let json = serde_json::to_string(rate);
        let json = json.map_err(|error| JobError::Internal(format!("a rate that is no JSON: {error}")))?;
        let set = "INSERT INTO rates (mode, rate) VALUES (?, ?) ON CONFLICT (mode) DO UPDATE SET rate = excluded.rate";
        self.sql.execute(set, (mode, json))?;
        Ok(())
    }
}

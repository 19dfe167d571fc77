//! `rolo keys`: what a server knows its clients by. A secret is printed once, and only its hash is kept.

use rolo::jobs::ApiKey;
use serde::Serialize;

use super::args::{self, ApiKeysCommand, Format};
use super::console::Console;
use super::failure::{Exit, Failure};
use super::jobs::{minute, open_if_any, open_or_make, owner_of};
use super::output::{Output, Row, RowWriter, format_of, json_line};

pub(crate) fn run(args: &args::ApiKeys, console: &mut Console) -> Result<Exit, Failure> {
    match &args.command {
        ApiKeysCommand::Create(args) => create(args, console),
        ApiKeysCommand::List(args) => list(args, console),
        ApiKeysCommand::Revoke(args) => revoke(args, console),
    }
}

fn create(args: &args::CreateKey, console: &mut Console) -> Result<Exit, Failure> {
    let mut ledger = open_or_make(&args.database)?;
    let new = ledger.create_key(&owner_of(&args.whose), args.label.as_deref())?;
    console.print(&format!("{}\n", new.secret))?;
    let (prefix, owner) = (&new.key.prefix, &new.key.owner);
    let (account, environment) = (&owner.account, owner.environment.name());
    console.note(&format!(
        "key {prefix} of account {account}, {environment}: keep it now, it is not shown again"
    ));
    Ok(Exit::Done)
}

fn list(args: &args::ListKeys, console: &mut Console) -> Result<Exit, Failure> {
    let ledger = open_if_any(&args.database)?;
    let keys = ledger.map(|ledger| ledger.keys()).transpose()?.unwrap_or_default();
    let output = Output::open(args.rows.output.as_deref(), &args.database)?;
    let format = format_of(&args.rows, &output, console);
    let header = ["prefix", "account", "environment", "label", "created_at", "revoked_at"];
    let header = header.map(str::to_string).to_vec();
    let mut rows = RowWriter::new(output, format, header, vec![false; 6], console);
    for key in &keys {
        rows.push(&KeyRow { key, is_table: format == Format::Table }, console)?;
    }
    rows.finish(console)?;
    if keys.is_empty() {
        console.note("there is no key; `rolo keys create` makes one");
    }
    Ok(Exit::Done)
}

fn revoke(args: &args::RevokeKey, console: &mut Console) -> Result<Exit, Failure> {
    let no_key = || Failure::Usage(format!("there is no key {:?}; `rolo keys list` shows all", args.prefix));
    let mut ledger = open_if_any(&args.database)?.ok_or_else(no_key)?;
    let key = ledger.revoke_key(&args.prefix)?;
    console.note(&format!("key {} does not work any more", key.prefix));
    Ok(Exit::Done)
}

/// A key as a row.
struct KeyRow<'a> {
    key: &'a ApiKey,
    is_table: bool,
}

/// A key as JSON.
#[derive(Debug, Serialize)]
struct KeyJson<'a> {
    prefix: &'a str,
    account: &'a str,
    environment: &'static str,
    label: Option<&'a str>,
    created_at: String,
    revoked_at: Option<String>,
}

impl Row for KeyRow<'_> {
    fn json(&self) -> Result<String, Failure> {
        let json = KeyJson {
            prefix: &self.key.prefix,
            account: &self.key.owner.account,
            environment: self.key.owner.environment.name(),
            label: self.key.label.as_deref(),
            created_at: self.key.created_at.to_string(),
            revoked_at: self.key.revoked_at.map(|at| at.to_string()),
        };
        json_line(&json)
    }

    fn cells(&self) -> Result<Vec<String>, Failure> {
        let time = |at: jiff::Timestamp| if self.is_table { minute(at) } else { at.to_string() };
        let ApiKey { prefix, owner, label, created_at, revoked_at } = self.key;
        let names = [prefix.clone(), owner.account.clone(), owner.environment.name().to_string()];
        let rest =
            [label.clone().unwrap_or_default(), time(*created_at), revoked_at.map(time).unwrap_or_default()];
        Ok(names.into_iter().chain(rest).collect())
    }
}

//! API keys: what a server knows its clients by. The ledger has the hash of a key's secret, never the secret.

use jiff::Timestamp;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::{Ledger, time};
use crate::jobs::{JobError, Owner};

/// An API key without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    /// Its public beginning, by which it is named.
    pub prefix: String,
    /// Whose jobs it gives access to.
    pub owner: Owner,
    /// What its owner calls it.
    pub label: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stopped working.
    pub revoked_at: Option<Timestamp>,
}

/// A key that was just made: the only time its secret is seen.
#[derive(Clone)]
pub struct NewKey {
    /// What the ledger keeps.
    pub key: ApiKey,
    /// What the client sends.
    pub secret: String,
}

/// Without the secret, so that it gets into no log.
impl std::fmt::Debug for NewKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewKey").field("key", &self.key).finish_non_exhaustive()
    }
}

const SELECT: &str = "SELECT prefix, name, environment, label, k.created_at, revoked_at, secret_hash \
                      FROM keys k JOIN accounts USING (account)";

impl Ledger {
    /// Makes a key for an account, which is made if there is none. 256 random bits, so that a plain hash protects it.
    pub fn create_key(&mut self, owner: &Owner, label: Option<&str>) -> Result<NewKey, JobError> {
        let (prefix, secret) = (random_hex::<6>()?, random_hex::<32>()?);
        let prefix = format!("rolo_{}_{prefix}", owner.environment.name());
        let secret = format!("{prefix}_{secret}");
        let hash = hash(&secret);
        let created_at = self.now();
        self.write(|ledger| {
            let account = ledger.account(&owner.account)?;
            ledger.sql.execute(
                "INSERT INTO keys (prefix, account, environment, label, secret_hash, created_at) VALUES (?, ?, ?, ?, ?, ?)",
                (&prefix, account, owner.environment.name(), label, hash.as_slice(), created_at),
            )
        })?;
        let label = label.map(str::to_string);
        let created_at = time(created_at);
        let key = ApiKey { prefix, owner: owner.clone(), label, created_at, revoked_at: None };
        Ok(NewKey { key, secret })
    }

    /// All keys, the oldest first.
    pub fn keys(&self) -> Result<Vec<ApiKey>, JobError> {
        self.sql.rows(&format!("{SELECT} ORDER BY k.created_at, prefix"), [], |row| Ok(read_key(row)?.0))
    }

    /// Makes a key useless from now on. Returns it.
    ///
    /// # Errors
    /// There is no such key.
    pub fn revoke_key(&mut self, prefix: &str) -> Result<ApiKey, JobError> {
        let update = "UPDATE keys SET revoked_at = coalesce(revoked_at, ?) WHERE prefix = ?";
        self.sql.execute(update, (self.now(), prefix))?;
        let key = self
            .sql
            .row_or_none(&format!("{SELECT} WHERE prefix = ?"), [prefix], |row| Ok(read_key(row)?.0))?;
        key.ok_or_else(|| JobError::Item(format!("there is no key {prefix:?}; `rolo keys list` shows all")))
    }

    /// Whose key it is; `None` if it is nobody's or was revoked. The secret is compared in constant time.
    pub fn authenticate(&self, secret: &str) -> Result<Option<Owner>, JobError> {
        let Some((prefix, _)) = secret.rsplit_once('_') else { return Ok(None) };
        let found = self.sql.row_or_none(&format!("{SELECT} WHERE prefix = ?"), [prefix], read_key)?;
        let own = hash(secret);
        Ok(found.and_then(|(key, hash)| {
            let same: bool = own.ct_eq(hash.as_slice()).into();
            (same && key.revoked_at.is_none()).then_some(key.owner)
        }))
    }
}

fn read_key(row: &rusqlite::Row<'_>) -> rusqlite::Result<(ApiKey, Vec<u8>)> {
    let environment = row.get_ref(2)?.as_str()?.parse();
    let environment = environment.map_err(|error: String| {
        rusqlite::Error::FromSqlConversionFailure(2, rusqlite::types::Type::Text, error.into())
    })?;
    let key = ApiKey {
        prefix: row.get(0)?,
        owner: Owner { account: row.get(1)?, environment },
        label: row.get(3)?,
        created_at: time(row.get(4)?),
        revoked_at: row.get::<_, Option<i64>>(5)?.map(time),
    };
    Ok((key, row.get(6)?))
}

fn hash(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

fn random_hex<const N: usize>() -> Result<String, JobError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| JobError::Internal(format!("no random numbers: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

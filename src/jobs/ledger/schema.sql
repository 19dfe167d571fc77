-- Version 1 of the ledger. docs/jobs.md explains the tables; what SQLite can hold of their invariants is held here.
-- Times are milliseconds since 1970 (UTC), amounts are millionths of a credit.

CREATE TABLE accounts (
    account    INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
    created_at INTEGER NOT NULL
) STRICT;

-- API keys. The secret itself is nowhere; `prefix` is its public beginning.
CREATE TABLE keys (
    prefix      TEXT PRIMARY KEY,
    account     INTEGER NOT NULL REFERENCES accounts,
    environment TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    label       TEXT,
    secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
    created_at  INTEGER NOT NULL,
    revoked_at  INTEGER
) STRICT;

CREATE TABLE jobs (
    job              INTEGER PRIMARY KEY AUTOINCREMENT,
    id               TEXT NOT NULL UNIQUE,
    account          INTEGER NOT NULL REFERENCES accounts,
    environment      TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    kind             TEXT NOT NULL,
    request          TEXT NOT NULL CHECK (json_valid(request)),
    state            TEXT NOT NULL DEFAULT 'queued',
    message          TEXT,
    snapshot         TEXT NOT NULL,
    answered_from    TEXT,
    on_snapshot_gone TEXT NOT NULL CHECK (on_snapshot_gone IN ('newest', 'fail')),
    chunk_size       INTEGER NOT NULL CHECK (chunk_size > 0),
    items            INTEGER NOT NULL CHECK (items >= 0),
    found            INTEGER NOT NULL DEFAULT 0 CHECK (found >= 0),
    not_found        INTEGER NOT NULL DEFAULT 0 CHECK (not_found >= 0),
    invalid          INTEGER NOT NULL DEFAULT 0 CHECK (invalid >= 0),
    failed           INTEGER NOT NULL DEFAULT 0 CHECK (failed >= 0),
    lines            INTEGER NOT NULL DEFAULT 0 CHECK (lines >= 0),
    rate             TEXT CHECK (rate IS NULL OR json_valid(rate)),
    charged          INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0),
    created_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER,
    keep_for         INTEGER NOT NULL CHECK (keep_for >= 0),
    expires_at       INTEGER,
    CHECK (found + not_found + invalid + failed <= items),
    CHECK (lines <= items),
    CHECK (state != 'completed' OR found + not_found + invalid + failed = items),
    CHECK ((state IN ('completed', 'failed', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((finished_at IS NULL) = (expires_at IS NULL)),
    CHECK (rate IS NOT NULL OR charged = 0),
    CHECK (environment = 'live' OR rate IS NULL)
) STRICT;
CREATE INDEX jobs_by_owner ON jobs (account, environment, job);
CREATE INDEX jobs_open ON jobs (job) WHERE state IN ('queued', 'running');

-- The ways between states; filled from the table in the code, so that there is one.
CREATE TABLE transitions (
    before TEXT NOT NULL,
    after  TEXT NOT NULL,
    PRIMARY KEY (before, after)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER jobs_go_only_these_ways BEFORE UPDATE OF state ON jobs
WHEN OLD.state != NEW.state
    AND NOT EXISTS (SELECT 1 FROM transitions WHERE before = OLD.state AND after = NEW.state)
BEGIN
    SELECT RAISE(ABORT, 'a transition that does not exist');
END;

CREATE TRIGGER jobs_start_queued BEFORE INSERT ON jobs WHEN NEW.state != 'queued'
BEGIN
    SELECT RAISE(ABORT, 'a job that does not begin as queued');
END;

CREATE TABLE items (
    job       INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    position  INTEGER NOT NULL CHECK (position >= 0),
    input     TEXT NOT NULL,
    outcome   TEXT NOT NULL DEFAULT 'pending' CHECK (outcome IN ('pending', 'found', 'not_found', 'invalid', 'failed')),
    person    INTEGER,
    message   TEXT,
    retryable INTEGER NOT NULL DEFAULT 0 CHECK (retryable IN (0, 1)),
    line      INTEGER,
    charge    INTEGER NOT NULL DEFAULT 0 CHECK (charge >= 0),
    PRIMARY KEY (job, position),
    CHECK ((outcome = 'found') = (person IS NOT NULL)),
    CHECK (charge = 0 OR outcome = 'found'),
    CHECK (line IS NULL OR outcome != 'pending'),
    CHECK (retryable = 0 OR outcome = 'failed')
) STRICT, WITHOUT ROWID;

-- An outcome is final, but for a failure that may pass. So nothing is charged twice.
CREATE TRIGGER items_end_once BEFORE UPDATE OF outcome, person, charge ON items
WHEN OLD.outcome != 'pending' AND OLD.retryable = 0
    AND (OLD.outcome IS NOT NEW.outcome OR OLD.person IS NOT NEW.person OR OLD.charge != NEW.charge)
BEGIN
    SELECT RAISE(ABORT, 'a second outcome for an item');
END;

-- A run of items of one job: `first` .. `first + items - 1`. It is done when none of them is pending. `token` counts how
-- often it was taken: a worker whose token is not the last one has lost it.
CREATE TABLE chunks (
    job          INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE,
    first        INTEGER NOT NULL CHECK (first >= 0),
    items        INTEGER NOT NULL CHECK (items > 0),
    state        TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'leased', 'done')),
    worker       TEXT,
    token        INTEGER NOT NULL DEFAULT 0 CHECK (token >= 0),
    leased_until INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    not_before   INTEGER NOT NULL DEFAULT 0,
    lines        INTEGER NOT NULL DEFAULT 0 CHECK (lines BETWEEN 0 AND items),
    PRIMARY KEY (job, first),
    CHECK ((state = 'leased') = (worker IS NOT NULL)),
    CHECK ((state = 'leased') = (leased_until IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX chunks_open ON chunks (job, first) WHERE state = 'open';
CREATE INDEX chunks_leased ON chunks (job, first) WHERE state = 'leased';

CREATE TRIGGER chunks_tokens_grow BEFORE UPDATE OF token ON chunks WHEN NEW.token < OLD.token
BEGIN
    SELECT RAISE(ABORT, 'a fencing token that shrinks');
END;

-- The result lines of a chunk so far, as one gzip member; none where it has no line.
CREATE TABLE members (
    job   INTEGER NOT NULL,
    first INTEGER NOT NULL,
    bytes INTEGER NOT NULL CHECK (bytes > 0),
    lines INTEGER NOT NULL CHECK (lines > 0),
    gzip  BLOB NOT NULL,
    UNIQUE (job, first),
    FOREIGN KEY (job, first) REFERENCES chunks ON DELETE CASCADE
) STRICT;

-- Where credits are. Those of customers never fall below zero; the two of the house take what goes out and comes in.
CREATE TABLE credit_accounts (
    credit_account INTEGER PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE,
    account        INTEGER UNIQUE REFERENCES accounts,
    balance        INTEGER NOT NULL DEFAULT 0,
    CHECK (account IS NULL OR balance >= 0)
) STRICT;
INSERT INTO credit_accounts (credit_account, name) VALUES (1, '(issued)'), (2, '(earned)');

-- Double entry: each row takes from one account and gives to another. Rows are never changed or removed.
CREATE TABLE journal (
    entry  INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL,
    source INTEGER NOT NULL REFERENCES credit_accounts,
    target INTEGER NOT NULL REFERENCES credit_accounts,
    amount INTEGER NOT NULL CHECK (amount > 0),
    job_id TEXT,
    first  INTEGER,
    token  INTEGER,
    memo   TEXT,
    CHECK (source != target),
    CHECK ((target = 2) = (job_id IS NOT NULL AND first IS NOT NULL AND token IS NOT NULL)),
    UNIQUE (job_id, first, token)
) STRICT;
CREATE INDEX journal_by_source ON journal (source, entry);
CREATE INDEX journal_by_target ON journal (target, entry);

CREATE TRIGGER journal_moves AFTER INSERT ON journal
BEGIN
    UPDATE credit_accounts SET balance = balance - NEW.amount WHERE credit_account = NEW.source;
    UPDATE credit_accounts SET balance = balance + NEW.amount WHERE credit_account = NEW.target;
    -- What a job was charged is what its items cost.
    UPDATE jobs SET charged = charged + NEW.amount WHERE id = NEW.job_id;
    SELECT RAISE(ABORT, 'a charge that is not what its items cost') WHERE NEW.job_id IS NOT NULL AND
        (SELECT coalesce(sum(amount), 0) FROM journal WHERE job_id = NEW.job_id AND first = NEW.first) IS NOT
        (SELECT coalesce(sum(i.charge), 0)
         FROM jobs j JOIN chunks c ON c.job = j.job AND c.first = NEW.first
             JOIN items i ON i.job = c.job AND i.position >= c.first AND i.position < c.first + c.items
         WHERE j.id = NEW.job_id);
END;

CREATE TRIGGER journal_stays BEFORE UPDATE ON journal
BEGIN
    SELECT RAISE(ABORT, 'a change to the journal');
END;

CREATE TRIGGER journal_keeps BEFORE DELETE ON journal
BEGIN
    SELECT RAISE(ABORT, 'a removal from the journal');
END;

-- What a record costs, by mode (`Rate` as JSON).
CREATE TABLE rates (
    mode TEXT PRIMARY KEY,
    rate TEXT NOT NULL CHECK (json_valid(rate))
) STRICT;

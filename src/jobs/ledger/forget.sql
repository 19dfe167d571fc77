-- Version 2: people who were forgotten. What was counted and paid for an item of theirs stays; all that it says goes.

-- Each time that somebody was. Whoever has the people's file open from before must open it again.
CREATE TABLE forgets (
    forget INTEGER PRIMARY KEY AUTOINCREMENT,
    at     INTEGER NOT NULL
) STRICT;

-- Who is being forgotten, as salted hashes, until the people's file is without them: then the ledger is looked through once more.
CREATE TABLE forgetting (
    forget INTEGER PRIMARY KEY REFERENCES forgets,
    whom   BLOB NOT NULL
) STRICT;

-- How many items of a job were forgotten, whatever their outcome is.
ALTER TABLE jobs ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten >= 0);

-- The person of a forgotten item that was found is 0, which nobody is.
ALTER TABLE items ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0 CHECK (forgotten = 0 OR
    (forgotten = 1 AND outcome != 'pending' AND retryable = 0 AND input = '' AND message IS NULL AND line IS NULL
     AND coalesce(person, 0) = 0));

DROP TRIGGER items_end_once;
CREATE TRIGGER items_end_once BEFORE UPDATE OF outcome, person, charge ON items
WHEN OLD.outcome != 'pending' AND OLD.retryable = 0
    AND (OLD.outcome IS NOT NEW.outcome OR OLD.charge != NEW.charge
         OR (OLD.person IS NOT NEW.person AND NEW.forgotten = 0))
BEGIN
    SELECT RAISE(ABORT, 'a second outcome for an item');
END;

CREATE TRIGGER items_stay_forgotten BEFORE UPDATE OF forgotten ON items WHEN OLD.forgotten > NEW.forgotten
BEGIN
    SELECT RAISE(ABORT, 'an item that is not forgotten any more');
END;

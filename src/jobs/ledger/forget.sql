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

DROP VIEW faults;
CREATE VIEW faults (what, which) AS
    SELECT 'balance is not the sum of the journal', name FROM credit_accounts a WHERE balance !=
        (SELECT coalesce(sum(amount), 0) FROM journal WHERE target = a.credit_account) -
        (SELECT coalesce(sum(amount), 0) FROM journal WHERE source = a.credit_account)
    UNION ALL
    SELECT 'counters are not those of the items', id FROM jobs j WHERE (found, not_found, invalid, failed, lines, charged, forgotten) IS NOT
        (SELECT count(*) FILTER (WHERE outcome = 'found'), count(*) FILTER (WHERE outcome = 'not_found'),
                count(*) FILTER (WHERE outcome = 'invalid'), count(*) FILTER (WHERE outcome = 'failed'),
                count(line), coalesce(sum(charge), 0), count(*) FILTER (WHERE forgotten)
         FROM items i WHERE i.job = j.job)
    UNION ALL
    SELECT 'items are missing', id FROM jobs j WHERE items != (SELECT count(*) FROM items i WHERE i.job = j.job)
    UNION ALL
    SELECT 'chunks do not cover the items', id FROM jobs j
        WHERE items != (SELECT coalesce(sum(items), 0) FROM chunks c WHERE c.job = j.job)
    UNION ALL
    SELECT 'a chunk has other lines than its items', j.id || ' ' || first FROM jobs j JOIN chunks c USING (job) WHERE c.lines !=
        (SELECT count(line) FROM items i WHERE i.job = c.job AND position >= first AND position < first + c.items)
    UNION ALL
    SELECT 'a chunk has other lines than its member', j.id || ' ' || c.first
        FROM jobs j JOIN chunks c USING (job) LEFT JOIN members m USING (job, first)
        WHERE c.lines != coalesce(m.lines, 0)
    UNION ALL
    SELECT 'an item is open in a chunk that is done', j.id || ' ' || position
        FROM jobs j JOIN chunks c USING (job) JOIN items i ON i.job = c.job AND position >= first AND position < first + c.items
        WHERE c.state = 'done' AND outcome = 'pending';

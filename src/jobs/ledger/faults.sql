-- What no single change can break, but a mistake could; always empty. Any SQLite tool can ask.
DROP VIEW IF EXISTS faults;
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

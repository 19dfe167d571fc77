"""Compares, character by character, what rolo takes for lower case and for part of a word with what DuckDB does.

The argument is a table of lines `code point,code point in lower case,1 if part of a word else 0`. Every difference must have one of these
reasons:

- DuckDB's Unicode is older and does not know the character: it is in no general category there.
- A mark or a circled letter has the property Alphabetic, though its general category is neither Letter nor Number. Rolo asks for
  the property, so that words of scripts with vowel signs stay whole; regular expressions in SQL have the categories alone.

Exits with 0 if there are no other differences, else prints the first and exits with 1.
"""

import sys

import duckdb

UNEXPLAINED = r"""
    WITH here AS (
        SELECT code, chr(lower_code) AS folded, word = 1 AS of_word, chr(code) AS character
        FROM read_csv($table, header = false, columns = {'code': 'INTEGER', 'lower_code': 'INTEGER', 'word': 'INTEGER'})
    ), compared AS (
        SELECT
            *,
            lower(character) AS duckdb_folded,
            regexp_full_match(character, '[\p{L}\p{N}]') AS duckdb_of_word,
            regexp_full_match(character, '[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\p{C}]') AS known,
            of_word AND regexp_full_match(character, '[\p{M}\p{So}]') AS alphabetic
        FROM here
    )
    SELECT printf('U+%04X', code), folded, duckdb_folded, of_word, duckdb_of_word
    FROM compared
    WHERE known AND (folded <> duckdb_folded OR (of_word <> duckdb_of_word AND NOT alphabetic))
    ORDER BY code
"""


def main():
    [_, table] = sys.argv
    with duckdb.connect() as connection:
        count = connection.execute("SELECT count(*) FROM read_csv($table, header = false)", {"table": table}).fetchone()[0]
        differences = connection.execute(UNEXPLAINED, {"table": table}).fetchall()
    for code, folded, duckdb_folded, of_word, duckdb_of_word in differences[:20]:
        print(f"{code}: lower case {folded!r}, in DuckDB {duckdb_folded!r}; part of a word: {of_word}, in DuckDB {duckdb_of_word}")
    print(f"{len(differences)} differences in {count} characters")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()

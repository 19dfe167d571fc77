"""Runs statements of the SQL tests with DuckDB over the same database file, and compares the rows.

The argument is a file of JSON lines. A line with `database` begins a database: `tables` are the columns of each of its tables, in
order, and `others` the databases that are attached to it, by name, with theirs. Every other line is a statement, with `place` (where
it stands), `sql`, and the `rows` that rolo gave; `ordered` says whether their order counts.

DuckDB reads the file as any Parquet file: the tables are made here from its nested columns, by the rules of the tables' own
documentation, not by rolo. Paths are written as one quoted name for it, and the short names of people as the paths that they mean.

Prints a JSON line for each statement whose rows differ, with `place` and `problem`, and exits with 1 if there are any.
"""

import datetime
import decimal
import json
import math
import re
import sys
from pathlib import Path

import duckdb

SCHEMA = Path(__file__).parents[2] / "schemas" / "person.json"
ID = "crustdata_person_id"
# A number that was added up in another order differs in its last digits.
TOLERANCE = 1e-9
# Rows that are shown of a difference.
SHOWN = 5

TOKEN = re.compile(
    r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/"
    r"|(?P<names>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)|.",
    re.DOTALL,
)

# What DuckDB has no function for.
MACROS = r"""
CREATE MACRO words_of(t) AS regexp_extract_all(lower(t), '[\p{L}\p{N}]+');
CREATE MACRO has_words(t, w) AS list_has_all(words_of(t), words_of(w));
"""


def spaces():
    """The arrays of each table of elements: their names in the outer one, and the table that they lie in, if any."""
    rows = [row for row in json.loads(SCHEMA.read_text(encoding="utf-8"))["paths"] if not row.get("alias")]
    unions = {f"{row['path']}.{name}": row for row in rows for name in row.get("union", [])}
    found = {}
    for row in rows:
        if row["type"] != "array":
            continue
        named = unions.get(row["path"], row)
        name = named.get("space", named["path"].rpartition(".")[2])
        outer = next((path for path, arrays in found.items() if row["path"].startswith(arrays[0] + ".")), None)
        found.setdefault(name, []).append(row["path"])
        found[name] = found[name] if outer is None else [row["path"]]
    return found


def outer_of(path, found):
    return next((name for name, arrays in found.items() if path.startswith(arrays[0] + ".")), None)


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def nested(base, path):
    """The expression of a path below a column or a struct."""
    return ".".join([base, *map(quoted, path.split("."))]) if base else ".".join(map(quoted, path.split(".")))


def short_names(columns):
    """The ends of paths of people that only one path has, or only one in `basic_profile`."""
    ends = {}
    for column in columns:
        parts = column.split(".")
        for at in range(1, len(parts)):
            ends.setdefault(".".join(parts[at:]), []).append(column)
    short = {}
    for end, paths in ends.items():
        paths = paths if len(paths) == 1 else [path for path in paths if path.startswith("basic_profile.")]
        if len(paths) == 1:
            short[end] = paths[0]
    return short


class Database:
    """Tables over a file, and the names that statements may use."""

    def __init__(self, connection, header):
        self.connection = connection
        self.spaces = spaces()
        self.columns = {column for columns in header["tables"].values() for column in columns}
        self.short = short_names(header["tables"]["people"])
        connection.execute(MACROS)
        for name, other in {"public": header, **header["others"]}.items():
            connection.execute(f"CREATE SCHEMA {name}")
            self.make(other["database"], other["tables"], name)
        connection.execute("USE public")

    def make(self, path, tables, schema):
        file = f"read_parquet('{path}')"
        for name, columns in tables.items():
            if name == "people":
                # Short names of one part are columns too; `SELECT *` from people is therefore nothing to compare.
                short = {name: path for name, path in self.short.items() if "." not in name and name not in columns}
                columns = [*columns, *short]
                values = [nested("", ID if column == "person_id" else short.get(column, column)) for column in columns]
                source = file
            elif name in self.spaces:
                values = [nested("e", column) if column not in PLACES else quoted(column) for column in columns]
                source = self.elements(file, name)
            else:
                continue
            named = ", ".join(f"{value} AS {quoted(column)}" for value, column in zip(values, columns))
            self.connection.execute(f"CREATE TABLE {schema}.{name} AS SELECT {named} FROM {source}")

    def elements(self, file, name):
        """The elements of a table: of a union first those of the first array; `position` counts through."""
        arrays = self.spaces[name]
        outer = outer_of(arrays[0], self.spaces)
        if outer is None:
            lists = (
                f"SELECT {quoted(ID)} AS person_id, {number} AS nth, '{array.rpartition('.')[2]}' AS list, {nested('', array)} AS items FROM {file}"
                for number, array in enumerate(arrays)
            )
            source, kept = " UNION ALL ".join(lists), "person_id, nth, list"
            position = "row_number() OVER (PARTITION BY person_id ORDER BY nth, place)"
        else:
            inner = nested("e", arrays[0].removeprefix(self.spaces[outer][0] + "."))
            source = f"SELECT person_id, position AS parent_position, {inner} AS items FROM {self.elements(file, outer)}"
            kept, position = "person_id, parent_position", "place"
        items = f"SELECT {kept}, unnest(items) AS e, generate_subscripts(items, 1) AS place FROM ({source})"
        return f"(SELECT {kept}, {position} AS position, e FROM ({items}))"

    def translated(self, sql):
        """The statement with every path as one quoted name."""
        return TOKEN.sub(lambda token: self.name(token["names"]) if token["names"] else token[0], sql)

    def name(self, names):
        parts = names.split(".")
        for at in range(len(parts)):
            rest = ".".join(parts[at:]).lower()
            path = rest if rest in self.columns else self.short.get(rest)
            if len(parts) - at > 1 and path is not None:
                return ".".join([*parts[:at], quoted(path)])
            if rest == ID:
                return ".".join([*parts[:at], "person_id"])
        return names

    def rows(self, sql):
        table = self.connection.sql(self.translated(sql)).to_arrow_table()
        columns = [column.to_pylist() for column in table.columns]
        return [list(row) for row in zip(*columns)] if columns else []


PLACES = ("person_id", "parent_position", "position", "list")


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime):
        text = value.isoformat().removesuffix("+00:00")
        return text.removesuffix("T00:00:00")
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value


INSTANT = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)Z?")


def given(value):
    """A value that rolo gave; instants as DuckDB's come out."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        value = value.removesuffix("Z").removesuffix("T00:00:00")
        whole, dot, fraction = value.partition(".")
        return f"{whole}.{fraction:0<6}" if dot else whole
    if isinstance(value, list):
        return [given(item) for item in value]
    if isinstance(value, dict):
        return {name: given(item) for name, item in value.items()}
    return value


def same(left, right):
    numbers = (int, float)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, numbers) and isinstance(right, numbers):
        if isinstance(left, int) and isinstance(right, int):
            return left == right
        return math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[name], right[name]) for name in left)
    return left == right


def order(value):
    """A key that sorts any values, and equal numbers alike."""
    if isinstance(value, list):
        return (4, tuple(order(item) for item in value))
    if isinstance(value, dict):
        return (5, tuple((name, order(item)) for name, item in sorted(value.items())))
    if value is None:
        return (0,)
    if isinstance(value, bool):
        return (1, value)
    if isinstance(value, (int, float)):
        return (2, float(f"{value:.7g}"))
    return (3, value)


def problem(database, case):
    """What is wrong, or nothing."""
    try:
        theirs = [[plain(value) for value in row] for row in database.rows(case["sql"])]
    except duckdb.Error as error:
        return f"DuckDB: {error}\n{database.translated(case['sql'])}"
    ours = [[given(value) for value in row] for row in case["rows"]]
    if not case["ordered"]:
        ours, theirs = sorted(ours, key=order), sorted(theirs, key=order)
    if len(ours) == len(theirs) and all(map(same, ours, theirs)):
        return None
    pairs = zip(ours + [None] * len(theirs), theirs + [None] * len(ours))
    wrong = [f"  rolo {left}\n  duck {right}" for left, right in pairs if left != right and not (left and right and same(left, right))]
    return f"{len(ours)} rows, DuckDB has {len(theirs)}\n" + "\n".join(wrong[:SHOWN]) + f"\n{case['sql']}"


def main():
    [_, path] = sys.argv
    database, count, differences = None, 0, 0
    with open(path, encoding="utf-8") as file:
        for line in map(json.loads, file):
            if "database" in line:
                connection = duckdb.connect()
                connection.execute("SET TimeZone = 'UTC'; SET integer_division = true; SET threads = 2")
                database = Database(connection, line)
                continue
            count += 1
            found = problem(database, line)
            if found is not None:
                differences += 1
                print(json.dumps({"place": line["place"], "problem": found}))
    if count == 0:
        raise ValueError(f"{path}: no statement")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()

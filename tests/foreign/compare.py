#!/usr/bin/env python3
"""Compares a rolo database, opened as plain Parquet by other people's readers, with the source records.

Every leaf of every person must equal the value that the schema gives it, and nobody may be missing or too many.
Prints `READER: N people, M leaf values equal` (nulls are compared but not counted), or the first differences.
Exit: 0 all equal, 1 some difference or a reader failed, 2 wrong arguments, schema or source.
"""

import argparse
import json
import sys

import pyarrow as pa

from columns import layout_differences, type_differences
from expected import ID, builder, count_values, load_schema, mark_known, people
from readers import READERS
from rows import Rows

MAX_DIFFERENCES = 20


def main():
    args = arguments()
    try:
        schema = load_schema(args.schema)
        expected = load_people(args)
    except (OSError, ValueError, KeyError) as error:
        print(f"cannot use the schema or a source: {error!r}")
        return 2
    equal = [compare(name, args.parquet, schema, expected) for name in args.reader]
    return 0 if all(equal) else 1


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parquet", required=True, metavar="FILE", help="the database file")
    parser.add_argument("--schema", required=True, metavar="FILE", help="the schema of the file's newest commit")
    parser.add_argument("--source", action="append", default=[], metavar="FILE", help="JSON lines, plain, .gz or .zst")
    parser.add_argument(
        "--older-source",
        action="append",
        default=[],
        nargs=2,
        metavar=("SCHEMA", "FILE"),
        help="JSON lines loaded under an older schema: the paths it lacks must be null",
    )
    parser.add_argument(
        "--ids",
        metavar="FILE",
        help='ids of people whose record has none: {"line": n, "id": n}, lines counted from 1 through all --older-source '
        "files, then all --source files; without it such people are found by their values",
    )
    parser.add_argument("--reader", default="duckdb,polars,pyarrow", metavar="LIST", help=", ".join(READERS))
    args = parser.parse_args()
    args.reader = args.reader.split(",")
    unknown = [name for name in args.reader if name not in READERS]
    if unknown:
        parser.error(f"no reader is called {unknown[0]!r}; there are {', '.join(READERS)}")
    if not args.source and not args.older_source:
        parser.error("no source: give --source FILE")
    return args


def load_people(args):
    """Everyone in the sources, with the ids of --ids filled in; whoever has none yet has a null in its place."""
    found = []
    first_line = 1
    for older, name in args.older_source + [[None, name] for name in args.source]:
        schema = load_schema(args.schema)
        if older is not None:
            mark_known(schema, load_schema(older))
        with pa.input_stream(name, compression="detect") as stream:
            lines = stream.read().removesuffix(b"\n").split(b"\n")
        found.extend(people(lines, name, builder(schema), first_line))
        first_line += len(lines)
    given = {}
    if args.ids:
        with open(args.ids, encoding="utf-8") as file:
            given = {entry["line"]: entry["id"] for entry in map(json.loads, file)}
    ids = set()
    for person in found:
        if person.id is None:
            person.id = person.row[ID] = given.get(person.line)
        if person.id is not None and person.id in ids:
            raise ValueError(f"{person.place}: a second person with id {person.id}")
        ids.add(person.id)
    return found


def compare(name, path, schema, expected):
    """Reads the file with one reader, prints the outcome, says whether all was equal."""
    try:
        table = READERS[name](path)
        differences = layout_differences(path, schema) if name == "pyarrow" else []
    except Exception as error:  # Each reader has its own errors, and each of them is a failed comparison.
        print(f"{name}: cannot read {path}: {type(error).__name__}: {error}")
        return False
    differences += list(type_differences(schema, table.schema, "columns"))
    if not differences:
        differences = Rows(schema, expected).differences(table)
    for difference in differences[:MAX_DIFFERENCES]:
        print(f"{name}: {difference}")
    if len(differences) > MAX_DIFFERENCES:
        print(f"{name}: and {len(differences) - MAX_DIFFERENCES} more differences")
    if differences:
        return False
    values = sum(count_values(person.row) for person in expected)
    print(f"{name}: {len(expected)} people, {values} leaf values equal", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())

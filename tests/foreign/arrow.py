"""Compares what pyarrow and polars read from Arrow IPC with the JSON lines of the same rows.

usage: arrow.py FILE STREAM LINES

Exits with 0 if all are equal, and with 1 and the first difference if not.
"""

import datetime
import json
import sys

import polars
import pyarrow.ipc


def plain(value):
    """A value as the JSON lines have it."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if isinstance(value, datetime.datetime):
        text = value.astimezone(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
        return text + (f".{value.microsecond:06}Z" if value.microsecond else "Z")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return value


def main():
    file, stream, lines = sys.argv[1:]
    with open(lines, encoding="utf-8") as text:
        expected = [json.loads(line) for line in text]
    with pyarrow.ipc.open_file(file) as reader:
        of_file = reader.read_all().to_pylist()
    with open(stream, "rb") as opened, pyarrow.ipc.open_stream(opened) as reader:
        of_stream = reader.read_all().to_pylist()
    found = {
        "pyarrow, file": of_file,
        "pyarrow, stream": of_stream,
        "polars, file": polars.read_ipc(file).to_dicts(),
        "polars, stream": polars.read_ipc_stream(stream).to_dicts(),
    }
    different = False
    for reader, rows in found.items():
        rows = [plain(row) for row in rows]
        if len(rows) != len(expected):
            print(f"{reader}: {len(rows)} rows of {len(expected)}")
            different = True
            continue
        for number, (row, wanted) in enumerate(zip(rows, expected)):
            if row != wanted:
                print(f"{reader}, row {number}:\n  found    {row}\n  expected {wanted}")
                different = True
                break
    sys.exit(1 if different else 0)


if __name__ == "__main__":
    main()

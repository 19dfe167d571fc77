"""What a person's row must hold, derived from the source record and the schema alone.

This is a second implementation of rolo's coercion rules, written from the design and not from the Rust code, so that a
mistake has to be made twice to pass. Values come out in the form in which `compare.py` gets them from the readers:
structs as dicts in schema order, lists as lists, dates as days and datetimes as microseconds since 1970 UTC.
"""

import json
import re
from datetime import datetime, time, timedelta
from functools import lru_cache
from math import isfinite

ID = "crustdata_person_id"
SCALARS = ("string", "integer", "number", "boolean", "date", "datetime")
EPOCH = datetime(1970, 1, 1)
DAY_US = 86_400_000_000


class Node:
    """A stored row of the schema: a struct (`object`), a list of structs (`array`), a scalar or a list of scalars."""

    __slots__ = ("path", "name", "kind", "many", "scalar", "children", "known")

    def __init__(self, path, kind, many, scalar):
        self.path = path
        self.name = path.rpartition(".")[2]
        self.kind = kind
        self.many = many
        self.scalar = scalar
        self.children = []
        self.known = True

    def is_struct(self):
        return self.kind == "object"


def load_schema(path):
    """The stored rows of a schema file as a tree; the root is a struct whose children are the columns."""
    with open(path, encoding="utf-8") as file:
        document = json.load(file)
    if document.get("version") != 1:
        raise ValueError(f"{path}: schema version {document.get('version')!r} is not 1")
    root = Node("", "object", False, None)
    nodes = {"": root}
    for row in document["paths"]:
        if row.get("alias") or row.get("of_union"):
            continue
        node = stored_node(path, row)
        if node.path in nodes:
            raise ValueError(f"{path}: {node.path} has two rows")
        nodes[node.path] = node
    for node in list(nodes.values())[1:]:
        parent = nodes.get(node.path.rpartition(".")[0])
        if parent is None or not parent.is_struct():
            raise ValueError(f"{path}: {node.path} has no parent row that is an object or an array")
        parent.children.append(node)
    return root


def stored_node(schema, row):
    kind = row["type"]
    if kind in ("object", "array"):
        return Node(row["path"], "object", kind == "array", row.get("scalar"))
    many = kind.endswith("[]")
    kind = kind.removesuffix("[]")
    if kind not in SCALARS:
        raise ValueError(f"{schema}: {row['path']} has the unknown type {row['type']!r}")
    return Node(row["path"], kind, many, None)


def mark_known(node, older):
    """Marks as unknown what `older`, the schema that a segment was written with, lacks: there it reads as missing."""
    known = {child.name: child for child in older.children}
    for child in node.children:
        child.known = child.name in known
        if child.known:
            mark_known(child, known[child.name])


def builder(node):
    """A function from the JSON value at a node to the value that its column must hold."""
    if not node.known:
        return lambda raw: None
    one = struct_builder(node) if node.is_struct() else COERCE[node.kind]
    if not node.many:
        return one
    return lambda raw: [one(item) for item in raw] if type(raw) is list else None


def struct_builder(node):
    fields = [(child.name, builder(child)) for child in node.children]
    scalar = node.scalar

    def build(raw):
        if type(raw) is not dict:
            if scalar is None or raw is None or type(raw) is list:
                return None
            raw = {scalar: raw}
        return {name: field(raw.get(name)) for name, field in fields}

    return build


def to_string(raw):
    return raw if type(raw) is str else None


def to_boolean(raw):
    return raw if type(raw) is bool else None


def to_integer(raw):
    if type(raw) is float and raw.is_integer():
        raw = int(raw)
    return raw if type(raw) is int and -(2**63) <= raw < 2**63 else None


def to_number(raw):
    try:
        number = float(raw) if type(raw) in (int, float) else None
    except OverflowError:
        return None
    return number if number is not None and isfinite(number) else None


def to_datetime(raw):
    return instant(raw) if type(raw) is str else None


def to_date(raw):
    us = to_datetime(raw)
    return None if us is None else us // DAY_US


COERCE = {
    "string": to_string,
    "integer": to_integer,
    "number": to_number,
    "boolean": to_boolean,
    "date": to_date,
    "datetime": to_datetime,
}

INSTANT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,12}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)?)?)?)?",
    re.ASCII,
)


@lru_cache(maxsize=1 << 16)
def instant(text):
    """Microseconds since 1970 UTC of a date, a partial date (its first instant) or a datetime; None for other text.

    No zone means UTC, digits beyond microseconds are cut off, a leap second counts as the second before it, and years
    are 0001 to 9999, also in UTC.
    """
    match = INSTANT.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or least) for part, least in zip(match.groups(), "011000"))
    fraction, sign, zone_hour, zone_minute = match.groups("")[6:]
    try:
        utc = datetime(year, month, day, hour, minute, min(second, 59) if second <= 60 else second)
        zone = time(int(zone_hour or 0), int(zone_minute or 0))
        utc += timedelta(hours=zone.hour, minutes=zone.minute) * (1 if sign == "-" else -1)
    except (ValueError, OverflowError):
        return None
    return (utc - EPOCH) // timedelta(seconds=1) * 1_000_000 + int(fraction[:6].ljust(6, "0"))


class Person:
    """A source record: where it stands, its id (None if rolo had to choose one), its row."""

    __slots__ = ("place", "line", "id", "row")

    def __init__(self, place, line, row):
        self.place = place
        self.line = line
        self.row = row
        found = row[ID]
        self.id = found if found is not None and 0 <= found < 2**53 else None


def people(lines, name, build, first_line=1):
    """The people of JSON lines (bytes); blank lines count as lines and hold nobody."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record = json.loads(line, parse_constant=reject_constant)
        if type(record) is not dict:
            raise ValueError(f"{name}:{number}: not a JSON object")
        yield Person(f"{name}:{number}", first_line + number - 1, build(record))


def reject_constant(text):
    raise ValueError(f"{text} is not JSON")


def count_values(value):
    """How many leaf values, nulls not counted, a row holds."""
    if type(value) is dict:
        return sum(map(count_values, value.values()))
    if type(value) is list:
        return sum(map(count_values, value))
    return 0 if value is None else 1

"""The file's rows: each must equal one person's, and each person must have one."""

import pyarrow as pa

from expected import ID

BATCH_PEOPLE = 256
MAX_SHOWN_CHARACTERS = 200


class Rows:
    """What a file must hold: people by id, and those whose id is not known, who are found by all other values."""

    def __init__(self, schema, expected):
        self.schema = schema
        self.by_id = {person.id: person for person in expected if person.id is not None}
        self.without_id = [person for person in expected if person.id is None]
        self.strangers = []
        self.seen = set()
        self.found = []

    def differences(self, table):
        """The differences between a reader's table and the people, as lines of text."""
        for row in rows(table):
            self.check(row)
        self.check_without_id()
        self.found += [f"person {person.id} ({person.place}) is missing" for person in self.by_id.values()]
        return self.found

    def check(self, row):
        number = row[ID]
        person = self.by_id.pop(number, None)
        if number is None:
            self.found.append("a row has no person id")
        elif number in self.seen:
            self.found.append(f"person {number} has two rows")
        elif person is None:
            self.strangers.append(row)
        elif person.row != row:
            self.explain(person, row)
        self.seen.add(number)

    def check_without_id(self):
        """Matches the people without an id with the rows that are nobody's, as multisets of all other values."""
        waiting = {}
        for person in self.without_id:
            waiting.setdefault(all_but_id(person.row), []).append(person)
        unequal = []
        for row in self.strangers:
            same = waiting.get(all_but_id(row))
            if same:
                same.pop()
            else:
                unequal.append(row)
        for person in sum(waiting.values(), []):
            if unequal:
                closest = min(unequal, key=lambda row: sum(person.row[name] != row[name] for name in row))
                unequal.remove(closest)
                self.explain(person, closest)
            else:
                self.found.append(f"the person of {person.place}, whose record has no id, is missing")
        self.found += [f"person {row[ID]} is in no source" for row in unequal]

    def explain(self, person, row):
        wanted = {**person.row, ID: row[ID]}
        for path, wanted_value, value in value_differences(self.schema, wanted, row):
            self.found.append(
                f"person {row[ID]} ({person.place}): {path} is {shown(value)}, must be {shown(wanted_value)}"
            )


def rows(table):
    """The rows as Python values, a batch at a time, with dates and datetimes as the integers that they are stored as."""
    fields = [field.with_type(as_stored(field.type)) for field in table.schema]
    for start in range(0, len(table), BATCH_PEOPLE):
        yield from table.slice(start, BATCH_PEOPLE).cast(pa.schema(fields)).to_pylist()


def as_stored(kind):
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(as_stored(field.type)) for field in kind.fields])
    if pa.types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(as_stored(kind.value_type)))
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(as_stored(kind.value_type)))
    if pa.types.is_date32(kind):
        return pa.int32()
    return pa.int64() if pa.types.is_timestamp(kind) else kind


def all_but_id(row):
    return repr([value for name, value in row.items() if name != ID])


def value_differences(node, wanted, value, place=""):
    """(path, wanted value, value) of each place where two rows of one schema differ, as deep as they can be told."""
    if wanted == value:
        return
    if type(wanted) is not type(value):
        yield place, wanted, value
    elif type(wanted) is dict:
        for child in node.children:
            path = f"{place}.{child.name}" if place else child.name
            yield from value_differences(child, wanted[child.name], value[child.name], path)
    elif type(wanted) is list and len(wanted) == len(value):
        for index, (wanted_item, item) in enumerate(zip(wanted, value)):
            yield from value_differences(node, wanted_item, item, f"{place}[{index}]")
    else:
        yield place, wanted, value


def shown(value):
    text = repr(value)
    return text if len(text) <= MAX_SHOWN_CHARACTERS else text[:MAX_SHOWN_CHARACTERS] + "..."

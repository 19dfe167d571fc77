"""The file's columns: in the footer and in a reader's eyes they must be the schema's, in its order, with its types."""

import pyarrow as pa

from readers import physical_paths

ARROW_TYPES = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "datetime": pa.timestamp("us", "UTC"),
}


def layout_differences(path, schema):
    """Where the footer's leaf columns are not the schema's, in its order, with lists in the standard three levels."""
    return name_differences(list(leaf_columns(schema, "")), physical_paths(path), "leaf columns in the footer")


def name_differences(wanted, found, what):
    differences = [f"{what}: {name} is missing" for name in wanted if name not in found]
    differences += [f"{what}: {name} is not in the schema" for name in found if name not in wanted]
    if not differences and wanted != found:
        first = next(index for index, pair in enumerate(zip(wanted, found)) if pair[0] != pair[1])
        differences.append(f"{what}: {found[first]} is where the schema has {wanted[first]}")
    return differences


def leaf_columns(node, prefix):
    if not node.is_struct():
        yield prefix
    for child in node.children:
        path = f"{prefix}.{child.name}" if prefix else child.name
        yield from leaf_columns(child, path + ".list.element" if child.many else path)


def type_differences(node, fields, place):
    """Where a struct's fields, as a reader sees them, are not the schema's in name, order or type."""
    differences = name_differences([child.name for child in node.children], [field.name for field in fields], place)
    if differences:
        yield from differences
        return
    for child, field in zip(node.children, fields):
        kind = field.type
        if child.many:
            if not is_list(kind):
                yield f"{child.path} has type {kind}, not a list"
                continue
            kind = kind.value_type
        if not child.is_struct():
            if not same_type(kind, ARROW_TYPES[child.kind]):
                yield f"{child.path} has type {kind}, not {ARROW_TYPES[child.kind]}"
        elif pa.types.is_struct(kind):
            yield from type_differences(child, kind.fields, f"fields of {child.path}")
        else:
            yield f"{child.path} has type {kind}, not a struct"


def is_list(kind):
    return pa.types.is_list(kind) or pa.types.is_large_list(kind)


def same_type(found, wanted):
    if pa.types.is_large_string(found) or pa.types.is_string_view(found):
        found = pa.string()
    return found == wanted

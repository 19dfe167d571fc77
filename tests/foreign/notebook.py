"""Runs a notebook in its folder, and compares what its cells show with what is stored in it.

usage: notebook.py NOTEBOOK [--write]

Exits with 0 if every cell shows what is stored, and with 1 and the differences if not. Of pictures only the size counts: their
pixels hang on the machine's fonts. With --write the notebook is stored with what its cells show now.
"""

import base64
import struct
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


def shown(output):
    """What stands for one output of a cell in the comparison."""
    if output.output_type == "stream":
        return [f"{output.name}: {output.text}"]
    if output.output_type == "error":
        return [f"error: {output.ename}: {output.evalue}"]
    return [picture(value) if kind == "image/png" else f"{kind}: {value}" for kind, value in sorted(output.data.items())]


def picture(encoded):
    width, height = struct.unpack(">II", base64.b64decode(encoded)[16:24])
    return f"a picture of {width} x {height}"


def outputs(notebook):
    return [[line for output in cell.get("outputs", []) for line in shown(output)] for cell in notebook.cells]


def main():
    path = Path(sys.argv[1])
    notebook = nbformat.read(path, as_version=4)
    stored = outputs(notebook)
    # Without its warnings: what is on standard error is a failure of this script's.
    client = NotebookClient(notebook, timeout=120, record_timing=False, extra_arguments=["--log-level=ERROR"])
    try:
        client.execute(cwd=str(path.parent))
    except CellExecutionError as error:
        print(error)
        sys.exit(1)
    if sys.argv[2:] == ["--write"]:
        notebook.metadata.language_info = {"name": "python"}
        nbformat.write(notebook, path)
        return
    different = False
    for number, (cell, now, before) in enumerate(zip(notebook.cells, outputs(notebook), stored), start=1):
        if now != before:
            different = True
            print(f"cell {number}:", cell.source, "shows:", *now, "stored is:", *before, sep="\n")
    sys.exit(different)


if __name__ == "__main__":
    main()

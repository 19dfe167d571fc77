"""Validates JSON lines against a JSON schema: `schema.py SCHEMA LINES`.

Prints the first differences, a line each, and then exits with 1.
"""

import json
import sys

from jsonschema import Draft202012Validator

SHOWN = 20


def main():
    with open(sys.argv[1], encoding="utf-8") as schema:
        validator = Draft202012Validator(json.load(schema))
    problems = []
    with open(sys.argv[2], encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            for error in validator.iter_errors(json.loads(line)):
                problems.append(f"line {number}, {error.json_path}: {error.message[:300]}")
    print("\n".join(problems[:SHOWN]))
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()

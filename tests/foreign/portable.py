"""Runs queries that rolo printed for another engine over the same database file, and compares what they find.

    portable.py --engine duckdb|spark QUERIES

QUERIES is a file of JSON lines, each with `filter`, the `sql` that rolo made of it by engine, and the first column of the rows that it
must give: `ids`, in order if `ordered`.

Prints a JSON line for each query that finds others, and exits with 1 if there are any.
"""

import argparse
import json
import sys


class DuckDb:
    def __init__(self):
        import duckdb

        self.errors = duckdb.Error
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("SET TimeZone = 'UTC'; SET parquet_metadata_cache = true")

    def rows(self, sql):
        return [row[0] for row in self.connection.execute(sql).fetchall()]


class Spark:
    def __init__(self):
        from pyspark.errors import PySparkException
        from readers import spark_session

        self.errors = PySparkException
        self.session = spark_session()

    def rows(self, sql):
        return [row[0] for row in self.session.sql(sql).collect()]


def problem(engine, case, sql):
    """What is wrong, or nothing."""
    try:
        found = engine.rows(sql)
    except engine.errors as error:
        return str(error)
    wanted = case["ids"]
    if found == wanted or (not case["ordered"] and sorted(found) == sorted(wanted)):
        return None
    if sorted(found) == sorted(wanted):
        return f"in another order: {found[:20]}, wanted {wanted[:20]}"
    return f"{len(found)} people, wanted {len(wanted)}; too many {sorted(set(found) - set(wanted))[:5]}, missing {sorted(set(wanted) - set(found))[:5]}"


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--engine", choices=["duckdb", "spark"], required=True)
    arguments.add_argument("--limit", type=int, help="only the first so many queries")
    arguments.add_argument("queries")
    given = arguments.parse_args()
    engine = {"duckdb": DuckDb, "spark": Spark}[given.engine]()
    with open(given.queries, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file][: given.limit]
    if not cases:
        raise ValueError(f"{given.queries}: no query")
    differences = 0
    for case in cases:
        sql = case["sql"][given.engine]
        found = problem(engine, case, sql)
        if found is not None:
            differences += 1
            print(json.dumps({"problem": found, "filter": case["filter"], "sql": sql}))
    if given.engine == "spark":
        print(f"spark: {len(cases)} queries, {differences} find others")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()

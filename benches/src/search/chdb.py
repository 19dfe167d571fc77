"""chDB for the words queries: a table of people and one of roles, with text indexes on their texts.

Arguments: the folder of the tables, which are built there once; Parquet files of people and roles; the number of
threads. Reads one statement a line from standard input, runs it in this process, and writes its count and seconds.
"""

import json
import pathlib
import shutil
import sys
import time

from chdb import session

folder, people, roles, threads = sys.argv[1:]


def indexed(texts):
    return "".join(
        f", {text} String, index {text}_words {text} "
        f"type text(tokenizer = splitByNonAlpha, preprocessor = lower({text}))"
        for text in texts
    )


def build(database):
    person_texts, role_texts = ["headline", "summary"], ["title", "description"]
    database.query(
        f"create table person (person_id UInt32{indexed(person_texts)}) engine = MergeTree order by person_id"
    )
    database.query(
        f"create table roles (person_id UInt32, is_current Bool{indexed(role_texts)}) "
        "engine = MergeTree order by (person_id, is_current)"
    )
    for table, file, columns in [
        ("person", people, "person_id, ifNull(headline, ''), ifNull(summary, '')"),
        ("roles", roles, "person_id, is_current, ifNull(title, ''), ifNull(description, '')"),
    ]:
        database.query(f"insert into {table} select {columns} from file('{file}', Parquet)")
        database.query(f"optimize table {table} final")


complete = pathlib.Path(folder, "complete")
is_new = not complete.exists()
if is_new:
    shutil.rmtree(folder, ignore_errors=True)
database = session.Session(folder)
if is_new:
    build(database)
    complete.touch()
database.query(f"set max_threads = {threads}")
# No result is kept between runs.
database.query("set use_query_condition_cache = 0")
version = database.query("select version()", "TSVRaw").data().strip()
print(json.dumps({"version": version}), flush=True)
for line in sys.stdin:
    started = time.perf_counter()
    count = database.query(line, "TSVRaw").data()
    seconds = time.perf_counter() - started
    print(json.dumps({"count": int(count), "seconds": seconds}), flush=True)

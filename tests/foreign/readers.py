"""The foreign readers: each opens the file as plain Parquet with its own code and hands over an Arrow table.

Arrow is only the envelope in which the values come back. None of the readers knows anything of rolo.
"""

import os


def read_duckdb(path):
    import duckdb

    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        query = "SELECT * FROM read_parquet([$path], hive_partitioning = false)"
        return connection.sql(query, params={"path": path}).to_arrow_table()


def read_polars(path):
    import polars

    frame = polars.read_parquet(path, use_pyarrow=False, glob=False, hive_partitioning=False)
    return frame.to_arrow(compat_level=polars.CompatLevel.oldest())


def read_pyarrow(path):
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        return file.read()


def spark_session():
    from pyspark.sql import SparkSession

    options = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
    }
    return SparkSession.builder.master("local[2]").appName("rolo").config(map=options).getOrCreate()


def read_spark(path):
    session = spark_session()
    try:
        return session.read.parquet("file://" + os.path.abspath(path)).toArrow()
    finally:
        session.stop()


READERS = {"duckdb": read_duckdb, "polars": read_polars, "pyarrow": read_pyarrow, "spark": read_spark}


def physical_paths(path):
    """The dotted paths of the file's leaf columns as they stand in the footer, list levels included, in file order."""
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        return [file.schema.column(i).path for i in range(len(file.schema))]

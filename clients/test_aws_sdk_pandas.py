"""aws-sdk-pandas: tables written to S3 and Glue, and read back by Athena in each of its three ways."""

import subprocess
from collections.abc import Callable
from typing import Any

PROGRAM = """
import awswrangler as wr, pandas as pd, sys
bucket = sys.argv[1]
rows = pd.DataFrame({"id": [1, 2, 3], "price": [1.5, None, 2.5], "name": ["a", None, "c"], "day": ["x", "x", "y"]})
rows["at"] = pd.Timestamp("2024-01-02 03:04:05.678")
wr.catalog.create_database("pandas_lake", exist_ok=True)
place = f"s3://{bucket}/rows/"
wr.s3.to_parquet(rows, place, dataset=True, database="pandas_lake", table="rows", partition_cols=["day"])
def ask(text, **how):
    output = f"s3://{bucket}/{'unloaded' if 'unload_approach' in how else 'results'}/"  # UNLOAD wants an empty place
    return wr.athena.read_sql_query(text, "pandas_lake", s3_output=output, **how)

statement = "SELECT * FROM rows WHERE day = 'x' ORDER BY id"
for how in (
    {"ctas_approach": False},
    {"ctas_approach": True},
    {"ctas_approach": False, "unload_approach": True, "unload_parameters": {"file_format": "PARQUET"}},
):
    found = ask(statement, **how)
    assert found.id.tolist() == [1, 2] and found.name.isna().tolist() == [False, True], found
    assert found.price.iloc[0] == 1.5 and str(found["at"].iloc[0]) == "2024-01-02 03:04:05.678000", found
    print(how, len(found))
print(ask("SELECT count(*) AS n FROM rows", ctas_approach=False).n.iloc[0])
pages = ask(statement, ctas_approach=False, chunksize=1)
print(sum(len(page) for page in pages))
bound = ask("SELECT id FROM rows WHERE name = ?", params=["'c'"], paramstyle="qmark", ctas_approach=False)
print(bound.id.tolist())
"""


def test_athena_answers_in_each_way(
    python_tool: Callable[[str, str], str], variables: dict[str, str], aws: Callable[[str], Any]
) -> None:
    python = python_tool("python", "awswrangler==3.17.1")
    aws("s3").create_bucket(Bucket="pandas-lake")
    command = [python, "-W", "ignore", "-c", PROGRAM, "pandas-lake"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.splitlines()[-3:] == ["3", "2", "[3]"]

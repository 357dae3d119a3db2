"""aws-sdk-pandas (awswrangler): a data frame to S3 and the Glue catalogue and back, by Athena too; items of a table."""

from collections.abc import Callable

import pytest

from clients.conftest import Run

WRITE_AND_READ = """
import awswrangler as wr
import boto3
import pandas as pd

boto3.client("s3").create_bucket(Bucket="wrangler")
sales = pd.DataFrame({"order_id": ["1", "2", "3"], "day": ["a", "a", "b"], "amount": [1.5, 2.0, 4.0]})
wr.catalog.create_database("shop", exist_ok=True)
wr.s3.to_parquet(
    sales, path="s3://wrangler/sales/", dataset=True, partition_cols=["day"], database="shop", table="sales",
    mode="overwrite",
)
back = wr.s3.read_parquet("s3://wrangler/sales/", dataset=True)
assert sorted(back.order_id) == ["1", "2", "3"] and back.amount.sum() == 7.5
only = wr.s3.read_parquet_table(database="shop", table="sales", partition_filter=lambda part: part["day"] == "b")
assert only.order_id.tolist() == ["3"]
assert wr.catalog.table("shop", "sales")["Column Name"].tolist() == ["order_id", "amount", "day"]
assert len(wr.s3.list_objects("s3://wrangler/sales/")) == 2

wr.s3.to_csv(sales, "s3://wrangler/sales.csv", index=False)
assert wr.s3.read_csv("s3://wrangler/sales.csv").shape == (3, 3)
assert wr.s3.does_object_exist("s3://wrangler/sales.csv")
"""
ATHENA = """
total = wr.athena.read_sql_query(
    "SELECT day, sum(amount) AS amount FROM sales GROUP BY day ORDER BY day", database="shop", ctas_approach=False,
    s3_output="s3://wrangler/answers/",
)
assert total.day.tolist() == ["a", "b"] and total.amount.tolist() == [3.5, 4.0]
"""
ITEMS = """
boto3.client("dynamodb").create_table(
    TableName="wrangler", BillingMode="PAY_PER_REQUEST", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
)
wr.dynamodb.put_df(pd.DataFrame({"id": ["1", "2"], "pieces": [3, 4]}), table_name="wrangler")
assert sorted(int(n) for n in wr.dynamodb.read_items("wrangler", allow_full_scan=True).pieces) == [3, 4]

wr.s3.delete_objects("s3://wrangler/sales/")
wr.catalog.delete_database("shop")
print("all of it")
"""


@pytest.fixture
def wrangler(run: Run, python_tool: Callable[..., str]) -> Run:
    program = python_tool("wrangler", "awswrangler", "python")
    return lambda script: run(program, "-c", script)


def test_a_data_frame_goes_to_the_lake_and_comes_back_by_athena(wrangler: Run) -> None:
    assert "all of it" in wrangler(WRITE_AND_READ + ATHENA + ITEMS)

"""Athena through boto3: tables in S3 of every kind, results where they belong, states, and what is refused."""

import bz2
import gzip
import io
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from botocore.exceptions import ClientError

import shoplib
from shoplib import analytics
from shoplib.analytics.athena_table import AthenaTable
from shoplib.analytics.places import of_bucket
from shoplib.errors import LabError
from tests.cloud.lambda_room import eventually
from tests.lake_events import put
from tests.unit.test_analytics_engines import shoppers

Aws = Callable[..., Any]
ENDED = ("SUCCEEDED", "FAILED", "CANCELLED")


class Lake:
    """A database and a bucket of its own."""

    def __init__(self, aws: Aws) -> None:
        self.athena, self.s3, self.glue = aws("athena"), aws("s3"), aws("glue")
        self.name = f"lake_{uuid.uuid4().hex[:8]}"
        self.bucket = self.name.replace("_", "-")
        self.s3.create_bucket(Bucket=self.bucket)
        self.glue.create_database(DatabaseInput={"Name": self.name})

    def put(self, key: str, body: bytes | str) -> None:
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=body)

    def parquet(self, key: str, table: pa.Table) -> None:
        buffer = io.BytesIO()
        pq.write_table(table, buffer)
        self.put(key, buffer.getvalue())

    def start(self, text: str, **options: Any) -> str:
        options.setdefault("ResultConfiguration", {"OutputLocation": f"s3://{self.bucket}/results/"})
        context = {"Database": self.name}
        text = text.replace("{bucket}", self.bucket)
        answer = self.athena.start_query_execution(QueryString=text, QueryExecutionContext=context, **options)
        return str(answer["QueryExecutionId"])

    def run(self, text: str, **options: Any) -> dict[str, Any]:
        """The execution at its end."""
        id = self.start(text, **options)

        def ended() -> Any:
            execution = self.athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]
            return execution if execution["Status"]["State"] in ENDED else None

        execution: dict[str, Any] = eventually(ended)
        return execution

    def ask(self, text: str, **options: Any) -> list[tuple[str | None, ...]]:
        """Rows, without the header of a SELECT."""
        execution = self.run(text, **options)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
        rows = self.rows(execution["QueryExecutionId"])
        return rows[1:] if execution["SubstatementType"] == "SELECT" else rows

    def rows(self, id: str, **options: Any) -> list[tuple[str | None, ...]]:
        results = self.athena.get_query_results(QueryExecutionId=id, **options)["ResultSet"]["Rows"]
        return [tuple(datum.get("VarCharValue") for datum in row["Data"]) for row in results]

    def reason(self, text: str, **options: Any) -> str:
        status = self.run(text, **options)["Status"]
        assert status["State"] == "FAILED", status
        assert status["AthenaError"]["ErrorMessage"] == status["StateChangeReason"]
        return str(status["StateChangeReason"])


@pytest.fixture(scope="module")
def lake(aws: Aws) -> Iterator[Lake]:
    yield Lake(aws)


CSV = "ROW FORMAT DELIMITED FIELDS TERMINATED BY ','"
OPEN_CSV = "ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'"
JSON = "ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'"
MISFIT = {"MaxAgeInMinutes": 5, "Enabled": True}


def test_lines_of_text(lake: Lake) -> None:
    lake.put("lines/a.csv", "id,name,price\n1,Blue Mug,2.5\nx,,\\N\n")
    lake.put("lines/b.csv.gz", gzip.compress(b"id,name,price\n3,Tea,1,more\n"))
    lake.put("lines/c.csv.bz2", bz2.compress(b"id,name,price\n4\n"))
    lake.put("lines/_SUCCESS", "not a row\n")
    lake.ask(
        f"CREATE EXTERNAL TABLE lines (id int, name string, price double) {CSV} LOCATION 's3://{{bucket}}/lines/' "
        "TBLPROPERTIES ('skip.header.line.count' = '1')"
    )
    rows = lake.ask("SELECT * FROM lines ORDER BY name, id")
    assert rows == [(None, "", None), ("1", "Blue Mug", "2.5"), ("3", "Tea", "1.0"), ("4", None, None)]


def test_escapes_arrays_and_maps_in_lines(lake: Lake) -> None:
    lake.put("escaped/a", "a\\,b,x|y,k:1|l:2\n")
    lake.ask(
        f"CREATE EXTERNAL TABLE escaped (s string, list array<string>, m map<string,int>) {CSV} ESCAPED BY '\\\\' "
        "COLLECTION ITEMS TERMINATED BY '|' MAP KEYS TERMINATED BY ':' LOCATION 's3://{bucket}/escaped/'"
    )
    assert lake.ask("SELECT s, list, m['l'] FROM escaped") == [("a,b", "[x, y]", "2")]


def test_csv_in_quotes(lake: Lake) -> None:
    lake.put("quoted/a.csv", 'id,name,day,at\n1,"Mug, ""blue""",19723,1700000000123\n')
    lake.ask(
        f"CREATE EXTERNAL TABLE quoted (id int, name string, day date, at timestamp) {OPEN_CSV} "
        "LOCATION 's3://{bucket}/quoted/' TBLPROPERTIES ('skip.header.line.count' = '1')"
    )
    assert lake.ask("SELECT * FROM quoted") == [("1", 'Mug, "blue"', "2024-01-01", "2023-11-14 22:13:20.123")]
    lake.put("quoted/b.csv", 'id,name,day,at\n"","x",1,1\n')
    assert lake.ask("SELECT name FROM quoted WHERE name = 'x'") == [("x",)]
    assert lake.reason("SELECT id FROM quoted") == (
        "HIVE_BAD_DATA: Error parsing field value '' for field 0: For input string: \"\""
    )


def test_json_of_any_case(lake: Lake) -> None:
    first = (
        '{"userId": 7, "Place": {"cityName": "Oslo", "tags": ["a"]}, "m": {"k": 1}, "at": "2024-01-01T10:00:00.1234Z"}'
    )
    lake.put("json/a.json", first + "\n" + '{"userid": "8", "extra": {"x": 1}}\n')
    lake.ask(
        "CREATE EXTERNAL TABLE json (userid bigint, place struct<cityname:string,tags:array<string>>, "
        f"m map<string,int>, at timestamp, extra string) {JSON} LOCATION 's3://{{bucket}}/json/'"
    )
    rows = lake.ask("SELECT userid, place.cityname, place.tags[1], m['k'], at, extra FROM json ORDER BY 1")
    assert rows == [("7", "Oslo", "a", "1", "2024-01-01 10:00:00.123", None), ("8", None, None, None, None, '{"x":1}')]
    assert lake.ask("SELECT place FROM json WHERE userid = 7") == [("{cityname=Oslo, tags=[a]}",)]
    lake.put("json/b.json", "not json\n")
    assert lake.reason("SELECT * FROM json").startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")
    lake.put("json/b.json", '{"userId": "many"}\n')
    assert "HIVE_BAD_DATA: Error parsing field value 'many'" in lake.reason("SELECT userid FROM json")


@pytest.fixture
def days(lake: Lake) -> Iterator[Lake]:
    """Parquet, a folder a day; no partition is registered yet."""
    for day, ids in (("2024-01-01", [1, 2]), ("2024-01-02", [3])):
        moments = pa.array([datetime(2024, 1, 1, 0, 0, 0, 123_456, UTC)] * len(ids), pa.timestamp("us", tz="UTC"))
        columns = {"Id": ids, "at": moments, "note": ["long text " * 50] * len(ids)}
        lake.parquet(f"days/dt={day}/part.parquet", pa.table(columns))
    columns = "(id bigint, at timestamp, note string, missing int) PARTITIONED BY (dt string) STORED AS PARQUET"
    lake.ask(f"CREATE EXTERNAL TABLE days {columns} LOCATION 's3://{{bucket}}/days/'")
    yield lake
    lake.ask("DROP TABLE days")


def test_partitions_are_what_is_registered(days: Lake) -> None:
    assert days.ask("SELECT count(*) FROM days") == [("0",)]
    days.ask("ALTER TABLE days ADD IF NOT EXISTS PARTITION (dt = '2024-01-01')")
    assert days.ask("SELECT count(*) FROM days") == [("2",)]
    assert days.ask("MSCK REPAIR TABLE days") == [
        ("Repair: Added partition to metastore days:dt=2024-01-02",),
    ]
    assert days.ask("SHOW PARTITIONS days") == [("dt=2024-01-01",), ("dt=2024-01-02",)]
    rows = days.ask("SELECT id, at, missing, dt FROM days WHERE dt >= '2024-01-02'")
    assert rows == [("3", "2024-01-01 00:00:00.123", None, "2024-01-02")]
    path = f"s3://{days.bucket}/days/dt=2024-01-02/part.parquet"
    assert days.ask("SELECT \"$path\" FROM days WHERE dt = '2024-01-02'") == [(path,)]


def test_a_query_pays_for_the_columns_and_days_that_it_reads(days: Lake) -> None:
    days.ask("MSCK REPAIR TABLE days")

    def scanned(text: str) -> int:
        return int(days.run(text)["Statistics"]["DataScannedInBytes"])

    ids, everything = scanned("SELECT id FROM days"), scanned("SELECT * FROM days")
    assert 0 < scanned("SELECT id FROM days WHERE dt = '2024-01-02'") < ids < everything
    assert scanned("SELECT count(*) FROM days WHERE dt = 'never'") == 0


@pytest.mark.parametrize(
    ("properties", "where", "expected"),
    [
        ("'projection.k.type'='enum', 'projection.k.values'='a,b'", "", ["1", "2"]),
        ("'projection.k.type'='enum', 'projection.k.values'='b'", "", ["2"]),
        ("'projection.k.type'='injected'", "WHERE k = 'a'", ["1"]),
        ("'projection.k.type'='injected'", "WHERE k IN ('a', 'b')", ["1", "2"]),
        ("'projection.k.type'='integer', 'projection.k.range'='1,20', 'projection.k.digits'='2'", "", ["3"]),
        (
            "'projection.k.type'='date', 'projection.k.format'='yyyy/MM/dd', 'projection.k.range'='2024/01/01,NOW', "
            "'storage.location.template'='s3://{bucket}/projected/${k}'",
            "WHERE k BETWEEN '2024/02/01' AND '2024/02/28'",
            ["4"],
        ),
    ],
)
def test_partitions_that_are_projected(lake: Lake, properties: str, where: str, expected: list[str]) -> None:
    for folder, number in (("k=a", 1), ("k=b", 2), ("k=07", 3), ("2024/02/03", 4), ("2024/03/03", 5)):
        lake.put(f"projected/{folder}/a.csv", f"{number}\n")
    table = f"projected_{uuid.uuid4().hex[:6]}"
    lake.ask(
        f"CREATE EXTERNAL TABLE {table} (n int) PARTITIONED BY (k string) {CSV} LOCATION 's3://{{bucket}}/projected/' "
        f"TBLPROPERTIES ('projection.enabled'='true', {properties})"
    )
    assert [n for (n,) in lake.ask(f"SELECT n FROM {table} {where} ORDER BY n")] == expected


def test_an_injected_partition_has_to_be_named(lake: Lake) -> None:
    lake.ask(
        f"CREATE EXTERNAL TABLE injected (n int) PARTITIONED BY (k string) {CSV} LOCATION 's3://{{bucket}}/projected/' "
        "TBLPROPERTIES ('projection.enabled'='true', 'projection.k.type'='injected')"
    )
    assert lake.reason("SELECT n FROM injected").startswith(
        "CONSTRAINT_VIOLATION: For the injected projected partition column k, the WHERE clause must contain"
    )


def test_a_result_is_a_file_and_pages(lake: Lake) -> None:
    execution = lake.run("SELECT x, if(x = 2, null, 'say \"hi\"') AS said FROM UNNEST(sequence(1, 3)) AS t(x)")
    id = execution["QueryExecutionId"]
    assert execution["ResultConfiguration"]["OutputLocation"] == f"s3://{lake.bucket}/results/{id}.csv"
    assert (execution["StatementType"], execution["SubstatementType"]) == ("DML", "SELECT")
    body = lake.s3.get_object(Bucket=lake.bucket, Key=f"results/{id}.csv")["Body"].read().decode()
    assert body == '"x","said"\n"1","say ""hi"""\n"2",\n"3","say ""hi"""\n'
    assert lake.s3.head_object(Bucket=lake.bucket, Key=f"results/{id}.csv.metadata")
    first = lake.athena.get_query_results(QueryExecutionId=id, MaxResults=2)
    info = first["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]
    described = [(each["Name"], each["Type"], each["Precision"]) for each in info]
    assert described == [("x", "bigint", 19), ("said", "varchar", 2147483647)]
    assert lake.rows(id, MaxResults=2) == [("x", "said"), ("1", 'say "hi"')]
    assert lake.rows(id, MaxResults=2, NextToken=first["NextToken"]) == [("2", None), ("3", 'say "hi"')]
    paginator = lake.athena.get_paginator("get_query_results")
    pages = paginator.paginate(QueryExecutionId=id, PaginationConfig={"PageSize": 1})
    assert sum(len(page["ResultSet"]["Rows"]) for page in pages) == 4


def test_tables_are_made_from_queries(lake: Lake) -> None:
    created = lake.run(
        "CREATE TABLE made WITH (format = 'PARQUET', partitioned_by = ARRAY['k']) AS "
        "SELECT x AS n, cast(x AS decimal(5, 1)) AS d, 'p' || cast(x AS varchar) AS k FROM (VALUES 1, 2) AS t(x)"
    )
    id = created["QueryExecutionId"]
    assert created["Status"]["State"] == "SUCCEEDED", created["Status"]
    assert created["ResultConfiguration"]["OutputLocation"] == f"s3://{lake.bucket}/results/tables/{id}"
    manifest = f"results/{id}-manifest.csv"
    assert created["Statistics"]["DataManifestLocation"].endswith("-manifest.csv")
    assert lake.s3.list_objects_v2(Bucket=lake.bucket, Prefix=manifest[:-13])["KeyCount"] >= 2
    assert lake.ask("SELECT * FROM made ORDER BY n") == [("1", "1.0", "p1"), ("2", "2.0", "p2")]
    assert lake.ask("SHOW PARTITIONS made") == [("k=p1",), ("k=p2",)]
    inserted = lake.run("INSERT INTO made SELECT 3, 3.5, 'p3'")
    assert lake.athena.get_query_results(QueryExecutionId=inserted["QueryExecutionId"])["UpdateCount"] == 1
    lake.ask("INSERT INTO made (k, n) VALUES ('p4', 4)")
    assert lake.ask("SELECT n, d FROM made WHERE k IN ('p3', 'p4') ORDER BY n") == [("3", "3.5"), ("4", None)]
    assert "already exists" in lake.reason("CREATE TABLE made AS SELECT 1 AS n")
    assert lake.reason("CREATE TABLE unnamed AS SELECT 1").startswith("MISSING_COLUMN_NAME")
    columns = lake.glue.get_table(DatabaseName=lake.name, Name="made")["Table"]["StorageDescriptor"]["Columns"]
    assert [(each["Name"], each["Type"]) for each in columns] == [("n", "int"), ("d", "decimal(5,1)")]


@pytest.mark.parametrize("format", ["PARQUET", "JSON", "TEXTFILE"])
def test_what_is_unloaded_can_be_read(lake: Lake, format: str) -> None:
    place = f"s3://{lake.bucket}/unloaded/{format}/"
    unloaded = lake.run(f"UNLOAD (SELECT 1 AS a, 'x' AS b) TO '{place}' WITH (format = '{format}')")
    assert unloaded["Status"]["State"] == "SUCCEEDED", unloaded["Status"]
    stored = {"PARQUET": "STORED AS PARQUET", "JSON": JSON, "TEXTFILE": ""}[format]
    lake.ask(f"CREATE EXTERNAL TABLE unloaded_{format} (a int, b string) {stored} LOCATION '{place}'")
    assert lake.ask(f"SELECT * FROM unloaded_{format}") == [("1", "x")]
    assert lake.reason(f"UNLOAD (SELECT 1) TO '{place}' WITH (format = '{format}')").startswith(
        "HIVE_PATH_ALREADY_EXISTS"
    )


def test_views_are_queries(days: Lake) -> None:
    days.ask("CREATE VIEW doubled AS SELECT id * 2 AS twice, dt FROM days")
    days.ask("CREATE OR REPLACE VIEW doubled AS SELECT id * 2 AS twice FROM days")
    days.ask("MSCK REPAIR TABLE days")
    assert days.ask("SELECT max(v.twice) FROM doubled AS v") == [("6",)]
    assert ("doubled",) in days.ask("SHOW VIEWS")
    assert "COLUMN_NOT_FOUND" in days.reason("CREATE VIEW broken AS SELECT nope FROM days")
    days.ask("DROP VIEW doubled")
    assert "TABLE_NOT_FOUND" in days.reason("SELECT * FROM doubled")


def test_the_catalog_describes_itself(days: Lake) -> None:
    assert (days.name,) in days.ask(f"SHOW DATABASES LIKE '{days.name[:8]}*'")
    assert days.ask("SHOW TABLES 'day*'") == [("days",)]
    assert days.ask("DESCRIBE days")[0] == (f"{'id':<20}\t{'bigint':<20}\t{'':<20}",)
    assert ("LOCATION",) in days.ask("SHOW CREATE TABLE days")
    where = f"WHERE table_schema = '{days.name}' AND table_name = 'days'"
    listed = days.ask(f"SELECT column_name, data_type FROM information_schema.columns {where}")
    assert ("id", "bigint") in listed
    metadata = days.athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=days.name, TableName="days")
    assert metadata["TableMetadata"]["PartitionKeys"] == [{"Name": "dt", "Type": "string"}]
    names = days.athena.list_databases(CatalogName="AwsDataCatalog", MaxResults=50)["DatabaseList"]
    assert days.name in {each["Name"] for each in names}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELEC 1", "line 1:1: mismatched input"),
        ("SELECT 1 FROM", "mismatched input"),
        ("GRANT SELECT ON t TO ROLE r", "line 1:1: mismatched input 'GRANT"),
        ("DELETE FROM t", "line 1:1: mismatched input 'DELETE"),
        ("SELECT 1; SELECT 2", "Only one sql statement is allowed"),
        ("SELECT ?", "Incorrect number of parameters: expected 1 but found 0"),
    ],
)
def test_what_is_no_statement_is_refused_before_it_runs(lake: Lake, text: str, message: str) -> None:
    with pytest.raises(ClientError) as caught:
        lake.start(text)
    assert caught.value.response["Error"]["Code"] == "InvalidRequestException"
    assert message in caught.value.response["Error"]["Message"]


def test_a_query_needs_a_place_for_its_results(lake: Lake) -> None:
    for configuration, message in (
        ({}, "No output location provided."),
        (
            {"OutputLocation": "s3://no-such-bucket-at-all/"},
            "Unable to verify/create output bucket no-such-bucket-at-all",
        ),
        ({"OutputLocation": "nowhere"}, "outputLocation is not a valid S3 path."),
    ):
        with pytest.raises(ClientError, match=message):
            lake.start("SELECT 1", ResultConfiguration=configuration)
    with pytest.raises(ClientError, match="QueryExecution 1 was not found"):
        lake.athena.get_query_execution(QueryExecutionId="1")


def test_a_work_group_has_its_way(lake: Lake) -> None:
    place = {"OutputLocation": f"s3://{lake.bucket}/group"}
    configuration = {"ResultConfiguration": place, "EnforceWorkGroupConfiguration": True}
    lake.athena.create_work_group(
        Name=lake.name, Configuration={**configuration, "BytesScannedCutoffPerQuery": 10_000_000}
    )
    own = {"WorkGroup": lake.name, "ResultConfiguration": {"OutputLocation": f"s3://{lake.bucket}/mine/"}}
    execution = lake.run("SELECT 1", **own)
    assert execution["ResultConfiguration"]["OutputLocation"].startswith(f"s3://{lake.bucket}/group/")
    external = f"CREATE TABLE e WITH (external_location = 's3://{lake.bucket}/e/') AS SELECT 1 AS n"
    assert "enforces a centralized output location" in lake.reason(external, **own)
    assert (
        lake.athena.list_query_executions(WorkGroup=lake.name)["QueryExecutionIds"][-1] == execution["QueryExecutionId"]
    )
    with pytest.raises(ClientError, match="is not empty"):
        lake.athena.delete_work_group(WorkGroup=lake.name)
    lake.athena.update_work_group(WorkGroup=lake.name, State="DISABLED")
    with pytest.raises(ClientError, match="is disabled"):
        lake.start("SELECT 1", **own)
    lake.athena.delete_work_group(WorkGroup=lake.name, RecursiveDeleteOption=True)
    with pytest.raises(ClientError, match="is not found"):
        lake.start("SELECT 1", **own)


def test_a_query_that_would_read_too_much_is_cancelled(days: Lake) -> None:
    days.ask("MSCK REPAIR TABLE days")
    group = f"{days.name}-limit"
    limit = {"BytesScannedCutoffPerQuery": 10_000_000}
    days.athena.create_work_group(Name=group, Configuration={**limit, "EnforceWorkGroupConfiguration": False})
    days.put("big/a.csv", b"x\n" * 6_000_000)
    days.ask(f"CREATE EXTERNAL TABLE big (x string) {CSV} LOCATION 's3://{{bucket}}/big/'")
    status = days.run("SELECT count(*) FROM big", WorkGroup=group)["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "CANCELLED",
        "Query cancelled! : Bytes scanned limit was exceeded",
    )
    assert days.run("SELECT count(*) FROM days", WorkGroup=group)["Status"]["State"] == "SUCCEEDED"
    days.athena.delete_work_group(WorkGroup=group, RecursiveDeleteOption=True)


def test_a_query_is_stopped(lake: Lake) -> None:
    numbers = " CROSS JOIN ".join(f"UNNEST(sequence(1, 5000)) AS t{n}(x{n})" for n in range(4))
    endless = f"SELECT count(*) FROM {numbers} WHERE x0 * x1 + x2 * x3 = 7"
    id = lake.start(endless)
    state = lambda: lake.athena.get_query_execution(QueryExecutionId=id)["QueryExecution"]["Status"]["State"]  # noqa: E731
    eventually(lambda: state() == "RUNNING")
    with pytest.raises(ClientError, match="Query has not yet finished. Current state: RUNNING"):
        lake.athena.get_query_results(QueryExecutionId=id)
    lake.athena.stop_query_execution(QueryExecutionId=id)
    eventually(lambda: state() == "CANCELLED")
    with pytest.raises(ClientError, match="Final query state: CANCELLED"):
        lake.athena.get_query_results(QueryExecutionId=id)


def test_a_result_is_used_again_where_one_asks_for_it(lake: Lake) -> None:
    again = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": MISFIT}}
    text = f"SELECT '{uuid.uuid4()}'"
    first, second = lake.run(text, **again), lake.run(text, **again)
    assert [each["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"] for each in (first, second)] == [
        False,
        True,
    ]
    assert lake.rows(first["QueryExecutionId"]) == lake.rows(second["QueryExecutionId"])
    assert not lake.run(text)["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
    token = str(uuid.uuid4())
    assert lake.start(text, ClientRequestToken=token) == lake.start(text, ClientRequestToken=token)


def test_statements_wait_for_their_values(lake: Lake) -> None:
    assert lake.ask("SELECT ?, ?", ExecutionParameters=["1", "'it''s'"]) == [("1", "it's")]
    lake.ask("PREPARE mine FROM SELECT ? + 1")
    assert lake.ask("EXECUTE mine USING 5") == [("6",)]
    assert lake.ask("EXECUTE mine", ExecutionParameters=["6"]) == [("7",)]
    listed = lake.athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert "mine" in {each["StatementName"] for each in listed}
    lake.ask("DEALLOCATE PREPARE mine")
    with pytest.raises(ClientError, match="PreparedStatement mine does not exist"):
        lake.start("EXECUTE mine USING 5")
    query = lake.athena.create_named_query(Name="n", Database=lake.name, QueryString="SELECT 40 + 2")
    text = lake.athena.get_named_query(NamedQueryId=query["NamedQueryId"])["NamedQuery"]["QueryString"]
    assert lake.ask(text) == [("42",)]
    lake.athena.delete_named_query(NamedQueryId=query["NamedQueryId"])
    assert lake.athena.batch_get_named_query(NamedQueryIds=[query["NamedQueryId"]])["UnprocessedNamedQueryIds"]


def test_tables_that_cannot_be_read_are_refused_by_name(lake: Lake) -> None:
    storage = {"Location": f"s3://{lake.bucket}/x/", "Columns": [{"Name": "a", "Type": "int"}]}
    avro = {**storage, "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.serde2.avro.AvroSerDe"}}
    lake.glue.create_table(DatabaseName=lake.name, TableInput={"Name": "avro", "StorageDescriptor": avro})
    assert "reads no files of AvroSerDe" in lake.reason("SELECT * FROM avro")
    iceberg = {"Name": "ice", "Parameters": {"table_type": "ICEBERG"}, "StorageDescriptor": storage}
    lake.glue.create_table(DatabaseName=lake.name, TableInput=iceberg)
    assert "is a table of Iceberg" in lake.reason("SELECT * FROM ice")
    lake.parquet("wrong/a.parquet", pa.table({"a": ["text"]}))
    lake.ask("CREATE EXTERNAL TABLE wrong (a int) STORED AS PARQUET LOCATION 's3://{bucket}/wrong/'")
    assert "HIVE_BAD_DATA: Field a's type BINARY in parquet file is incompatible with type int" in lake.reason(
        "SELECT a FROM wrong"
    )


@pytest.fixture(scope="module")
def shop(lake: Lake) -> analytics.Scan:
    """Events of odd shoppers, compacted, below the table of the `clickstream` template."""
    bucket = f"{lake.bucket}-shop"
    lake.s3.create_bucket(Bucket=bucket)
    table = AthenaTable(lake.athena, lake.name, f"{lake.name}-shop")
    opened = replace(of_bucket(lake.s3, bucket), athena=table)
    rows = shoppers(random.Random(8), 300)
    for each in rows:  # Athena keeps milliseconds
        each["event_time"] = each["event_time"].replace(microsecond=0)
    put(opened.objects, "all", rows)
    analytics.compact(opened)
    results = {"ResultConfiguration": {"OutputLocation": f"s3://{bucket}/athena/"}}
    lake.athena.create_work_group(Name=table.work_group, Configuration=results)
    lake.glue.create_table(DatabaseName=lake.name, TableInput=_events_table(bucket))
    return analytics.scan(opened)


def _events_table(bucket: str) -> dict[str, Any]:
    """As the template describes it."""

    class Loader(yaml.SafeLoader):
        """Intrinsic functions as their texts."""

    Loader.add_multi_constructor("!", lambda loader, tag, node: node.value)
    text = (Path(shoplib.__file__).parent / "patterns" / "clickstream" / "template.yaml").read_text(encoding="utf-8")
    for name, value in (("${LakeBucket}", bucket), ("${FirstDay}", "2025-12-01"), ("${!dt}", "${dt}")):
        text = text.replace(name, value)
    table: dict[str, Any] = yaml.load(text, Loader)["Resources"]["EventsTable"]["Properties"]["TableInput"]
    return table


ASKED: dict[str, Callable[[analytics.Scan, str], pd.DataFrame]] = {
    **{
        f"conversion by {by}": lambda scan, engine, by=by: analytics.conversion_rate(scan, by, engine=engine)
        for by in (None, "day", "device", "source", "country")
    },
    "abandonment": lambda scan, engine: analytics.abandonment(scan, engine=engine),
    **{
        f"sales by {key}": lambda scan, engine, key=key: analytics.sales_by(scan, key, engine=engine)
        for key in ("day", "month", "product", "country", "category", "device", "source")
    },
}


@pytest.mark.parametrize("question", ASKED)
def test_the_projects_statements_answer_as_the_other_engines(shop: analytics.Scan, question: str) -> None:
    expected = ASKED[question](shop, "pandas")
    pd.testing.assert_frame_equal(ASKED[question](shop, "athena"), expected, check_exact=True)


@pytest.mark.parametrize("name", analytics.athena_queries())
def test_athena_takes_every_statement_of_the_project(shop: analytics.Scan, name: str) -> None:
    assert len(analytics.query_athena(shop.lake, name, "2026-01-01", "2026-02-28").columns) > 1


def test_what_athena_is_not_asked_is_named(shop: analytics.Scan) -> None:
    for ask in (
        lambda: analytics.conversion_rate(shop, "device", per="visitor", engine="athena"),
        lambda: analytics.sales_by(shop, ["day", "device"], engine="athena"),
        lambda: analytics.funnel(shop, engine="athena"),
    ):
        with pytest.raises(LabError, match="supported by Athena|Athena does not support this"):
            ask()

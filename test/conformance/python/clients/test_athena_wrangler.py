"""Athena and Glue through boto3 and awswrangler, over a group's offline store and over tables of one's own."""
from datetime import date, datetime
from decimal import Decimal

import awswrangler as wr
import boto3
import pandas as pd
import pytest
from answers import offline_rows, query, record, rows

athena = boto3.client("athena")
glue = boto3.client("glue")


@pytest.fixture(scope="module")
def database():
    name = "python_clients"
    wr.catalog.create_database(name, exist_ok=True)
    return name


@pytest.fixture
def rides(make_group, bucket):
    """A group with a history of three rows, and its table."""
    group = make_group(offline=True)
    runtime = boto3.client("sagemaker-featurestore-runtime")
    for rider, at, features in (("ann", 1, {"rides": 1, "fare": 2.5}), ("ann", 2, {"rides": 2, "fare": 3.5}), ("bob", 1, {"rides": 7})):
        runtime.put_record(FeatureGroupName=group, Record=record(rider=rider, at=f"2026-01-0{at}T00:00:00Z", **features))
    offline_rows(group, 3, bucket)
    catalog = boto3.client("sagemaker").describe_feature_group(FeatureGroupName=group)["OfflineStoreConfig"]["DataCatalogConfig"]
    return catalog["Database"], catalog["TableName"]


@pytest.fixture
def results(bucket, unique):
    return f"s3://{bucket}/results/{unique}/"


def test_select_star_shows_features_and_metadata_and_no_partitions(rides, results):
    execution = query(f'SELECT * FROM "{rides[0]}"."{rides[1]}" ORDER BY rider, at', results)
    names = [column["Name"] for column in athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert names == ["rider", "at", "rides", "fare", "write_time", "api_invocation_time", "is_deleted"]
    assert [row[:4] for row in rows(execution)] == [["ann", "2026-01-01T00:00:00Z", "1", "2.5"], ["ann", "2026-01-02T00:00:00Z", "2", "3.5"], ["bob", "2026-01-01T00:00:00Z", "7", None]]


def test_results_are_read_page_by_page_and_the_csv_says_the_same(results):
    execution = query("SELECT n, IF(n % 2 = 0, NULL, 'say \"' || CAST(n AS varchar) || '\"') AS t FROM UNNEST(sequence(1, 2500)) AS s(n) ORDER BY n", results)
    found = rows(execution)
    assert len(found) == 2500 and found[:2] == [["1", 'say "1"'], ["2", None]]
    bucket, key = execution["ResultConfiguration"]["OutputLocation"][5:].split("/", 1)
    text = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode()
    assert text.splitlines()[:3] == ['"n","t"', '"1","say ""1"""', '"2",']


@pytest.mark.parametrize(
    "how", [{"ctas_approach": False}, {"ctas_approach": True}, {"ctas_approach": False, "unload_approach": True}], ids=["csv", "ctas", "unload"]
)
def test_a_query_is_read_as_a_frame_in_each_of_the_three_ways(rides, results, database, how):
    frame = wr.athena.read_sql_query(f'SELECT rider, at, rides, fare FROM "{rides[0]}"."{rides[1]}"', database=database, s3_output=results, keep_files=False, **how)
    frame = frame.sort_values(["rider", "at"], ignore_index=True)
    assert list(frame["rider"]) == ["ann", "ann", "bob"]
    assert list(frame["rides"]) == [1, 2, 7] and str(frame["rides"].dtype) == "Int64"
    assert list(frame["fare"].fillna(-1)) == [2.5, 3.5, -1]
    assert wr.s3.list_objects(results) == [], "awswrangler removes what it made"


@pytest.mark.parametrize("how", [{"ctas_approach": False}, {"ctas_approach": True}, {"ctas_approach": False, "unload_approach": True}], ids=["csv", "ctas", "unload"])
def test_every_type_arrives_as_itself(results, database, how):
    sql = """SELECT CAST(9007199254740993 AS bigint) AS whole, CAST(-1 AS integer) AS small, 0.1e0 AS fraction, DECIMAL '12.30' AS exact, true AS yes, 'ünï, "q"' AS words,
      DATE '2026-01-02' AS day, TIMESTAMP '2026-01-02 03:04:05.678' AS moment, CAST(NULL AS varchar) AS nothing"""
    row = wr.athena.read_sql_query(sql, database=database, s3_output=results, **how).iloc[0]
    assert (row["whole"], row["small"], row["fraction"], row["exact"], row["yes"], row["words"]) == (9007199254740993, -1, 0.1, Decimal("12.30"), True, 'ünï, "q"')
    assert row["day"] == date(2026, 1, 2) and row["moment"].to_pydatetime() == datetime(2026, 1, 2, 3, 4, 5, 678000)
    assert pd.isna(row["nothing"])


def test_a_frame_comes_in_chunks(results, database):
    sql = "SELECT n FROM UNNEST(sequence(1, 1000)) AS s(n)"
    chunks = list(wr.athena.read_sql_query(sql, database=database, s3_output=results, ctas_approach=False, chunksize=300))
    assert sum(map(len, chunks)) == 1000 and max(map(len, chunks)) <= 300


def test_parameters_are_put_in(results, database):
    frame = wr.athena.read_sql_query("SELECT :text AS t, :number AS n", params={"text": "it's", "number": 3}, database=database, s3_output=results, ctas_approach=False)
    assert (frame["t"][0], frame["n"][0]) == ("it's", 3)


def test_parameters_are_put_in_by_the_service(results, database):
    sql = "SELECT ? || '?' AS t, ? + 1 AS n"
    frame = wr.athena.read_sql_query(sql, params=["'it''s '", "-3"], paramstyle="qmark", database=database, s3_output=results, ctas_approach=False)
    assert (frame["t"][0], frame["n"][0]) == ("it's ?", -2)


def test_a_frame_becomes_a_partitioned_table(bucket, unique, database, results):
    frame = pd.DataFrame({"rider": ["ann", "bob", "cid"], "fare": [1.5, None, 3.0], "day": ["2026-01-01", "2026-01-01", "2026-01-02"]})
    table, path = f"t_{unique}", f"s3://{bucket}/tables/{unique}/"
    write = lambda part, mode: wr.s3.to_parquet(part, path=path, dataset=True, database=database, table=table, partition_cols=["day"], mode=mode)
    write(frame, "overwrite")
    write(frame.assign(day="2026-01-03"), "append")
    assert wr.catalog.does_table_exist(database=database, table=table)
    assert wr.catalog.get_table_types(database=database, table=table) == {"rider": "string", "fare": "double", "day": "string"}
    assert sorted(values[0] for values in wr.catalog.get_partitions(database=database, table=table).values()) == ["2026-01-01", "2026-01-02", "2026-01-03"]
    counted = wr.athena.read_sql_query(f"SELECT day, count(*) AS n, sum(fare) AS fare FROM {table} WHERE day <> '2026-01-02' GROUP BY day", database=database, s3_output=results)
    assert counted.sort_values("day").to_dict("records") == [{"day": "2026-01-01", "n": 2, "fare": 1.5}, {"day": "2026-01-03", "n": 3, "fare": 4.5}]
    write(frame[:1].assign(day="2026-01-01"), "overwrite_partitions")
    assert len(wr.s3.read_parquet(path, dataset=True)) == 5
    assert wr.catalog.delete_table_if_exists(database=database, table=table)
    assert not wr.catalog.does_table_exist(database=database, table=table)


def test_a_table_is_described_repaired_and_its_partitions_replaced(bucket, unique, database, results):
    frame = pd.DataFrame({"rider": ["ann", "bob"], "day": ["1", "2"]})
    table, path = f"p_{unique}", f"s3://{bucket}/tables/{unique}/"
    where = {"database": database, "table": table}
    write = lambda part: wr.s3.to_parquet(part, path=path, dataset=True, partition_cols=["day"], mode="overwrite", **where)
    write(frame)
    write(frame.assign(day=["3", "4"]))
    partitions = lambda: sorted(values[0] for values in wr.catalog.get_partitions(**where).values())
    assert partitions() == ["3", "4"]
    described = wr.athena.describe_table(table, database=database, s3_output=results)
    assert list(described["Column Name"]) == ["rider", "day"]
    assert wr.catalog.delete_partitions(table=table, database=database, partitions_values=[["3"]]) is None
    assert partitions() == ["4"]
    wr.s3.to_parquet(frame[:1].drop(columns="day"), path=f"{path}day=5/new.parquet")
    assert wr.athena.repair_table(table, database=database, s3_output=results) == "SUCCEEDED"
    assert partitions() == ["3", "4", "5"], "the files of the deleted one were still there"
    metadata = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName=database, TableName=table)["TableMetadata"]
    assert metadata["PartitionKeys"] == [{"Name": "day", "Type": "string"}] and metadata["Parameters"]["location"] == path


def test_queries_are_listed_cancelled_and_read_from_the_cache(results, database):
    first, second = (
        wr.athena.read_sql_query("SELECT 41 + 1 AS n", database=database, s3_output=results, athena_cache_settings={"max_cache_seconds": 900}).query_metadata
        for _ in range(2)
    )
    assert first["QueryExecutionId"] == second["QueryExecutionId"]
    endless = "SELECT count(*) FROM UNNEST(sequence(1, 100000)) AS a(x) CROSS JOIN UNNEST(sequence(1, 100000)) AS b(y) WHERE (x * y) % 7 = 3"
    id = wr.athena.start_query_execution(endless, database=database, s3_output=results)
    athena.stop_query_execution(QueryExecutionId=id)
    pages = athena.get_paginator("list_query_executions").paginate(PaginationConfig={"PageSize": 2, "MaxItems": 6})
    assert id in [one for page in pages for one in page["QueryExecutionIds"]]
    (found,) = athena.batch_get_query_execution(QueryExecutionIds=[id])["QueryExecutions"]
    assert found["Status"]["State"] == "CANCELLED"


def test_csv_and_json_become_tables_too(bucket, unique, database, results):
    frame = pd.DataFrame({"id": [1, 2], "name": ["ann", "bob, jr"]})
    for kind, write in (("csv", wr.s3.to_csv), ("json", wr.s3.to_json)):
        table = f"{kind}_{unique}"
        more = {"sep": "|"} if kind == "csv" else {"orient": "records", "lines": True}
        write(frame, path=f"s3://{bucket}/{table}/", dataset=True, database=database, table=table, index=False, **more)
        found = wr.athena.read_sql_query(f"SELECT id, name FROM {table}", database=database, s3_output=results)
        assert found.sort_values("id").to_dict("records") == frame.to_dict("records"), kind


def test_a_table_is_made_by_ctas_and_described(results, bucket, unique, database):
    made = wr.athena.create_ctas_table(sql="SELECT 1 AS a, 'x' AS b", database=database, ctas_table=f"ctas_{unique}", s3_output=f"s3://{bucket}/ctas/{unique}/", wait=True)
    assert made["ctas_table"] == f"ctas_{unique}"
    described = wr.catalog.table(database=database, table=f"ctas_{unique}")
    assert list(zip(described["Column Name"], described["Type"])) == [("a", "int"), ("b", "string")]


def test_a_query_that_fails_says_why(database, results):
    with pytest.raises(wr.exceptions.QueryFailed, match="nothing_here"):
        wr.athena.read_sql_query("SELECT * FROM nothing_here", database=database, s3_output=results, ctas_approach=False)
    failed = query("SELECT * FROM nothing_here", results)["Status"]
    assert (failed["State"], failed["AthenaError"]["ErrorCategory"]) == ("FAILED", 2)
    with pytest.raises(athena.exceptions.InvalidRequestException, match="line 1:1: mismatched input"):
        query("SELEC 1", results)


def test_a_group_is_found_through_the_catalogue(rides):
    table = glue.get_table(DatabaseName=rides[0], Name=rides[1])["Table"]
    assert table["TableType"] == "EXTERNAL_TABLE" and table["StorageDescriptor"]["Location"].startswith("s3://")
    listed = [one["Name"] for page in glue.get_paginator("get_tables").paginate(DatabaseName=rides[0]) for one in page["TableList"]]
    assert rides[1] in listed
    with pytest.raises(glue.exceptions.EntityNotFoundException):
        glue.get_table(DatabaseName=rides[0], Name="nothing")

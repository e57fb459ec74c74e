"""Records, queries and their answers in the shapes that the tests compare."""
import time
from datetime import datetime, timedelta, timezone

import boto3


def until(probe, what="it", seconds=60):
    """Asks until the answer is truthy, and returns it."""
    deadline = time.monotonic() + seconds
    while not (answer := probe()):
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)
    return answer


def record(**features):
    return [{"FeatureName": name, "ValueAsString": str(value)} for name, value in features.items()]


def values(answer):
    """A record as a dict; None when there is none."""
    return {one["FeatureName"]: one["ValueAsString"] for one in answer["Record"]} if answer.get("Record") else None


def iso(ago=timedelta()):
    return (datetime.now(timezone.utc) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")


def query(sql, output, **more):
    """Runs a query to its end and returns the execution."""
    athena = boto3.client("athena")
    started = athena.start_query_execution(QueryString=sql, ResultConfiguration={"OutputLocation": output}, **more)

    def ended():
        execution = athena.get_query_execution(QueryExecutionId=started["QueryExecutionId"])["QueryExecution"]
        return execution if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED") else None

    return until(ended, "the end of the query")


def rows(execution):
    """The result of a query, without its header, over every page."""
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    pages = boto3.client("athena").get_paginator("get_query_results").paginate(
        QueryExecutionId=execution["QueryExecutionId"], PaginationConfig={"PageSize": 1000}
    )
    found = [[cell.get("VarCharValue") for cell in row["Data"]] for page in pages for row in page["ResultSet"]["Rows"]]
    return found[1:]


def offline_rows(group, count, bucket, columns="*"):
    """Waits until the offline store of a group has so many rows, and returns them."""
    catalog = boto3.client("sagemaker").describe_feature_group(FeatureGroupName=group)["OfflineStoreConfig"]["DataCatalogConfig"]
    sql = f'SELECT {columns} FROM "{catalog["Database"]}"."{catalog["TableName"]}"'

    def look():
        found = rows(query(sql, f"s3://{bucket}/results/"))
        return found if len(found) >= count else None

    return until(look, f"{count} rows in the offline store")

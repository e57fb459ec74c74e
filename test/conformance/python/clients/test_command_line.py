"""The AWS CLI against the running pipeline, as one would type it."""
import json
import os
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from answers import iso, until

AWS = Path(sys.executable).with_name("aws")
RAW_KEY = "airport-hours/dt=2030-01-01/typed by hand+1 % é.csv"


def aws(*args, fails=False):
    """Runs the CLI with --endpoint-url; returns its JSON, its text where it is none, or what it says when it is to fail."""
    done = subprocess.run([AWS, "--endpoint-url", os.environ["AWS_ENDPOINT_URL"], *args], capture_output=True, text=True, timeout=60)
    if fails:
        assert done.returncode != 0, done.stdout
        return done.stderr
    assert done.returncode == 0, done.stderr
    try:
        return json.loads(done.stdout)
    except ValueError:
        return done.stdout


@pytest.fixture(scope="module")
def machine(account):
    return f"arn:aws:states:us-east-1:{account}:stateMachine:dev-ingest"


@pytest.fixture(scope="module")
def uploaded(tmp_path_factory, stage_bucket, machine):
    """A CSV of three airport hours, one of them bad, copied into the raw bucket; the ingest that it started, ended."""
    hour = iso(timedelta(hours=1))[:14] + "00:00Z"
    file = tmp_path_factory.mktemp("raw") / "hours.csv"
    file.write_text(f'airport,hour_end,departures,mean_delay,share_late\n"XAA",{hour},42,7.5,0.25\nXBB,{hour},17,-1.25,0\nXCC,yesterday,1,1,1\n')
    aws("s3", "cp", str(file), f"s3://{stage_bucket('raw')}/{RAW_KEY}")

    def ended():
        for one in aws("stepfunctions", "list-executions", "--state-machine-arn", machine)["executions"]:
            execution = aws("stepfunctions", "describe-execution", "--execution-arn", one["executionArn"])
            if json.loads(execution["input"])["key"] == RAW_KEY and execution["status"] != "RUNNING":
                return execution
        return None

    return {"hour": hour, "execution": until(ended, "the ingest of the uploaded file")}


def test_an_upload_is_ingested_and_its_receipt_adds_up(uploaded):
    receipt = json.loads(uploaded["execution"]["output"])
    assert uploaded["execution"]["status"] == "SUCCEEDED"
    assert receipt["rows"] == {"read": 3, "accepted": 2, "quarantined": 1}


def test_get_record_shows_what_was_uploaded(uploaded):
    answer = aws("sagemaker-featurestore-runtime", "get-record", "--feature-group-name", "dev-airport-hours-v1", "--record-identifier-value-as-string", "XAA")
    features = {one["FeatureName"]: one["ValueAsString"] for one in answer["Record"]}
    assert features == {"entity_key": "XAA", "airport": "XAA", "event_time": uploaded["hour"], "departures": "42", "mean_delay": "7.5", "share_late": "0.25"}


def test_the_refused_row_lies_in_the_quarantine(uploaded, stage_bucket):
    receipt = json.loads(uploaded["execution"]["output"])
    (key,) = receipt["quarantineKeys"]
    line = aws("s3", "cp", f"s3://{stage_bucket('ledger')}/{key}", "-")
    assert (line["code"], line["line"]) == ("ROW_EVENT_TIME_MALFORMED", 4)


def test_athena_reads_the_offline_table_and_the_result_can_be_copied(uploaded, stage_bucket, tmp_path):
    catalog = aws("sagemaker", "describe-feature-group", "--feature-group-name", "dev-airport-hours-v1")["OfflineStoreConfig"]["DataCatalogConfig"]
    sql = f"SELECT airport, departures, share_late FROM \"{catalog['Database']}\".\"{catalog['TableName']}\" WHERE airport LIKE 'X%' ORDER BY airport"
    output = f"s3://{stage_bucket('work')}/typed/"

    def result():
        started = aws("athena", "start-query-execution", "--query-string", sql, "--result-configuration", f"OutputLocation={output}")

        def ended():
            execution = aws("athena", "get-query-execution", "--query-execution-id", started["QueryExecutionId"])["QueryExecution"]
            return execution if execution["Status"]["State"] not in ("QUEUED", "RUNNING") else None

        execution = until(ended, "the end of the query")
        assert execution["Status"]["State"] == "SUCCEEDED"
        copy = tmp_path / "result.csv"
        aws("s3", "cp", execution["ResultConfiguration"]["OutputLocation"], str(copy))
        text = copy.read_text()
        return text if text.count("\n") >= 3 else None

    assert until(result, "the history") == '"airport","departures","share_late"\n"XAA","42","0.25"\n"XBB","17","0.0"\n'


def test_the_ingest_machine_is_started_by_hand(uploaded, machine, unique):
    again = {**json.loads(uploaded["execution"]["input"]), "attempt": 1}
    started = aws("stepfunctions", "start-execution", "--state-machine-arn", machine, "--name", f"by-hand-{unique}", "--input", json.dumps(again))

    def ended():
        execution = aws("stepfunctions", "describe-execution", "--execution-arn", started["executionArn"])
        return execution if execution["status"] != "RUNNING" else None

    execution = until(ended, "the end of the execution")
    assert execution["status"] == "SUCCEEDED"
    assert json.loads(execution["output"])["status"] == "sealed"


def test_folders_are_synced_listed_moved_and_removed(bucket, tmp_path):
    for name in ("a.txt", "b c.txt", "größe+1.txt"):
        (tmp_path / name).write_text(name)
        # S3 tells whole seconds: a file of this second would look newer than its own copy.
        os.utime(tmp_path / name, (0, 0))
    prefix = f"s3://{bucket}/synced"
    aws("s3", "sync", str(tmp_path), prefix)
    assert "a.txt" not in aws("s3", "sync", str(tmp_path), prefix), "a second sync copies nothing"
    assert [line.split(maxsplit=3)[3] for line in aws("s3", "ls", f"{prefix}/").splitlines()] == ["a.txt", "b c.txt", "größe+1.txt"]
    aws("s3", "mv", f"{prefix}/a.txt", f"{prefix}/moved/a.txt")
    assert aws("s3", "cp", f"{prefix}/moved/a.txt", "-") == "a.txt"
    aws("s3", "rm", "--recursive", prefix)
    assert "(404)" in aws("s3", "cp", f"{prefix}/a.txt", "-", fails=True)


def test_a_large_file_goes_up_in_parts_and_comes_back_the_same(bucket, tmp_path):
    file, back = tmp_path / "large.bin", tmp_path / "back.bin"
    file.write_bytes(os.urandom(1 << 20) * 20)
    aws("s3", "cp", str(file), f"s3://{bucket}/large.bin")
    head = aws("s3api", "head-object", "--bucket", bucket, "--key", "large.bin")
    assert head["ETag"].endswith('-3"'), "20 MB go in three parts of 8 MB"
    aws("s3", "cp", f"s3://{bucket}/large.bin", str(back))
    assert back.read_bytes() == file.read_bytes()


def test_log_events_are_written_filtered_and_read_back():
    group, stream = "/tidemark/dev/audit/feature-reads", uuid.uuid4().hex
    now = int(time.time() * 1000)
    events = [{"timestamp": now + at, "message": json.dumps({"kind": kind, "größe": at})} for at, kind in enumerate(["a", "b", "a"])]
    aws("logs", "create-log-stream", "--log-group-name", group, "--log-stream-name", stream)
    aws("logs", "put-log-events", "--log-group-name", group, "--log-stream-name", stream, "--log-events", json.dumps(events))
    found = aws("logs", "filter-log-events", "--log-group-name", group, "--log-stream-names", stream, "--filter-pattern", '{ $.kind = "a" }')
    assert [event["message"] for event in found["events"]] == [events[0]["message"], events[2]["message"]]
    paged = aws("logs", "filter-log-events", "--log-group-name", group, "--log-stream-names", stream, "--page-size", "1")
    assert [event["timestamp"] for event in paged["events"]] == [now, now + 1, now + 2]
    read = aws("logs", "get-log-events", "--log-group-name", group, "--log-stream-name", stream, "--limit", "2")
    assert [event["message"] for event in read["events"]] == [event["message"] for event in events[1:]]


@pytest.mark.parametrize(
    "command, said",
    [
        (["sagemaker", "describe-feature-group", "--feature-group-name", "nothing"], "ResourceNotFound"),
        (["sagemaker-featurestore-runtime", "get-record", "--feature-group-name", "nothing", "--record-identifier-value-as-string", "1"], "ResourceNotFound"),
        (["s3", "ls", "s3://there-is-no-such-bucket"], "NoSuchBucket"),
        (["athena", "start-query-execution", "--query-string", "SELECT 1"], "InvalidRequestException"),
        (["glue", "get-table", "--database-name", "default", "--name", "nothing"], "EntityNotFoundException"),
        (["stepfunctions", "describe-execution", "--execution-arn", "arn:aws:states:us-east-1:000000000000:execution:dev-ingest:nothing"], "ExecutionDoesNotExist"),
        (["logs", "get-log-events", "--log-group-name", "nothing", "--log-stream-name", "x"], "ResourceNotFoundException"),
        (["dynamodb", "list-tables"], "UnknownOperationException"),
    ],
    ids=lambda part: part if isinstance(part, str) else " ".join(part[:2]),
)
def test_what_is_not_there_is_refused_by_the_services_own_name(command, said):
    assert said in aws(*command, fails=True)

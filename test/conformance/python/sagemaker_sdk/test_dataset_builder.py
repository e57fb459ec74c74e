"""DatasetBuilder's own SQL, run by the engine: each option against what the rows below say it is.

Histories: ann has two event times, the second written twice; bob is deleted and comes back; cid is deleted for good.
"""
from datetime import datetime, timedelta, timezone

import boto3
import pandas as pd
import pytest
from sagemaker.feature_store.dataset_builder import JoinTypeEnum
from sagemaker.feature_store.feature_definition import FeatureDefinition, FeatureTypeEnum
from sagemaker.feature_store.feature_group import FeatureGroup
from answers import offline_rows, record, until

DAY1, DAY2, NOON2, DAY3 = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-02T12:00:00Z", "2026-01-03T00:00:00Z"
ANN1, ANN2, ANN2_AGAIN, BOB1, BOB3, CID1 = ("ann", DAY1, 1), ("ann", DAY2, 2), ("ann", DAY2, 3), ("bob", DAY1, 5), ("bob", DAY3, 6), ("cid", DAY1, 7)


def make(session, bucket, name, features):
    group = FeatureGroup(name=name, sagemaker_session=session)
    group.feature_definitions = [FeatureDefinition(feature, kind) for feature, kind in features.items()]
    group.create(s3_uri=f"s3://{bucket}/sdk", record_identifier_name="rider", event_time_feature_name="at", role_arn="arn:aws:iam::000000000000:role/SageMakerRole", enable_online_store=True)
    until(lambda: group.describe()["FeatureGroupStatus"] == "Created")
    return group


@pytest.fixture(scope="module")
def rides(session, bucket):
    group = make(session, bucket, f"{bucket}-rides", {"rider": FeatureTypeEnum.STRING, "at": FeatureTypeEnum.STRING, "rides": FeatureTypeEnum.INTEGRAL})
    runtime = boto3.client("sagemaker-featurestore-runtime")
    put = lambda rider, at, rides: runtime.put_record(FeatureGroupName=group.name, Record=record(rider=rider, at=at, rides=rides))
    delete = lambda rider, at: runtime.delete_record(FeatureGroupName=group.name, RecordIdentifierValueAsString=rider, EventTime=at)
    for row in (ANN1, ANN2, ANN2_AGAIN, BOB1, CID1):
        put(*row)
    delete("bob", DAY2)
    delete("cid", DAY2)
    put(*BOB3)
    offline_rows(group.name, 8, bucket)
    yield group
    group.delete()


@pytest.fixture(scope="module")
def homes(session, bucket):
    group = make(session, bucket, f"{bucket}-homes", {"rider": FeatureTypeEnum.STRING, "at": FeatureTypeEnum.FRACTIONAL, "city": FeatureTypeEnum.STRING})
    runtime = boto3.client("sagemaker-featurestore-runtime")
    for city, at in (("Ulm", DAY1), ("Bern", NOON2)):
        seconds = datetime.fromisoformat(at.replace("Z", "+00:00")).timestamp()
        runtime.put_record(FeatureGroupName=group.name, Record=record(rider="ann", at=seconds, city=city))
    offline_rows(group.name, 2, bucket)
    yield group
    group.delete()


@pytest.fixture
def build(store, bucket):
    """Starts a builder over a base; the answer is what its query gives, as sorted tuples of these columns."""

    def frame_of(builder, *columns):
        frame, sql = builder.to_dataframe()
        assert sql.startswith("WITH fg_base AS")
        return sorted((tuple(None if pd.isna(cell) else cell for cell in row) for row in frame[list(columns)].itertuples(index=False)), key=repr)

    return lambda base, **more: (store.create_dataset(base=base, output_path=f"s3://{bucket}/datasets", **more), frame_of)


day = lambda number, hour=0: datetime(2026, 1, number, hour, tzinfo=timezone.utc)
# The SDK prints a time as it is, and a zone in it is no part of its format: Athena would refuse that.
now = datetime.now(timezone.utc).replace(tzinfo=None)


@pytest.mark.parametrize(
    "options, expected",
    [
        pytest.param([], [ANN1, ANN2_AGAIN, BOB3], id="nothing"),
        pytest.param([("include_duplicated_records",)], [ANN1, ANN2, ANN2_AGAIN, BOB3], id="duplicated"),
        pytest.param([("include_deleted_records",)], [ANN1, ANN2_AGAIN, BOB1, BOB3, CID1], id="deleted"),
        pytest.param([("include_duplicated_records",), ("include_deleted_records",)], [ANN1, ANN2, ANN2_AGAIN, BOB1, BOB3, CID1], id="duplicated and deleted"),
        pytest.param([("with_number_of_recent_records_by_record_identifier", 1)], [ANN2_AGAIN, BOB3], id="the most recent"),
        pytest.param([("as_of", now + timedelta(days=1))], [ANN1, ANN2_AGAIN, BOB3], id="as of tomorrow"),
        pytest.param([("as_of", now - timedelta(days=1))], [], id="as of yesterday"),
        pytest.param([("with_event_time_range", day(2), None)], [ANN2_AGAIN, BOB3], id="from day 2"),
        # With one bound only, the builder looks for deletions outside of the range too; with both, inside alone.
        pytest.param([("with_event_time_range", None, day(1, 12))], [ANN1], id="until day 1"),
        pytest.param([("with_event_time_range", day(1), day(1, 12))], [ANN1, BOB1, CID1], id="day 1"),
    ],
)
def test_one_group_gives_the_rows_that_its_options_ask_for(rides, build, options, expected):
    builder, rows_of = build(rides)
    for name, *arguments in options:
        getattr(builder, name)(*arguments)
    assert rows_of(builder, "rider", "at", "rides") == sorted(expected)


def test_a_number_of_rows_limits_the_result(rides, build):
    builder, rows_of = build(rides)
    assert len(rows_of(builder.with_number_of_records_from_query_results(2), "rider")) == 2


def test_a_join_gives_every_pair(rides, homes, build):
    builder, rows_of = build(rides)
    builder.with_feature_group(homes)
    assert rows_of(builder, "rides", "city.1") == [(1, "Bern"), (1, "Ulm"), (3, "Bern"), (3, "Ulm")]


def test_a_point_in_time_join_sees_no_later_row(rides, homes, build):
    builder, rows_of = build(rides)
    builder.with_feature_group(homes, join_type=JoinTypeEnum.LEFT_JOIN).point_in_time_accurate_join()
    assert rows_of(builder, "rides", "city.1") == [(1, "Ulm"), (3, "Ulm"), (6, None)]


def test_a_frame_is_the_base(homes, build):
    labels = pd.DataFrame({"rider": ["ann", "ann", "bob"], "at": [1767225600.0, 1767398400.0, 1767398400.0], "late": [1, 0, 1]})
    builder, rows_of = build(labels, record_identifier_feature_name="rider", event_time_identifier_feature_name="at")
    builder.with_feature_group(homes, join_type=JoinTypeEnum.LEFT_JOIN).point_in_time_accurate_join()
    assert rows_of(builder, "rider", "at", "late", "city.1") == [
        ("ann", 1767225600.0, 1, "Ulm"),
        ("ann", 1767398400.0, 0, "Bern"),
        ("ann", 1767398400.0, 0, "Ulm"),
        ("bob", 1767398400.0, 1, None),
    ]


def test_only_the_features_that_were_asked_for_come(rides, homes, build):
    builder, _ = build(rides, included_feature_names=["rides"])
    builder.with_feature_group(homes, included_feature_names=["city"])
    path, _ = builder.to_csv_file()
    bucket, key = path[5:].split("/", 1)
    header = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read().decode().splitlines()[0]
    assert header.startswith('"rides"') and '"city.1"' in header and key.endswith(".csv")

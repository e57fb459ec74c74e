"""The Feature Store runtime through boto3."""
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError
from answers import iso, offline_rows, record, values

runtime = boto3.client("sagemaker-featurestore-runtime")


def put(group, rider, at=None, **features):
    more = {key: features.pop(key) for key in ("TtlDuration", "TargetStores") if key in features}
    runtime.put_record(FeatureGroupName=group, Record=record(rider=rider, at=at or iso(), **features), **more)


def get(group, rider, **more):
    return runtime.get_record(FeatureGroupName=group, RecordIdentifierValueAsString=rider, **more)


def test_a_record_comes_back_with_the_strings_that_were_put_in_the_order_of_the_definition(make_group):
    group = make_group()
    runtime.put_record(FeatureGroupName=group, Record=record(fare="01.50", rides="007", at="2026-01-01T00:00:00Z", rider="ann"))
    assert get(group, "ann")["Record"] == record(rider="ann", at="2026-01-01T00:00:00Z", rides="007", fare="01.50")
    assert get(group, "ann", FeatureNames=["fare"])["Record"] == record(fare="01.50")


def test_a_record_identifier_may_hold_what_urls_escape(make_group):
    group = make_group()
    for rider in ("a/b", "a b", "a+b", "a%20b", "a&b=c?d#e", "größe", "0.0", "..", "\U0001f6b2"):
        put(group, rider, rides=1)
        assert values(get(group, rider))["rider"] == rider


def test_an_arn_names_the_group_too(make_group):
    group = make_group()
    arn = boto3.client("sagemaker").describe_feature_group(FeatureGroupName=group)["FeatureGroupArn"]
    put(arn, "ann", rides=3)
    assert values(get(arn, "ann")) == values(get(group, "ann"))


def test_an_older_event_changes_nothing_online(make_group):
    group = make_group()
    put(group, "ann", "2026-01-02T00:00:00Z", rides=2)
    put(group, "ann", "2026-01-01T00:00:00Z", rides=1)
    assert values(get(group, "ann"))["rides"] == "2"


def test_a_missing_record_is_an_answer_without_a_record(make_group):
    assert values(get(make_group(), "nobody")) is None


@pytest.mark.parametrize("mode", ["SoftDelete", "HardDelete"])
def test_a_deleted_record_is_not_read(make_group, mode):
    group = make_group()
    put(group, "ann", "2026-01-01T00:00:00Z", rides=1)
    runtime.delete_record(FeatureGroupName=group, RecordIdentifierValueAsString="ann", EventTime="2026-01-02T00:00:00Z", DeletionMode=mode)
    assert values(get(group, "ann")) is None
    listed = runtime.list_records(FeatureGroupName=group, IncludeSoftDeletedRecords=True)["RecordIdentifiers"]
    assert listed == (["ann"] if mode == "SoftDelete" else [])


def test_many_records_of_several_groups_are_read_at_once(make_group):
    first, second = make_group("first"), make_group("second")
    put(first, "ann", rides=1)
    put(second, "bob", rides=2, fare=1.5)
    answer = runtime.batch_get_record(
        Identifiers=[
            {"FeatureGroupName": first, "RecordIdentifiersValueAsString": ["ann", "nobody"]},
            {"FeatureGroupName": second, "RecordIdentifiersValueAsString": ["bob"], "FeatureNames": ["rides"]},
        ]
    )
    assert answer["Errors"] == [] and answer["UnprocessedIdentifiers"] == []
    found = {(one["FeatureGroupName"], one["RecordIdentifierValueAsString"]): values(one) for one in answer["Records"]}
    assert set(found) == {(first, "ann"), (second, "bob")}
    assert found[second, "bob"] == {"rides": "2"}


def test_expiry_is_event_time_plus_time_to_live_and_the_same_on_both_reads(make_group):
    group = make_group(online_config={"TtlDuration": {"Unit": "Hours", "Value": 6}})
    event = iso(timedelta(hours=1))
    put(group, "ann", event, rides=1)
    put(group, "bob", event, rides=1, TtlDuration={"Unit": "Days", "Value": 2})
    put(group, "old", iso(timedelta(hours=7)), rides=1)

    def expiry(rider):
        one = get(group, rider, ExpirationTimeResponse="Enabled")["ExpiresAt"]
        asked = [{"FeatureGroupName": group, "RecordIdentifiersValueAsString": [rider]}]
        many = runtime.batch_get_record(Identifiers=asked, ExpirationTimeResponse="Enabled")["Records"][0]["ExpiresAt"]
        assert one == many
        return datetime.fromisoformat(one.replace("Z", "+00:00")) - datetime.fromisoformat(event.replace("Z", "+00:00"))

    assert expiry("ann") == timedelta(hours=6)
    assert expiry("bob") == timedelta(days=2)
    assert values(get(group, "old")) is None
    assert "ExpiresAt" not in get(group, "ann")


def test_a_batch_is_written_and_what_fails_is_echoed_exactly(make_group):
    group = make_group()
    entry = lambda rider, **features: {"FeatureGroupName": group, "Record": record(**({"rider": rider} if rider else {}), at="2026-01-01T00:00:00Z", **features)}
    entries = [entry("ann", rides=1), entry(None, rides=2), entry("bob", rides="many"), entry("cid", fare=1)]
    answer = runtime.batch_write_record(Entries=entries)
    assert sorted(entries.index(one["Entry"]) for one in answer["Errors"]) == [1, 2]
    assert all(one["ErrorCode"] and one["ErrorMessage"] for one in answer["Errors"])
    assert "many" not in str([one["ErrorMessage"] for one in answer["Errors"]]), "an error does not repeat the value"
    assert answer["UnprocessedEntries"] == []
    assert [values(get(group, rider)) is not None for rider in ("ann", "bob", "cid")] == [True, False, True]


def test_records_are_listed_page_by_page(make_group):
    group = make_group()
    riders = {f"rider-{at}" for at in range(25)}
    runtime.batch_write_record(Entries=[{"FeatureGroupName": group, "Record": record(rider=rider, at="2026-01-01T00:00:00Z")} for rider in riders])
    listed, token = [], {}
    while True:
        page = runtime.list_records(FeatureGroupName=group, MaxResults=10, **token)
        assert len(page["RecordIdentifiers"]) <= 10
        listed += page["RecordIdentifiers"]
        if not page.get("NextToken"):
            break
        token = {"NextToken": page["NextToken"]}
    assert len(listed) == 25 and set(listed) == riders


def test_some_features_are_updated_in_place(make_group):
    group = make_group(online_config={"StorageType": "Standard_V2"})
    put(group, "ann", "2026-01-02T00:00:00Z", rides=1, fare=2.5)

    def update(rider, **features):
        runtime.update_record(FeatureGroupName=group, RecordIdentifierValueAsString=rider, Features=record(**features))

    update("ann", rides=2)
    assert values(get(group, "ann")) == {"rider": "ann", "at": "2026-01-02T00:00:00Z", "rides": "2", "fare": "2.5"}
    with pytest.raises(runtime.exceptions.ConflictException):
        update("ann", rides=3, at="2026-01-01T00:00:00Z")
    with pytest.raises(runtime.exceptions.ResourceNotFound):
        update("nobody", rides=3)


def test_records_go_to_the_store_that_is_asked_for(make_group, bucket):
    group = make_group(offline=True)
    put(group, "both", rides=1)
    put(group, "past", rides=1, TargetStores=["OfflineStore"])
    put(group, "live", rides=1, TargetStores=["OnlineStore"])
    assert [values(get(group, rider)) is not None for rider in ("both", "past", "live")] == [True, False, True]
    assert sorted(offline_rows(group, 2, bucket, "rider")) == [["both"], ["past"]]


def test_an_offline_only_group_takes_records(make_group, bucket):
    group = make_group(online=False, offline=True)
    put(group, "ann", rides=1)
    assert offline_rows(group, 1, bucket, "rider, rides, is_deleted") == [["ann", "1", "false"]]
    with pytest.raises(runtime.exceptions.ValidationError):
        get(group, "ann")


def test_collections_are_kept_and_a_null_in_one_is_refused(make_group):
    group = make_group(
        online_config={"StorageType": "InMemory"},
        features=[
            {"FeatureName": "stops", "FeatureType": "String", "CollectionType": "List"},
            {"FeatureName": "taste", "FeatureType": "Fractional", "CollectionType": "Vector", "CollectionConfig": {"VectorConfig": {"Dimension": 2}}},
        ],
    )
    full = [*record(rider="ann", at="2026-01-01T00:00:00Z"), {"FeatureName": "stops", "ValueAsStringList": ["a", "b"]}, {"FeatureName": "taste", "ValueAsStringList": ["0.5", "1.5"]}]
    runtime.put_record(FeatureGroupName=group, Record=full)
    assert get(group, "ann")["Record"] == full
    runtime.put_record(FeatureGroupName=group, Record=[*record(rider="bob", at="2026-01-01T00:00:00Z"), {"FeatureName": "stops", "ValueAsStringList": []}])
    assert get(group, "bob")["Record"] == record(rider="bob", at="2026-01-01T00:00:00Z")


def test_threads_write_the_same_group(make_group):
    group = make_group()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda at: put(group, f"rider-{at % 50}", f"2026-01-01T00:{at // 50:02}:00Z", rides=at), range(500)))
        found = list(pool.map(lambda at: values(get(group, f"rider-{at}")), range(50)))
    assert [one["rides"] for one in found] == [str(450 + at) for at in range(50)]


@pytest.mark.parametrize(
    "why, features",
    [
        ("a word for a whole number", {"rides": "several"}),
        ("a fraction for a whole number", {"rides": "1.5"}),
        ("no number at all", {"fare": "NaN"}),
        ("a feature that the group does not have", {"colour": "red"}),
        ("a date without time", {"at": "2026-01-01"}),
    ],
)
def test_a_record_is_refused_for(why, features, make_group):
    group = make_group()
    with pytest.raises(runtime.exceptions.ValidationError):
        runtime.put_record(FeatureGroupName=group, Record=record(**{"rider": "ann", "at": "2026-01-01T00:00:00Z", **features}))
    assert values(get(group, "ann")) is None, why


@pytest.mark.parametrize(
    "error, call",
    [
        ("ResourceNotFound", lambda: get("nothing", "ann")),
        ("ValidationError", lambda: put("nothing", "ann")),
        ("ValidationError", lambda: runtime.delete_record(FeatureGroupName="nothing", RecordIdentifierValueAsString="ann", EventTime=iso())),
        ("ResourceNotFound", lambda: runtime.list_records(FeatureGroupName="nothing")),
    ],
    ids=["get", "put", "delete", "list"],
)
def test_an_unknown_group_is_an_exception_of_the_type_that_the_operation_declares(error, call):
    with pytest.raises(getattr(runtime.exceptions, error), match="nothing"):
        call()

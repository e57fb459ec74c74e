"""SageMaker's control plane through boto3."""
import boto3
import pytest
from botocore.exceptions import ClientError
from answers import until

sagemaker = boto3.client("sagemaker")


def describe(group):
    return sagemaker.describe_feature_group(FeatureGroupName=group)


def test_a_group_is_described_as_it_was_made(make_group, account, bucket):
    group = make_group("Described-Rides", offline=True, Description="rides of a rider", Tags=[{"Key": "team", "Value": "city"}])
    found = describe(group)
    assert found["FeatureGroupArn"] == f"arn:aws:sagemaker:us-east-1:{account}:feature-group/{group}"
    assert [one["FeatureName"] for one in found["FeatureDefinitions"]] == ["rider", "at", "rides", "fare"]
    assert found["Description"] == "rides of a rider"
    assert found["OnlineStoreConfig"]["EnableOnlineStore"] is True
    storage = found["OfflineStoreConfig"]["S3StorageConfig"]
    assert storage["ResolvedOutputS3Uri"].startswith(f"s3://{bucket}/offline/{account}/sagemaker/us-east-1/offline-store/{group}-")
    assert found["OfflineStoreStatus"]["Status"] == "Active"
    assert "NextToken" not in found
    assert found["CreationTime"].tzinfo is not None
    assert sagemaker.list_tags(ResourceArn=found["FeatureGroupArn"])["Tags"] == [{"Key": "team", "Value": "city"}]
    assert describe(found["FeatureGroupArn"])["FeatureGroupName"] == group


def test_an_offline_only_group_has_no_online_store(make_group):
    found = describe(make_group(online=False, offline=True))
    assert "OnlineStoreConfig" not in found or found["OnlineStoreConfig"] == {"EnableOnlineStore": False}


def test_groups_are_listed_page_by_page(make_group, unique):
    made = sorted(make_group(f"listed-{at}") for at in range(5))
    pages = list(sagemaker.get_paginator("list_feature_groups").paginate(NameContains=unique, SortBy="Name", SortOrder="Ascending", PaginationConfig={"PageSize": 2}))
    assert [len(page["FeatureGroupSummaries"]) for page in pages] == [2, 2, 1]
    assert [one["FeatureGroupName"] for page in pages for one in page["FeatureGroupSummaries"]] == made


def test_features_are_added_and_the_table_follows(make_group):
    group = make_group(offline=True)
    sagemaker.update_feature_group(FeatureGroupName=group, FeatureAdditions=[{"FeatureName": "city", "FeatureType": "String"}])
    assert describe(group)["LastUpdateStatus"]["Status"] in ("InProgress", "Successful")
    until(lambda: describe(group)["LastUpdateStatus"]["Status"] == "Successful")
    assert describe(group)["FeatureDefinitions"][-1] == {"FeatureName": "city", "FeatureType": "String"}
    catalog = describe(group)["OfflineStoreConfig"]["DataCatalogConfig"]
    table = boto3.client("glue").get_table(DatabaseName=catalog["Database"], Name=catalog["TableName"])["Table"]
    assert "city" in [column["Name"] for column in table["StorageDescriptor"]["Columns"]]


def test_time_to_live_and_throughput_are_changed(make_group):
    group = make_group(online_config={"TtlDuration": {"Unit": "Hours", "Value": 6}})
    assert describe(group)["OnlineStoreConfig"]["TtlDuration"] == {"Unit": "Hours", "Value": 6}
    sagemaker.update_feature_group(FeatureGroupName=group, OnlineStoreConfig={"TtlDuration": {"Unit": "Days", "Value": 2}})
    until(lambda: describe(group)["LastUpdateStatus"]["Status"] == "Successful")
    assert describe(group)["OnlineStoreConfig"]["TtlDuration"] == {"Unit": "Days", "Value": 2}
    sagemaker.update_feature_group(
        FeatureGroupName=group,
        ThroughputConfig={"ThroughputMode": "Provisioned", "ProvisionedReadCapacityUnits": 10, "ProvisionedWriteCapacityUnits": 10},
    )
    until(lambda: describe(group)["LastUpdateStatus"]["Status"] == "Successful")
    assert describe(group)["ThroughputConfig"] == {"ThroughputMode": "Provisioned", "ProvisionedReadCapacityUnits": 10, "ProvisionedWriteCapacityUnits": 10}


def test_a_deleted_group_is_gone_and_its_history_stays(make_group):
    group = make_group(offline=True)
    catalog = describe(group)["OfflineStoreConfig"]["DataCatalogConfig"]
    sagemaker.delete_feature_group(FeatureGroupName=group)

    def gone():
        try:
            describe(group)
        except sagemaker.exceptions.ResourceNotFound:
            return True

    assert until(gone, "the deletion")
    assert boto3.client("glue").get_table(DatabaseName=catalog["Database"], Name=catalog["TableName"])


def test_a_second_group_of_the_name_is_in_use(make_group):
    make_group()
    with pytest.raises(sagemaker.exceptions.ResourceInUse):
        make_group()


@pytest.mark.parametrize(
    "why, change",
    [
        ("a record identifier that is no feature", {"RecordIdentifierFeatureName": "nobody"}),
        ("a name with an underscore at its end", {"FeatureGroupName": "rides_"}),
        ("a reserved feature name", {"FeatureDefinitions": [{"FeatureName": name, "FeatureType": "String"} for name in ("rider", "at", "is_deleted")]}),
        ("no store at all", {"OnlineStoreConfig": {"EnableOnlineStore": False}}),
    ],
)
def test_a_definition_is_refused_for(why, change, account, unique):
    definition = {
        "FeatureGroupName": f"refused-{unique}",
        "RecordIdentifierFeatureName": "rider",
        "EventTimeFeatureName": "at",
        "FeatureDefinitions": [{"FeatureName": name, "FeatureType": "String"} for name in ("rider", "at")],
        "OnlineStoreConfig": {"EnableOnlineStore": True},
        "RoleArn": f"arn:aws:iam::{account}:role/SageMakerRole",
    }
    with pytest.raises(ClientError) as refused:
        sagemaker.create_feature_group(**{**definition, **change})
    assert refused.value.response["Error"]["Code"] == "ValidationException", why
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

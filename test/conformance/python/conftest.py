"""What every test here has: a running engine behind AWS_ENDPOINT_URL, and ways to make groups in it.

The tests know the service's public behaviour and nothing of the engine; test/conformance/python.sh starts it, deploys the
pipeline as stage `dev`, and sets the environment.
"""
import os
import uuid

import boto3
import pytest
from answers import until


@pytest.fixture(scope="session")
def account():
    return boto3.client("sts").get_caller_identity()["Account"]


@pytest.fixture(scope="session")
def stage_bucket(account):
    """Names the buckets of the deployed pipeline by their logical name."""
    return lambda name: f"tidemark-dev-{name}-{account}"


@pytest.fixture(scope="session")
def bucket():
    """A bucket of this run's own."""
    name = f"python-{uuid.uuid4().hex[:12]}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


@pytest.fixture
def unique():
    return uuid.uuid4().hex[:8]


@pytest.fixture
def make_group(account, bucket, unique):
    """Creates groups of rides (rider text, rides whole, fare fraction), waits until they are Created, deletes them at the end."""
    sagemaker = boto3.client("sagemaker")
    made = []

    def make(name="rides", *, online=True, offline=False, features=(), **more):
        group = f"{name}-{unique}"
        sagemaker.create_feature_group(
            FeatureGroupName=group,
            RecordIdentifierFeatureName="rider",
            EventTimeFeatureName="at",
            FeatureDefinitions=[
                {"FeatureName": "rider", "FeatureType": "String"},
                {"FeatureName": "at", "FeatureType": "String"},
                {"FeatureName": "rides", "FeatureType": "Integral"},
                {"FeatureName": "fare", "FeatureType": "Fractional"},
                *features,
            ],
            RoleArn=f"arn:aws:iam::{account}:role/SageMakerRole",
            **({"OnlineStoreConfig": {"EnableOnlineStore": True, **more.pop("online_config", {})}} if online else {}),
            **({"OfflineStoreConfig": {"S3StorageConfig": {"S3Uri": f"s3://{bucket}/offline"}}} if offline else {}),
            **more,
        )
        made.append(group)
        until(lambda: sagemaker.describe_feature_group(FeatureGroupName=group)["FeatureGroupStatus"] == "Created")
        return group

    yield make
    for group in made:
        try:
            sagemaker.delete_feature_group(FeatureGroupName=group)
        except sagemaker.exceptions.ResourceNotFound:
            pass


def pytest_terminal_summary(terminalreporter):
    """The counts, for the script that adds them up."""
    path = os.environ.get("TIDEMARK_COUNTS")
    if path:
        stats = terminalreporter.stats
        count = lambda *kinds: sum(len(stats.get(kind, [])) for kind in kinds)
        with open(path, "a", encoding="utf8") as file:
            print(count("passed"), count("failed", "error"), count("skipped"), file=file)

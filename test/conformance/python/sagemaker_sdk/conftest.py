"""A session of the SageMaker SDK that stays with the engine."""
import os
from pathlib import Path

os.environ["SAGEMAKER_USER_CONFIG_OVERRIDE"] = str(Path(__file__).with_name("sdk-config.yaml"))

import time

import boto3
import pytest
import sagemaker.session
from sagemaker import Session
from sagemaker.feature_store.feature_store import FeatureStore


@pytest.fixture(scope="session", autouse=True)
def session():
    # The SDK names https://sts.<region>.amazonaws.com itself, which AWS_ENDPOINT_URL does not override.
    sagemaker.session.sts_regional_endpoint = lambda region: os.environ["AWS_ENDPOINT_URL"]
    # It looks at queries every five seconds; the engine has them after some milliseconds.
    sagemaker.session.time = type("Impatient", (), {"sleep": staticmethod(lambda seconds: time.sleep(min(seconds, 0.1))), "time": staticmethod(time.time)})
    return Session(boto3.Session(region_name="us-east-1"))


@pytest.fixture(scope="session")
def store(session):
    return FeatureStore(sagemaker_session=session)


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    """DatasetBuilder downloads into the current folder."""
    monkeypatch.chdir(tmp_path)

"""S3 through boto3: what data engineers' scripts use."""
import gzip
import io
import os
import urllib.request

import boto3
import botocore.session
import pytest
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError
from s3transfer.crt import BotocoreCRTCredentialsWrapper, BotocoreCRTRequestSerializer, CRTTransferManager, create_s3_crt_client
from answers import until

s3 = boto3.client("s3")
MB = 1 << 20


def read(bucket, key, **more):
    return s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()


def code(refused):
    return refused.value.response["Error"]["Code"]


@pytest.mark.parametrize("key", ["plain", "a b", "a+b", "a%2Fb", "größe/ж/🚲", "dt=2026-01-01/x.csv", "trailing/", "quote'\"&<>", "./../dots"])
def test_a_key_comes_back_from_a_listing_as_it_was_put(bucket, key):
    s3.put_object(Bucket=bucket, Key=f"keys/{key}", Body=key.encode())
    listed = [one["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix="keys/") for one in page["Contents"]]
    assert f"keys/{key}" in listed
    assert read(bucket, f"keys/{key}") == key.encode()


def test_a_stream_goes_up_in_parts_with_metadata_and_checksums(bucket, unique):
    body = os.urandom(MB) * 12
    s3.upload_fileobj(io.BytesIO(body), bucket, unique, ExtraArgs={"Metadata": {"source": "test"}, "ContentType": "text/x"}, Config=TransferConfig(multipart_threshold=5 * MB, multipart_chunksize=5 * MB))
    head = s3.head_object(Bucket=bucket, Key=unique)
    assert (head["ContentLength"], head["Metadata"], head["ContentType"], head["ETag"][-3:]) == (len(body), {"source": "test"}, "text/x", '-3"')
    back = io.BytesIO()
    s3.download_fileobj(bucket, unique, back)
    assert back.getvalue() == body
    assert read(bucket, unique, Range="bytes=10-19") == body[10:20]


def test_an_upload_in_parts_can_be_looked_at_and_given_up(bucket, unique):
    upload = s3.create_multipart_upload(Bucket=bucket, Key=unique)["UploadId"]
    s3.upload_part(Bucket=bucket, Key=unique, UploadId=upload, PartNumber=1, Body=b"x" * 100)
    assert [part["Size"] for part in s3.list_parts(Bucket=bucket, Key=unique, UploadId=upload)["Parts"]] == [100]
    assert upload in [one["UploadId"] for one in s3.list_multipart_uploads(Bucket=bucket)["Uploads"]]
    s3.abort_multipart_upload(Bucket=bucket, Key=unique, UploadId=upload)
    with pytest.raises(s3.exceptions.NoSuchUpload):
        s3.list_parts(Bucket=bucket, Key=unique, UploadId=upload)


@pytest.mark.parametrize("config", [Config(), Config(signature_version="s3v4")], ids=["default", "s3v4"])
def test_presigned_addresses_put_and_get(bucket, unique, config):
    signing = boto3.client("s3", config=config)
    target = {"Bucket": bucket, "Key": f"signed {unique}+é"}
    put = urllib.request.Request(signing.generate_presigned_url("put_object", Params=target), data=b"signed", method="PUT")
    assert urllib.request.urlopen(put).status == 200
    assert urllib.request.urlopen(signing.generate_presigned_url("get_object", Params=target)).read() == b"signed"


def test_listings_are_paged_and_folded_at_the_delimiter(bucket, unique):
    for at in range(7):
        s3.put_object(Bucket=bucket, Key=f"{unique}/{at % 2}/{at}", Body=b"")
    for operation in ("list_objects", "list_objects_v2"):
        pages = s3.get_paginator(operation).paginate(Bucket=bucket, Prefix=f"{unique}/", PaginationConfig={"PageSize": 3})
        assert [len(page["Contents"]) for page in pages] == [3, 3, 1]
        folded = getattr(s3, operation)(Bucket=bucket, Prefix=f"{unique}/", Delimiter="/")
        assert [one["Prefix"] for one in folded["CommonPrefixes"]] == [f"{unique}/0/", f"{unique}/1/"]


def test_waiters_see_objects_and_buckets_come_and_go(unique):
    name = f"waited-{unique}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    s3.get_waiter("bucket_exists").wait(Bucket=name)
    s3.put_object(Bucket=name, Key="a", Body=b"a")
    s3.get_waiter("object_exists").wait(Bucket=name, Key="a")
    s3.delete_object(Bucket=name, Key="a")
    s3.get_waiter("object_not_exists").wait(Bucket=name, Key="a", WaiterConfig={"Delay": 1})
    s3.delete_bucket(Bucket=name)
    s3.get_waiter("bucket_not_exists").wait(Bucket=name, WaiterConfig={"Delay": 1})


def test_versions_are_kept_listed_and_read(unique):
    name = f"versions-{unique}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    first, second = (s3.put_object(Bucket=name, Key="a", Body=body)["VersionId"] for body in (b"1", b"2"))
    s3.delete_object(Bucket=name, Key="a")
    listed = s3.list_object_versions(Bucket=name)
    assert [one["VersionId"] for one in listed["Versions"]] == [second, first]
    assert len(listed["DeleteMarkers"]) == 1
    assert read(name, "a", VersionId=first) == b"1"
    with pytest.raises(s3.exceptions.NoSuchKey):
        read(name, "a")


def test_a_condition_keeps_the_first_writer(bucket, unique):
    s3.put_object(Bucket=bucket, Key=unique, Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key=unique, Body=b"second", IfNoneMatch="*")
    assert code(refused) == "PreconditionFailed"
    assert read(bucket, unique) == b"first"


def test_objects_are_copied_and_deleted_many_at_once(bucket, unique):
    resource = boto3.resource("s3").Bucket(bucket)
    resource.put_object(Key=f"{unique}/a b+c", Body=gzip.compress(b"x"), ContentEncoding="gzip")
    resource.Object(f"{unique}/copy").copy_from(CopySource={"Bucket": bucket, "Key": f"{unique}/a b+c"})
    resource.copy({"Bucket": bucket, "Key": f"{unique}/a b+c"}, f"{unique}/managed copy")
    assert s3.head_object(Bucket=bucket, Key=f"{unique}/copy")["ContentEncoding"] == "gzip"
    (deleted,) = resource.objects.filter(Prefix=unique).delete()
    assert len(deleted["Deleted"]) == 3 and "Errors" not in deleted
    assert list(resource.objects.filter(Prefix=unique)) == []


@pytest.mark.parametrize(
    "algorithm, wrong", [("CRC32", "AAAAAA=="), ("CRC32C", "AAAAAA=="), ("CRC64NVME", "AAAAAAAAAAA="), ("SHA1", "A" * 27 + "="), ("SHA256", "A" * 43 + "=")]
)
def test_a_checksum_is_kept_and_a_wrong_one_refused(bucket, unique, algorithm, wrong):
    s3.put_object(Bucket=bucket, Key=unique, Body=b"body", ChecksumAlgorithm=algorithm)
    assert s3.head_object(Bucket=bucket, Key=unique, ChecksumMode="ENABLED")[f"Checksum{algorithm}"]
    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket=bucket, Key=unique, Body=b"other", **{f"Checksum{algorithm}": wrong})
    assert code(refused) == "BadDigest"
    assert read(bucket, unique) == b"body"


def test_the_native_transfer_client_uploads_and_downloads(bucket, unique, tmp_path):
    """What AWS CLI v2 uses. boto3's own switch to it ignores the endpoint and insists on TLS, so it is put together here."""
    session = botocore.session.get_session()
    options = {"region_name": "us-east-1", "endpoint_url": os.environ["AWS_ENDPOINT_URL"], "config": Config(s3={"addressing_style": "path"})}
    credentials = BotocoreCRTCredentialsWrapper(session.get_credentials()).to_crt_credentials_provider()
    client = create_s3_crt_client("us-east-1", crt_credentials_provider=credentials, use_ssl=False)
    file, back = tmp_path / "file", tmp_path / "back"
    file.write_bytes(os.urandom(MB) * 11)
    with CRTTransferManager(client, BotocoreCRTRequestSerializer(session, options)) as transfers:
        transfers.upload(str(file), bucket, f"{unique} é+").result()
        transfers.download(bucket, f"{unique} é+", str(back)).result()
    assert back.read_bytes() == file.read_bytes()


@pytest.mark.parametrize(
    "expected, call",
    [
        ("NoSuchKey", lambda bucket: s3.get_object(Bucket=bucket, Key="nothing")),
        ("404", lambda bucket: s3.head_object(Bucket=bucket, Key="nothing")),
        ("404", lambda bucket: s3.head_bucket(Bucket="there-is-no-such-bucket")),
        ("NoSuchBucket", lambda bucket: s3.list_objects_v2(Bucket="there-is-no-such-bucket")),
        ("BucketNotEmpty", lambda bucket: (s3.put_object(Bucket=bucket, Key="kept", Body=b""), s3.delete_bucket(Bucket=bucket))),
        ("NoSuchBucketPolicy", lambda bucket: s3.get_bucket_policy(Bucket=bucket)),
        ("InvalidRange", lambda bucket: (s3.put_object(Bucket=bucket, Key="short", Body=b"1"), s3.get_object(Bucket=bucket, Key="short", Range="bytes=5-9"))),
        ("NotImplemented", lambda bucket: s3.get_bucket_website(Bucket=bucket)),
    ],
)
def test_a_refusal_has_the_name_that_s3_gives_it(bucket, expected, call):
    with pytest.raises(ClientError) as refused:
        call(bucket)
    assert code(refused) == expected


def test_a_notification_names_the_functions_of_the_raw_bucket(stage_bucket):
    found = s3.get_bucket_notification_configuration(Bucket=stage_bucket("raw"))
    (target,) = found["LambdaFunctionConfigurations"]
    assert target["LambdaFunctionArn"].endswith(":function:dev-object-uploaded")


def test_clients_of_other_regions_use_the_same_endpoint(bucket):
    other = boto3.client("s3", region_name="eu-west-1")
    assert until(lambda: other.head_bucket(Bucket=bucket))["ResponseMetadata"]["HTTPStatusCode"] == 200

"""Arrow's own S3 file system, which is the C++ SDK."""
import os
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.fs as fs
import pyarrow.parquet as pq
import pytest

TABLE = pa.table({"rider": ["ann", "bob", "ann"], "fare": [1.5, None, 3.0]})


@pytest.fixture(scope="module")
def files():
    return fs.S3FileSystem(endpoint_override=urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc, scheme="http", region="us-east-1")


def test_a_table_is_written_and_read(files, bucket):
    pq.write_table(TABLE, f"{bucket}/arrow/one.parquet", filesystem=files)
    assert pq.read_table(f"{bucket}/arrow/one.parquet", filesystem=files).equals(TABLE)


def test_a_partitioned_data_set_is_found_by_its_folders(files, bucket):
    partitioning = ds.partitioning(pa.schema([("rider", pa.string())]), flavor="hive")
    ds.write_dataset(TABLE, f"{bucket}/arrow/set", filesystem=files, format="parquet", partitioning=partitioning)
    found = ds.dataset(f"{bucket}/arrow/set", filesystem=files, partitioning=partitioning)
    assert found.count_rows() == 3
    assert sorted(found.to_table(filter=ds.field("rider") == "ann")["fare"].to_pylist()) == [1.5, 3.0]


def test_a_stream_goes_up_in_parts_and_folders_come_and_go(files, bucket):
    body = os.urandom(1 << 20) * 12
    with files.open_output_stream(f"{bucket}/arrow-raw/large") as stream:
        stream.write(body)
    assert files.get_file_info(f"{bucket}/arrow-raw/large").size == len(body)
    with files.open_input_file(f"{bucket}/arrow-raw/large") as file:
        assert file.read_at(10, 5) == body[5:15]
    files.copy_file(f"{bucket}/arrow-raw/large", f"{bucket}/arrow-raw/copy")
    files.create_dir(f"{bucket}/arrow-raw/empty")
    names = sorted(one.base_name for one in files.get_file_info(fs.FileSelector(f"{bucket}/arrow-raw")))
    assert names == ["copy", "empty", "large"]
    files.delete_dir(f"{bucket}/arrow-raw")
    assert files.get_file_info(f"{bucket}/arrow-raw").type == fs.FileType.NotFound

"""Rows of the example's files, written into Feast's SQLite online store.

    write_rows.py FOLDER    a folder as exportFlights writes it

Reading the files is not counted, and nothing goes to an offline store: both are in Tidemark's own figure. Rows are written a
file at a time, as they would arrive, and all at once. Prints JSON: {rows, by_file: {seconds, cpu_seconds}, at_once: {…}}.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.types import Float64, Int64
from feast.value_type import ValueType

GROUPS = {
    "airport-hours": (["airport"], "hour_end", {"departures": Int64, "mean_delay": Float64, "share_late": Float64}),
    "route-days": (["origin", "destination"], "day_end", {"flights": Int64, "mean_delay": Float64, "share_late": Float64}),
}


def read(file: Path) -> pd.DataFrame:
    name = file.name
    if name.endswith(".parquet"):
        return pd.read_parquet(file)
    if name.endswith(".csv"):
        return pd.read_csv(file)
    return pd.read_json(file, lines=True, compression="gzip" if name.endswith(".gz") else None, convert_dates=False)


def open_store(folder: Path) -> FeatureStore:
    store = FeatureStore(
        config=RepoConfig(
            project="peer",
            provider="local",
            registry=str(folder / "registry.db"),
            online_store={"type": "sqlite", "path": str(folder / "online.db")},
            entity_key_serialization_version=3,
        )
    )
    entities = {key: Entity(name=key, join_keys=[key], value_type=ValueType.STRING) for keys, _, _ in GROUPS.values() for key in keys}
    views = []
    for name, (keys, event_time, features) in GROUPS.items():
        parquet = folder / f"{name}.parquet"
        columns = {key: pd.Series(dtype=str) for key in keys} | {feature: pd.Series(dtype=float) for feature in features}
        pd.DataFrame(columns | {event_time: pd.Series(dtype="datetime64[ns, UTC]")}).to_parquet(parquet)
        views.append(
            FeatureView(
                name=name.replace("-", "_"),
                entities=[entities[key] for key in keys],
                schema=[Field(name=feature, dtype=dtype) for feature, dtype in features.items()],
                source=FileSource(name=f"{name}-file", path=str(parquet), timestamp_field=event_time),
            )
        )
    store.apply([*entities.values(), *views])
    return store


def measure(frames: list[tuple[str, pd.DataFrame]]) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        before, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        for name, frame in frames:
            store.write_to_online_store(name.replace("-", "_"), df=frame)
        seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": seconds, "cpu_seconds": cpu}


def main() -> None:
    frames = []
    for name, (keys, event_time, features) in GROUPS.items():
        for file in sorted(path for path in Path(sys.argv[1]).glob(f"**/{name}/**/*") if path.is_file()):
            frame = read(file)[[*keys, event_time, *features]]
            frame[event_time] = pd.to_datetime(frame[event_time], utc=True)
            frames.append((name, frame))
    at_once = [(name, pd.concat([frame for of, frame in frames if of == name])) for name in GROUPS]
    rows = sum(len(frame) for _, frame in frames)
    print(json.dumps({"rows": rows, "by_file": measure(frames), "at_once": measure(at_once)}))


main()

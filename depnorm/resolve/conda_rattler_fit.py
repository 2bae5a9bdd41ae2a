"""rattler's answer whether a lock file fits, in the process of `conda_rattler`.

A question has `packages` of the lock (name, version, build, subdir, hashes, and the channel that each must come from,
if any), the `specs` that are asked for, and where packages may come from. The answer has the numbers of the `unmet`
specs; only where there are none the channels were asked, and it has the `records` of the packages, None for one that
no channel has, and as `broken` what these need and do not get, each with the number of its record.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rattler

if TYPE_CHECKING:
    from rattler import Client, PackageRecord, RepoDataRecord


def fit(question: Mapping[str, Any], client: "Client") -> dict[str, Any]:
    """The answer; an error of rattler's own goes through."""
    packages = question["packages"]
    held = {each["name"]: record for each in packages if (record := _record(each))}
    specs = [rattler.MatchSpec(text) for text in question["specs"]]
    unmet = [number for number, spec in enumerate(specs) if not _is_met(spec, held)]
    if unmet:
        return {"unmet": unmet, "records": [], "broken": []}
    found = asyncio.run(_find(question, packages, client))
    known = [(number, record) for number, record in enumerate(found) if record is not None]
    virtual = {
        name: rattler.PackageRecord(name, version, rattler.BuildString(build), 0, "noarch")
        for name, version, build in question["virtual"]
    }
    everything = {**virtual, **held, **{record.name.normalized: record for _, record in known}}
    broken = [(number, *each) for number, record in known for each in _broken(record, everything)]
    return {"unmet": [], "records": [record and _told(record) for record in found], "broken": broken}


def _record(package: Mapping[str, Any]) -> "PackageRecord | None":
    """What the lock file says of a package; None for what conda has no such packages of."""
    try:
        return rattler.PackageRecord(
            package["name"],
            package["version"],
            rattler.BuildString(package["build"]),
            0,
            package["subdir"],
            sha256=bytes.fromhex(package["sha256"]),
            md5=bytes.fromhex(package["md5"]) if package["md5"] else None,
        )
    except Exception:  # noqa: BLE001  rattler has an exception of its own for each of its parts
        return None


def _is_met(spec: "rattler.MatchSpec", held: Mapping[str, "PackageRecord"]) -> bool:
    """What is not there is no matter of versions."""
    record = held.get(_name(spec))
    return record is None or record.matches(spec)


def _name(spec: "rattler.MatchSpec") -> str:
    name = spec.name
    return str(getattr(name, "normalized", name) or "")


async def _find(
    question: Mapping[str, Any], packages: Sequence[Mapping[str, Any]], client: "Client"
) -> "list[RepoDataRecord | None]":
    """Of each package the record of its very file, in the first channel that has it."""
    gateway = rattler.Gateway(cache_dir=Path(question["cache"]), client=client)
    found = await gateway.query(
        [rattler.Channel(url) for url in question["channels"]],
        [rattler.Subdir(question["subdir"]), rattler.Subdir("noarch")],
        [each["name"] for each in packages],
        recursive=False,
        channel_relations="disabled",  # conda follows none
    )
    wanted = {each["sha256"] for each in packages}
    known: dict[str, list[RepoDataRecord]] = {}
    for record in (each for records in found for each in records):
        if record.sha256 and record.sha256.hex() in wanted:
            known.setdefault(record.sha256.hex(), []).append(record)
    return [next(_matching(each, known.get(each["sha256"], ())), None) for each in packages]


def _matching(package: Mapping[str, Any], known: "Sequence[RepoDataRecord]") -> "Iterator[RepoDataRecord]":
    for record in known:
        said = (record.name.normalized, str(record.version), str(record.build))
        is_it = said == (package["name"], package["version"], package["build"])
        if is_it and package["channel"] in {None, (record.channel or "").rstrip("/")}:
            yield record


def _broken(
    record: "RepoDataRecord", everything: Mapping[str, "PackageRecord"]
) -> Iterator[tuple[str, str, str | None]]:
    """What a record needs or forbids, and the version that there is instead, None for no package."""
    lines = [(line, True) for line in record.depends] + [(line, False) for line in record.constrains]
    for line, is_needed in lines:
        spec = rattler.MatchSpec(line)
        other = everything.get(_name(spec))
        if other is None and is_needed:
            yield line, _name(spec), None
        elif other is not None and not other.matches(spec):
            yield line, _name(spec), str(other.version)


def _told(record: "RepoDataRecord") -> dict[str, Any]:
    from depnorm.resolve.conda_rattler import told  # noqa: PLC0415  it asks this module

    moment = record.indexed_timestamp or record.timestamp
    return {**told(record), "day": moment.date().isoformat() if moment else None}

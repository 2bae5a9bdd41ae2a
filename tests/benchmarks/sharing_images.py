"""One build with a real engine, and what its image adds to an engine and a registry; for `sharing_builds.py`."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, TypedDict

# "[2/4] RUN …", "[stage-1 2/4] COPY …": what BuildKit calls a step; FROM is neither run nor cached. "LINK COPY …", with
# containerd's image store, joins what the COPY before it made: nothing is copied.
_STEP = re.compile(r"\[ *(?:(\S+) +)?(\d+)/\d+\] ((?:RUN|COPY|WORKDIR) .*)", re.DOTALL)
# The stages that an image is made of: the last one, without a name, and the one that it is made from.
_OF_THE_IMAGE = re.compile(r"base|stage-\d+|")
_LAYERS = ("RUN ", "COPY ", "WORKDIR ")


class Layer(TypedDict):
    """A layer beyond the base image. `bytes` are uncompressed, `blob_bytes` those of the registry's `blob`."""

    chain: str
    bytes: int
    blob: str
    blob_bytes: int
    cached: bool


class Build(TypedDict):
    """One build: wall-clock seconds, its steps (those that other stages have included), the layers of its image."""

    seconds: float
    steps: int
    cached: int
    layers: list[Layer]


class CommandError(Exception):
    """The end of what a command printed that failed."""


def docker(*arguments: str, text: str | None = None, cwd: Path | None = None) -> str:
    """What docker prints; raises `CommandError`."""
    done = subprocess.run(["docker", *arguments], input=text, capture_output=True, text=True, check=False, cwd=cwd)
    if done.returncode:
        raise CommandError(done.stderr[-3000:])
    return done.stdout.strip()


def build(tag: str, dockerfile: str, context: Path) -> Build:
    """Build an image, by BuildKit; nothing is pushed, and there are no layers yet."""
    file = context.with_suffix(".Dockerfile")
    file.write_text(dockerfile, encoding="utf-8")
    options = ("--network=host", "--provenance=false", "--progress=rawjson")
    command = ["docker", "buildx", "build", *options, "--tag", tag, "--file", str(file)]
    start = time.perf_counter()
    done = subprocess.run([*command, str(context)], capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode:
        raise CommandError("\n".join(spoken(done.stderr))[-3000:])
    found = steps(done.stderr)
    image = [cached for _, _, cached in sorted(each for each in found if _OF_THE_IMAGE.fullmatch(each[0]))]
    cached = sum(each[2] for each in found)
    layers = [Layer(chain="", bytes=0, blob="", blob_bytes=0, cached=each) for each in image]
    return Build(seconds=round(seconds, 2), steps=len(found), cached=cached, layers=layers)


def steps(log: str) -> list[tuple[str, int, bool]]:
    """Stage, number in it, and whether it came from the cache, of each step in a log of `--progress=rawjson`."""
    titles: dict[str, str] = {}
    cached: dict[str, bool] = {}
    for vertex in vertexes(log):
        titles[vertex["digest"]] = vertex.get("name") or titles.get(vertex["digest"], "")
        cached[vertex["digest"]] = bool(vertex.get("cached")) or cached.get(vertex["digest"], False)
    found = ((_STEP.fullmatch(title), cached[digest]) for digest, title in titles.items())
    return [(match[1] or "", int(match[2]), hit) for match, hit in found if match]


def vertexes(log: str) -> Iterator[dict[str, Any]]:
    for event in events(log):
        yield from event.get("vertexes") or ()


def events(log: str) -> Iterator[dict[str, Any]]:
    for line in log.splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def spoken(log: str) -> Iterator[str]:
    """Errors of steps, and whatever is not an event."""
    yield from (vertex["error"] for vertex in vertexes(log) if vertex.get("error"))
    yield from (line for line in log.splitlines() if not line.startswith("{"))


def push(tag: str, made: Build) -> None:
    """Push the image, and say of each layer that its build made how large it is, here and in the registry."""
    docker("push", "--quiet", tag)
    blobs = manifest(tag)
    diff_ids: list[str] = json.loads(docker("image", "inspect", "--format", "{{json .RootFS.Layers}}", tag))
    history = docker("history", "--no-trunc", "--human=false", "--format", "{{json .}}", tag).splitlines()
    sizes = [int(each["Size"]) for each in map(json.loads, history) if each["CreatedBy"].startswith(_LAYERS)][::-1]
    ids = list(chain_ids(diff_ids))
    if not len(ids) == len(blobs) >= len(sizes) >= len(made["layers"]):
        raise CommandError(f"{tag}: {len(ids)} layers, {len(blobs)} blobs, {len(made['layers'])} steps")
    count = len(made["layers"])
    rows = zip(made["layers"], ids[-count:], sizes[-count:], blobs[-count:], strict=True)
    made["layers"] = [
        Layer(chain=chain, bytes=size, blob=blob, blob_bytes=blob_bytes, cached=layer["cached"])
        for layer, chain, size, (blob, blob_bytes) in rows
    ]


def manifest(reference: str) -> list[tuple[str, int]]:
    """Digest and bytes of each layer of an image in a registry, lowest first."""
    found = json.loads(docker("manifest", "inspect", "--insecure", reference))
    return [(layer["digest"], layer["size"]) for layer in found["layers"]]


def chain_ids(diff_ids: list[str]) -> Iterator[str]:
    """What a node knows a layer by: itself and all below it.

    https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
    """
    chain = ""
    for diff_id in diff_ids:
        chain = "sha256:" + sha256(f"{chain} {diff_id}".encode()).hexdigest() if chain else diff_id
        yield chain

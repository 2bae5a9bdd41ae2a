"""What a layer costs on pull: the same files in 1 to 100 layers, pushed to and pulled from a registry, as JSON.

    python tests/benchmarks/pull_layers.py [--rounds N] [--megabytes N] [--round-trip MS]... [--layers N]... [-o FILE]

Needs the engine of DOCKER_HOST and its registry (ENGINE_REGISTRY). The files are made anew for each run, of two kinds:
random bytes, which nothing compresses, and random words, which compress as packages do. An image is loaded, pushed and
removed. Then all are pulled in turns, in another order in each round, and each is removed again before its next pull.
Seconds are wall-clock ones of `docker pull`, on a machine that may have other work: compare medians.

A registry on the same machine answers at once. With `--round-trip` all is pulled again, every request held back by that
many milliseconds, as with a registry far away; bandwidth is not limited.
"""

import argparse
import io
import json
import os
import random
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

import numpy as np
from far_registry import held_back
from sharing_images import docker, manifest

COUNTS = (1, 2, 5, 10, 20, 50, 100)
KINDS = ("random", "words")
PARTS = 100
"""An image is so many parts, which its layers hold in equal numbers, and a part so many files."""
FILES = 20


class Pulled(TypedDict):
    """Seconds of the pulls of one image; bytes unpacked, and in the registry."""

    content: str
    layers: int
    round_trip_ms: float
    bytes: int
    blob_bytes: int
    seconds: list[float]


@dataclass(frozen=True, slots=True)
class Image:
    """A pushed image, of which nothing is left on the engine."""

    path: str
    content: str
    layers: int
    bytes: int
    blob_bytes: int


def make_parts(kind: str, size: int, chance: np.random.Generator) -> list[bytes]:
    """So many bytes in parts."""
    each = size // PARTS
    if kind == "random":
        return [chance.bytes(each) for _ in range(PARTS)]
    words = chance.integers(0, 2**63, 1024)
    return [words[chance.integers(0, len(words), each // 8)].tobytes() for _ in range(PARTS)]


def layer_tar(parts: Sequence[bytes], first: int) -> bytes:
    """A layer of these parts, the first of which has this number."""
    names = (f"data/{part:03}/{file:02}" for part in range(first, first + len(parts)) for file in range(FILES))
    return packed(zip(names, (file for part in parts for file in files_of(part)), strict=True))


def files_of(part: bytes) -> Iterator[bytes]:
    """The files of a part, the last one with what is left."""
    size = len(part) // FILES
    yield from (part[number * size : (number + 1) * size] for number in range(FILES - 1))
    yield part[(FILES - 1) * size :]


def packed(files: Iterator[tuple[str, bytes]]) -> bytes:
    """A tar of files, by name."""
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return into.getvalue()


def archive(tag: str, layers: Sequence[bytes]) -> bytes:
    """An image as `docker load` reads it: a build would keep its layers in a cache, and no pull would fetch them."""
    ids = [sha256(layer).hexdigest() for layer in layers]
    root = {"type": "layers", "diff_ids": [f"sha256:{each}" for each in ids]}
    config = {"architecture": "amd64", "os": "linux", "config": {}, "rootfs": root}
    listed = [{"Config": "config.json", "RepoTags": [tag], "Layers": [f"{each}.tar" for each in ids]}]
    told = {"config.json": config, "manifest.json": listed}
    files = [(name, json.dumps(each).encode()) for name, each in told.items()]
    return packed(iter([*files, *((f"{each}.tar", layer) for each, layer in zip(ids, layers, strict=True))]))


def push(registry: str, kind: str, parts: Sequence[bytes], count: int) -> Image:
    """Load, push and remove an image of so many layers."""
    step = len(parts) // count
    path = f"pull-layers/{uuid4().hex}:1"
    tag = f"{registry}/{path}"
    layers = [layer_tar(parts[first : first + step], first) for first in range(0, len(parts), step)]
    with tempfile.NamedTemporaryFile(suffix=".tar") as file:
        file.write(archive(tag, layers))
        file.flush()
        docker("load", "--quiet", "--input", file.name)
    docker("push", "--quiet", tag)
    docker("image", "rm", tag)
    blobs = manifest(tag)
    if len(blobs) != count:
        sys.exit(f"{tag}: {len(blobs)} layers instead of {count}")
    return Image(path, kind, count, sum(map(len, parts)), sum(size for _, size in blobs))


def pull(registry: str, image: Image) -> float:
    """Seconds of a pull; the image is removed afterwards."""
    tag = f"{registry}/{image.path}"
    start = time.perf_counter()
    docker("pull", "--quiet", tag)
    seconds = time.perf_counter() - start
    docker("image", "rm", tag)
    return round(seconds, 3)


def pulls(registry: str, images: Sequence[Image], round_trip: float, rounds: int) -> list[Pulled]:
    """Pull all images in turns."""
    seconds: dict[Image, list[float]] = {image: [] for image in images}
    order = list(images)
    with held_back(registry, round_trip) as address:
        for number in range(rounds):
            random.Random(number).shuffle(order)  # noqa: S311  an order, no secret
            for image in order:
                seconds[image].append(pull(address, image))
            print(f"{round_trip:g} ms: round {number + 1} of {rounds}", file=sys.stderr)
    return [
        Pulled(
            content=image.content,
            layers=image.layers,
            round_trip_ms=round_trip,
            bytes=image.bytes,
            blob_bytes=image.blob_bytes,
            seconds=found,
        )
        for image, found in seconds.items()
    ]


def main() -> None:
    """Measure, and write the JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=100)
    parser.add_argument("--round-trip", type=float, action="append", help="milliseconds; by default 0")
    parser.add_argument("--layers", type=int, action="append", choices=COUNTS)
    parser.add_argument("--output", "-o", type=Path)
    arguments = parser.parse_args()
    registry = os.environ["ENGINE_REGISTRY"]
    chance = np.random.default_rng()
    images = []
    for kind in KINDS:
        parts = make_parts(kind, arguments.megabytes * 10**6, chance)
        images += [push(registry, kind, parts, count) for count in arguments.layers or COUNTS]
    found = [row for each in arguments.round_trip or [0.0] for row in pulls(registry, images, each, arguments.rounds)]
    engine = docker(
        "info", "--format", '{"engine":{{json .ServerVersion}},"storage":{{json .Driver}},"cpus":{{.NCPU}}}'
    )
    text = json.dumps({**json.loads(engine), "pulls": found}, indent=1) + "\n"
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()

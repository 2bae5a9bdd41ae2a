"""What real builds of real repositories share, by strategy, as a Markdown table.

    python tests/benchmarks/sharing_builds.py CORPUS [--builds N] [--max-megabytes N] [--state FILE] [--prune]

CORPUS is the directory with `repos/` and `closures.jsonl.gz`. Builds on the engine of DOCKER_HOST, one image after the
other, pushes each to the registry (ENGINE_REGISTRY), and prints how much is left of how much, beyond the base image:

* build cache: steps of the second and all later builds that did not come from it, and uncompressed bytes of the layers
  which these steps made
* registry: compressed bytes of the distinct blobs
* node disk: uncompressed bytes of the distinct ChainIDs

Every strategy has a cache of its own, because its base image has a layer of its own. Built are the first repositories
of the corpus that a lock holds in whole and that plain `pip install -r` installs: the first strategy tries. A build
that fails in another one stops the run. Seconds are those of this machine at that time: quote ratios. What is measured
is kept in FILE, and the next run goes on from there; a strategy that was interrupted within a build starts anew.
`--prune` empties the whole build cache of the engine after each strategy, for an engine that is yours alone: it then
takes 12 GB of disk, and else about 30.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict
from uuid import uuid4

from sharing_images import Build, CommandError, build, docker, manifest, push
from sharing_repositories import PYTHON, Candidate, Repository, UnfitError, in_turns, make_repository, sources
from sharing_strategies import Strategy, strategies

import depnorm

CHANGED = 5
"""Repositories whose README is changed in the end."""


class Measured(TypedDict):
    """One strategy; `begun` is the build that has no result yet, `baked` what prebuilt layers take, bytes by digest."""

    salt: str
    begun: str
    done: bool
    builds: dict[str, Build]
    changes: dict[str, Build]
    baked: dict[str, int]
    bake_seconds: float


class State:
    """What was measured, in a file."""

    def __init__(self, file: Path, count: int) -> None:
        self.file = file
        self.content: dict[str, Any] = {"run": uuid4().hex[:12], "count": count}
        if file.exists():
            self.content = json.loads(file.read_text(encoding="utf-8"))
        if self.content["count"] != count:
            sys.exit(f"{file} is of {self.content['count']} builds: name another file with --state")
        self.run: str = self.content["run"]
        self.refused: dict[str, str] = self.content.setdefault("refused", {})
        self.wheels: dict[str, dict[str, int]] = self.content.setdefault("wheels", {})
        self.strategies: dict[str, Measured] = self.content.setdefault("strategies", {})

    def save(self) -> None:
        """Write the file as a whole or not at all."""
        new = self.file.with_suffix(".new")
        new.write_text(json.dumps(self.content, indent=1), encoding="utf-8")
        new.replace(self.file)

    def refuse(self, first: Strategy, name: str, why: str) -> None:
        """Remember that a repository is not one of those that are built, of which the first strategy decides."""
        self.strategies[first.name]["begun"] = ""
        self.refused[name] = why
        self.save()

    def begin(self, strategy: Strategy) -> Measured:
        """What there is of a strategy; nothing where it could not go on."""
        found = self.strategies.get(strategy.name)
        if found and (found["done"] or (not found["begun"] and has_image(base_of(strategy, found)))):
            return found
        new = Measured(salt=uuid4().hex[:12], begun="", done=False, builds={}, changes={}, baked={}, bake_seconds=0)
        self.strategies[strategy.name] = new
        text = f"FROM python:{PYTHON}-slim\nRUN echo {new['salt']} > /salt\n"
        docker("build", "--network=host", "--tag", base_of(strategy, new), "-", text=text)
        self.save()
        return new


def base_of(strategy: Strategy, measured: Measured) -> str:
    return f"{strategy.place}/base:{measured['salt']}"


def has_image(tag: str) -> bool:
    return bool(docker("image", "ls", "--quiet", tag))


def measure(state: State, options: argparse.Namespace) -> None:
    """All that is not yet measured, one strategy after the other."""
    everything = strategies(f"{options.registry}/t/sharing-{state.run}")
    if all(strategy.name in state.strategies and state.strategies[strategy.name]["done"] for strategy in everything):
        return
    with tempfile.TemporaryDirectory() as directory:
        state.begin(everything[0])
        chosen = list(islice(choose(state, everything[0], options, Path(directory)), options.builds))
        state.wheels |= {repository.name: dict(repository.wheels) for repository in chosen}
        for strategy in everything:
            if not state.begin(strategy)["done"]:
                measure_strategy(state, strategy, chosen, Path(directory))
                finish(state, strategy, prune=options.prune)


def measure_strategy(state: State, strategy: Strategy, chosen: Sequence[Repository], directory: Path) -> None:
    """What is not yet measured of a strategy."""
    if strategy.bakes:
        bake(state, strategy, directory / "bake")
    for repository in chosen:
        build_new(state, strategy, repository)
    for repository in chosen[:CHANGED]:
        build_changed(state, strategy, repository)


def choose(state: State, first: Strategy, options: argparse.Namespace, directory: Path) -> Iterator[Repository]:
    """The repositories of each source, in turns, that qualify and that the first strategy builds."""

    def built(source: list[Candidate]) -> Iterator[Repository]:
        for name, fill in source:
            if name in state.refused:
                continue
            try:
                made = make_repository(name, fill, directory / name, max_bytes=options.max_megabytes * 10**6)
                build_new(state, first, made)
            except (UnfitError, CommandError) as error:
                state.refuse(first, name, str(error))
            else:
                yield made

    return in_turns(map(built, sources(options.corpus)))


def build_new(state: State, strategy: Strategy, repository: Repository) -> None:
    """The first build of a repository."""
    measured = state.strategies[strategy.name]
    if repository.name not in measured["builds"]:
        repository.write_readme("As it was.")
        measured["builds"][repository.name] = build_one(state, strategy, repository, is_pushed=True)
        state.save()


def build_changed(state: State, strategy: Strategy, repository: Repository) -> None:
    """The build after a change of nothing but the README."""
    measured = state.strategies[strategy.name]
    if repository.name not in measured["changes"]:
        repository.write_readme("As it is now.")
        measured["changes"][repository.name] = build_one(state, strategy, repository, is_pushed=False)
        state.save()


def build_one(state: State, strategy: Strategy, repository: Repository, *, is_pushed: bool) -> Build:
    measured = state.strategies[strategy.name]
    measured["begun"] = repository.name
    state.save()
    tag = f"{strategy.place}:{sha256(repository.name.encode()).hexdigest()[:12]}"
    dockerfile = strategy.render(repository, base_of(strategy, measured))
    made = build(tag, dockerfile, repository.directory)
    if is_pushed:
        push(tag, made)
    measured["begun"] = ""
    what = f"{strategy.name}, {len(measured['builds']) + 1 if is_pushed else 'README'}"
    say(f"{what}: {made['seconds']:.1f} s, {made['cached']} of {made['steps']} steps cached, {repository.name}")
    return made


def bake(state: State, strategy: Strategy, directory: Path) -> None:
    """Build and push every layer of the catalog."""
    measured = state.strategies[strategy.name]
    if measured["baked"]:
        return
    base = base_of(strategy, measured)
    made = depnorm.bake_catalog(directory, f"{strategy.place}/layers", pythons=[PYTHON], base_image=base)
    targets = json.loads(made.files["docker-bake.json"])["target"]
    (directory / "network.json").write_text(json.dumps({"target": {each: {"network": "host"} for each in targets}}))
    files = ("-f", "docker-bake.json", "-f", "network.json", "--allow=network.host")
    start = time.perf_counter()
    docker("buildx", "bake", *files, "--push", cwd=directory)
    measured["bake_seconds"] = round(time.perf_counter() - start, 2)
    images = [tag for target in targets.values() for tag in target["tags"]]
    docker("image", "rm", *images)  # it is the registry that the builds take them from
    measured["baked"] = dict(blob for image in images for blob in manifest(image))
    say(f"{strategy.name}: baked {len(images)} layers in {measured['bake_seconds']:.1f} s")
    state.save()


def finish(state: State, strategy: Strategy, *, prune: bool) -> None:
    """Leave no image of a strategy on the engine, and nothing in its cache if that is wanted."""
    places = (strategy.place, f"{strategy.place}/*")
    found = [docker("image", "ls", "--quiet", "--filter", f"reference={place}").split() for place in places]
    if images := {image for each in found for image in each}:
        docker("image", "rm", "--force", *images)
    if prune:
        docker("builder", "prune", "--all", "--force")
    state.strategies[strategy.name]["done"] = True
    state.save()


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def render_table(state: State) -> str:
    """A row for each strategy, and what no row tells."""
    levels = ("build cache: steps run", "build cache: layers made", "registry", "node disk")
    head = ("", *levels, "second build", "later builds", "README change")
    rows = [row(name, each) for name, each in state.strategies.items()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows))
    every = list(state.wheels.values())
    distinct = {name: size for wheels in every for name, size in wheels.items()}
    bound = amount(sum(distinct.values()), sum(sum(wheels.values()) for wheels in every))
    notes = [
        f"{len(every)} repositories. Every wheel of their locks stored once, the most that layers can reach: {bound}."
    ]
    notes += [note(name, each) for name, each in state.strategies.items() if each["baked"]]
    return "\n\n".join([table, *notes])


def row(name: str, measured: Measured) -> list[str]:
    """The cells of a strategy: what is left of how much, and the part that is saved; then medians."""
    builds, changes = list(measured["builds"].values()), list(measured["changes"].values())
    later = builds[1:]
    layers = [layer for each in builds for layer in each["layers"]]
    cacheable = [layer for each in later for layer in each["layers"]]
    steps, cached = sum(each["steps"] for each in later), sum(each["cached"] for each in later)
    blobs = {layer["blob"]: layer["blob_bytes"] for layer in layers}
    chains = {layer["chain"]: layer["bytes"] for layer in layers}
    made = sum(layer["bytes"] for layer in cacheable if not layer["cached"])
    run_again = statistics.median(each["steps"] - each["cached"] for each in changes)
    return [
        name,
        f"{steps - cached} of {steps} ({saved(steps - cached, steps)})",
        amount(made, sum(layer["bytes"] for layer in cacheable)),
        amount(sum(blobs.values()), sum(layer["blob_bytes"] for layer in layers)),
        amount(sum(chains.values()), sum(layer["bytes"] for layer in layers)),
        f"{builds[1]['seconds']:.1f} s",
        f"{statistics.median(each['seconds'] for each in later):.1f} s",
        f"{statistics.median(each['seconds'] for each in changes):.1f} s, {run_again:.0f} steps",
    ]


def note(name: str, measured: Measured) -> str:
    """What the bake cost that is in no build."""
    used = {layer["blob"] for each in measured["builds"].values() for layer in each["layers"]}
    idle = sum(size for blob, size in measured["baked"].items() if blob not in used)
    seconds = measured["bake_seconds"]
    return f"{name}: baked once, in {seconds:.0f} s; the layers that no image takes are {idle / 1e9:.2f} GB more."


def amount(left: int, total: int) -> str:
    return f"{left / 1e9:.2f} of {total / 1e9:.2f} GB ({saved(left, total)})"


def saved(left: int, total: int) -> str:
    return f"{1 - left / total:.0%} saved" if total else "nothing"


def main() -> None:
    """Measure what is not yet measured, then print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--builds", type=int, default=30)
    parser.add_argument("--max-megabytes", type=int, default=150, help="of wheels in a repository")
    parser.add_argument("--state", type=Path, default=Path("sharing-builds.json"))
    parser.add_argument("--registry", default=os.environ.get("ENGINE_REGISTRY"), help="HOST:PORT to push to")
    parser.add_argument("--prune", action="store_true", help="empty the build cache after each strategy")
    options = parser.parse_args()
    if not options.registry:
        parser.error("no registry: give --registry, or set ENGINE_REGISTRY")
    state = State(options.state, options.builds)
    measure(state, options)
    print(render_table(state))


if __name__ == "__main__":
    main()

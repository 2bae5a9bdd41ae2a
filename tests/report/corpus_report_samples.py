"""A report on many repositories, made by hand: everything a page shows, in which a hostile text may stand anywhere."""

from depnorm.model import Emitter
from depnorm.model.corpus_report import (
    CorpusReport,
    Declarations,
    Declared,
    LayerMatrix,
    Origin,
    PinChange,
    PinnedApart,
    UsedLayer,
    VersionsBeside,
)
from depnorm.model.score import Habit, KnownSizes, MinedFor, Score, Split, Stored

CAPS = (1, 2, 4, 8, 16)
GB = 10**9


def score(text: str = "catalog") -> Score:
    ways = [Stored(name="identical environments", cap=None, blobs=95 * GB, chain=95 * GB, most_layers=1)]
    for cap in CAPS:
        for name, rest in ((text, 40), ("largest first", 60)):
            blobs = 10 * GB + rest * GB // cap
            ways.append(Stored(name=name, cap=cap, blobs=blobs, chain=(90 * GB + blobs) // 2, most_layers=cap + 1))
    ways.append(Stored(name="largest first", cap=None, blobs=10 * GB, chain=30 * GB, most_layers=247))
    alike, apart = (
        Stored(name="catalog", cap=8, blobs=blobs * GB, chain=50 * GB, most_layers=9) for blobs in (15, 100)
    )
    return Score(
        environments=1234,
        total=100 * GB,
        ideal=10 * GB,
        ways=tuple(ways),
        sizes=KnownSizes(packages=100, medians=20, guesses=30, guessed_part=0.025),
        mined_for=MinedFor(max_layers=8, emitter=Emitter.LINK, held_out=True),
        splits=(
            Split(habit=Habit.PINNED, score=Score(environments=4, total=100 * GB, ideal=100 * GB, ways=(apart,))),
            Split(habit=Habit.UNPINNED, score=Score(environments=9, total=100 * GB, ideal=10 * GB, ways=(alike,))),
        ),
    )


def used_layer(number: int, text: str) -> UsedLayer:
    packages = tuple(f"{text}{member} 1.{number}" for member in range(1 + number % 3))
    return UsedLayer(
        name=f"{text} {number}",
        packages=packages,
        bytes=(number * 7919 % 97 + 1) * 10**6,
        seen_in=100 + number,
        taken_by=50 - number,
        repositories=(f"{text}-one", text, "three"),
    )


def corpus_report(text: str = "numpy", *, has_environments: bool = True, has_facts: bool = True) -> CorpusReport:
    layers = tuple(used_layer(number, text) for number in range(12))
    return CorpusReport(
        origin=Origin(
            facts=text,
            catalog=f"{text}.json",
            emitter=Emitter.LINK,
            max_layers=8,
            environments=1234 if has_environments else 0,
            all_environments=2468 if has_environments else 0,
            held_out=True,
            catalog_environments=1234,
            bundles=77,
        ),
        way="catalog" if text == "numpy" else text,
        score=score("catalog" if text == "numpy" else text) if has_environments else None,
        layers=layers,
        all_layers=99,
        matrix=LayerMatrix(
            layers=tuple(layer.name for layer in layers),
            bytes=tuple(layer.bytes for layer in layers),
            repositories=(text, text, f"{text}-two"),
            taken=((0, 0), (1, 0), (1, 1), (11, 2)),
            all_layers=99,
            all_repositories=1234,
        ),
        beside=(
            VersionsBeside(
                name=text, versions=3, environments=70, most_common=text, most_common_in=50, bytes=3 * GB, extra=2 * GB
            ),
        ),
        changes=(
            PinChange(name=text, before="1.26.3", after="1.26.4", environments=12, bytes=720_000_000, pinned_by=3),
            PinChange(name="scipy", before="1.0", after=text, environments=2, bytes=90_000_000, pinned_by=0),
        ),
        declarations=Declarations(
            repositories=40,
            pins=(Declared(what="pypi", how="exact", lines=400, repositories=30),),
            references=(Declared(what="editable", how="repository", lines=5, repositories=4),),
            apart=(
                PinnedApart(
                    ecosystem="pypi", name=text, versions=4, repositories=9, most_common=text, most_common_in=5
                ),
            ),
        )
        if has_facts
        else None,
    )

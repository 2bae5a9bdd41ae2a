"""Fuzz one reader: `python tests/fuzz/fuzz.py TARGET [--seconds N] [--runs N] [--stretch] [--keep-going]`.

Guided by coverage where atheris is installed; without it (it has wheels for Linux and released Pythons only) the same
seeds and words are put together blindly. An input that breaks a promise is written to the directory of the corpus (or
the current one) as `crash-*`; made small, it belongs into `tests/fuzz/regressions/TARGET`.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parent))

MAX_BYTES = 8_192
MAX_SEEDS = 400
"""Of all sizes; each is run once before anything is changed."""
STRETCHED_BYTES = 100_000
MAX_RESIDENT_MEBIBYTES = 1_024

Run = Callable[[bytes], None]


def main(arguments: list[str]) -> None:
    """Run until the time or the number of runs is over; exits with a status other than 0 at the first find."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="a format, such as requirements, or dockerignore")
    parser.add_argument("--seconds", type=int, default=60, help="stop after so long")
    parser.add_argument("--runs", type=int, default=-1, help="stop after so many inputs")
    parser.add_argument("--seed", type=int, default=0, help="of the random numbers; 0: another one each time")
    parser.add_argument("--stretch", action="store_true", help="repeat each input up to 100 kB: finds what is slow")
    parser.add_argument("--corpus", type=Path, help="keep what reached new code here, and start from it the next time")
    parser.add_argument("--keep-going", action="store_true", help="tell each kind of find once, and go on")
    parser.add_argument("--blind", action="store_true", help="without atheris, even where it is there")
    chosen = parser.parse_args(arguments)
    guided = find_spec("atheris") is not None and not chosen.blind
    (_guided if guided else _blind)(chosen)


def _guided(chosen: argparse.Namespace) -> None:
    import atheris  # noqa: PLC0415  only where it is there

    with atheris.instrument_imports(include=["depnorm.read", "depnorm.model"]):
        run, words = _target(chosen)
    with TemporaryDirectory() as scratch:
        here = Path(scratch)
        corpus = chosen.corpus or here / "corpus"
        corpus.mkdir(exist_ok=True, parents=True)
        seeds = here / "seeds"
        seeds.mkdir()
        for data in _seeds(chosen.target):
            (seeds / sha256(data).hexdigest()[:20]).write_bytes(data)
        (here / "words").write_text("".join(f'"{_escaped(word)}"\n' for word in words), encoding="ascii")
        options = {
            "max_total_time": chosen.seconds,
            "runs": chosen.runs,
            "seed": chosen.seed,
            "max_len": MAX_BYTES,
            "timeout": 60,
            "rss_limit_mb": MAX_RESIDENT_MEBIBYTES,
            "dict": here / "words",
            "artifact_prefix": f"{chosen.corpus or Path()}/",
            "print_final_stats": 1,
            "verbosity": 1,
        }
        atheris.Setup(
            [sys.argv[0], *(f"-{name}={value}" for name, value in options.items()), str(corpus), str(seeds)], run
        )
        atheris.Fuzz()


def _blind(chosen: argparse.Namespace) -> None:
    run, words = _target(chosen)
    start, runs = time.monotonic(), 0
    for data in _mixtures(_seeds(chosen.target), words, random.Random(chosen.seed or None)):  # noqa: S311  no secret
        if time.monotonic() - start > chosen.seconds or runs == chosen.runs:
            break
        runs += 1
        try:
            run(data)
        except BaseException:
            _keep(data, chosen.corpus or Path())
            raise
    print(f"Done {runs} runs in {time.monotonic() - start:.0f} second(s)", file=sys.stderr)  # noqa: T201


def _target(chosen: argparse.Namespace) -> tuple[Run, list[bytes]]:
    """The reader as a function of bytes, with everything imported that it needs, and its words."""
    import depnorm.read  # noqa: PLC0415  after the imports are instrumented

    for module in walk_packages(depnorm.read.__path__, "depnorm.read."):  # also those that a reader imports when needed
        import_module(module.name)
    import fuzz_seeds  # noqa: PLC0415
    import reader_invariants  # noqa: PLC0415

    known = reader_invariants.targets(fuzz_seeds.seed_paths())
    if chosen.target not in known:
        sys.exit(f"{chosen.target}: expected one of {', '.join(sorted(known))}")
    read = known[chosen.target]
    run = (lambda data: read(_stretched(data))) if chosen.stretch else read
    words = [word for word in fuzz_seeds.dictionary(chosen.target) if word]
    return _keep_going(run, chosen.corpus or Path()) if chosen.keep_going else run, words


def _keep_going(run: Run, place: Path) -> Run:
    told = set()

    def go_on(data: bytes) -> None:
        try:
            run(data)
        except Exception as error:  # noqa: BLE001  whatever it is, it is a find
            where = traceback.extract_tb(error.__traceback__)[-1]
            kind = (type(error).__name__, str(error)[:25], where.filename, where.lineno)
            if kind not in told:
                told.add(kind)
                _keep(data, place)
                print(f"{type(error).__name__}: {str(error)[:500]} ({where.filename}:{where.lineno})", file=sys.stderr)  # noqa: T201

    return go_on


def _keep(data: bytes, place: Path) -> None:
    path = place / f"crash-{sha256(data).hexdigest()[:20]}"
    path.write_bytes(data)
    print(f"written to {path}", file=sys.stderr)  # noqa: T201  a command


def _seeds(target: str) -> list[bytes]:
    from fuzz_seeds import seeds  # noqa: PLC0415

    found = [data for data in seeds(target) if len(data) <= MAX_BYTES] or [b""]
    return found[:: max(len(found) // MAX_SEEDS, 1)]


def _stretched(data: bytes) -> bytes:
    return data * max(STRETCHED_BYTES // max(len(data), 1), 1)


def _escaped(word: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in word)


def _mixtures(seeds: list[bytes], words: list[bytes], chance: random.Random) -> Iterator[bytes]:
    """The seeds, then for ever pieces of them with words between, and bytes that are neither."""
    yield from seeds
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randint(1, 8)):
            start = chance.randint(0, len(data))
            end = min(start + chance.choice((0, 0, 1, 4, 30)), len(data))
            other = chance.choice(seeds)
            cut = chance.randint(0, len(other))
            data[start:end] = chance.choice(
                (chance.choice(words), other[cut : cut + 40], bytes([chance.randrange(256)]), chance.choice(words) * 50)
            )
        yield bytes(data[:MAX_BYTES])


if __name__ == "__main__":
    main(sys.argv[1:])

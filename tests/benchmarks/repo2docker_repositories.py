"""repo2docker's own test repositories, rendered by its build packs and by depnorm's: what they say must be the same.

    git -C REPO2DOCKER archive 2026.04.0 tests | tar -x -C DIRECTORY
    python tests/benchmarks/repo2docker_repositories.py DIRECTORY/tests

A repository is a directory with a `verify`; its `test-extra-args.yaml` is honoured. Nothing is built, and what build
packs ask a server (a snapshot of CRAN, versions of Julia) is answered here. Ends with 1 where one differs.
"""

import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
from repo2docker_render import description, render, runs, runs_again


def main(directory: str) -> int:
    root, wrong = Path(directory), 0
    print(f"{'repository':40} {'same':6} {'steps':>9} {'again after a README change':>29}")
    for path in repositories(root):
        try:
            without, with_depnorm = (render(path, *options(path), early=early) for early in (False, True))
        except Exception as error:  # noqa: BLE001  whatever goes wrong is what the script looks for
            print(f"{path.relative_to(root)!s:40} {type(error).__name__}: {error}")
            wrong += 1
            continue
        same = description(without) == description(with_depnorm)
        wrong += not same
        label = "yes" if same else "NO"
        steps = f"{len(runs(without))} {len(runs(with_depnorm)):3}"
        again = f"{len(runs_again(without, 'README.md'))} {len(runs_again(with_depnorm, 'README.md')):3}"
        byte = "" if without != with_depnorm else "  (the very same text)"
        print(f"{path.relative_to(root)!s:40} {label:6} {steps:>9} {again:>29}{byte}")
    print(f"{wrong} differ")
    return int(wrong > 0)


def repositories(root: Path) -> Iterator[Path]:
    yield from sorted(path.parent for path in root.rglob("verify"))


def options(path: Path) -> list[str]:
    """Those that change what is rendered."""
    file = path / "test-extra-args.yaml"
    found = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else []
    return [word for word in map(shlex.quote, found) if word.startswith(("--target-repo-dir", "--subdir"))]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

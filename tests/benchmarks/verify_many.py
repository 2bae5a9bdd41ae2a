"""`depnorm verify` on many repositories, in virtual environments: how many have no difference, what the others have.

    python tests/benchmarks/verify_many.py STATE.json DIRECTORY... [--at-most N] [--megabytes N] [--seconds N]

Each DIRECTORY is a repository, or holds repositories. Those of which something can be locked are verified, the smallest
locks first, until N are compared, or the next one weighs more; one whose own command fails cannot be compared.
STATE.json keeps every outcome, so that an interrupted run goes on, and a repository is asked for once; delete it to
start anew. Needs the package index and the Pythons of the plans; it runs code of the repositories and of their packages
as you.
"""

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

DEPNORM = (sys.executable, "-m", "depnorm")
SPEC_FILES = ("requirements.txt", "setup.py", "pyproject.toml", "Pipfile", "environment.yml")
CONFIG_DIRECTORIES = ("", "binder", ".binder")
MEGABYTE = 1_000_000

Outcome = dict[str, Any]
Ask = Callable[[Path], Outcome]


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path)
    parser.add_argument("directories", type=Path, nargs="+")
    parser.add_argument("--at-most", type=int, default=30, help="verify so many repositories")
    parser.add_argument("--megabytes", type=int, default=400, help="none whose lock weighs more")
    parser.add_argument("--seconds", type=int, default=900, help="give up a lock or a verification after so long")
    chosen = parser.parse_args(arguments)
    state = State(chosen.state)
    for repository in [each for place in chosen.directories for each in repositories(place)]:
        state.fill(repository, "lock", lambda each: lock(each, chosen.seconds))
    sized = sorted((row["lock"]["bytes"], name) for name, row in state.rows.items() if row["lock"].get("packages"))
    for size, name in sized:
        if size > chosen.megabytes * MEGABYTE or state.compared() >= chosen.at_most:
            break
        state.fill(Path(name), "verify", lambda each: verify(each, chosen.seconds))
    print_table(state.rows)


class State:
    """The outcomes, by repository, on disk after each."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, dict[str, Outcome]] = json.loads(path.read_text("utf-8")) if path.exists() else {}

    def fill(self, repository: Path, kind: str, ask: Ask) -> None:
        row = self.rows.setdefault(str(repository), {})
        if kind not in row:
            row[kind] = ask(repository)
            print(f"{kind} {repository.name}: {row[kind]}"[:200], file=sys.stderr)
            self.path.write_text(json.dumps(self.rows, indent=1), "utf-8")

    def compared(self) -> int:
        return sum("differences" in row.get("verify", {}) for row in self.rows.values())


def repositories(place: Path) -> Iterator[Path]:
    """The directory itself, or those in it (a sample keeps its repository in `repo`)."""
    if any((place / config / name).exists() for config in CONFIG_DIRECTORIES for name in SPEC_FILES):
        yield place.resolve()
        return
    for path in sorted(each for each in place.iterdir() if each.is_dir()):
        yield (path / "repo" if (path / "repo").is_dir() else path).resolve()


def lock(repository: Path, seconds: int) -> Outcome:
    run = command("lock", str(repository), "--format", "json", seconds=seconds)
    if run.returncode:
        return {"refused": last_line(run.stderr)}
    packages = json.loads(run.stdout)["packages"]
    return {"packages": len(packages), "bytes": sum(each["bytes"] or 0 for each in packages)}


def verify(repository: Path, seconds: int) -> Outcome:
    start = time.monotonic()
    run = command("verify", str(repository), "--format", "json", seconds=seconds)
    spent = round(time.monotonic() - start)
    if run.returncode not in {0, 1} or not run.stdout:
        return {"refused": last_line(run.stderr), "seconds": spent}
    found = json.loads(run.stdout)
    rows = found["differences"]
    if failed := next((each for each in rows if each["kind"] == "install" and each["staged"] == "not tried"), None):
        return {"refused": f"its own command fails: {failed['plain']}", "seconds": spent}
    names = [f"{each['kind']} {each['name']}: {each['plain']} / {each['staged']}" for each in rows]
    return {"differences": names, "seconds": spent}


def command(*words: str, seconds: int) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run([*DEPNORM, *words], capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(words, 124, "", f"not done after {seconds} s")


def last_line(text: str) -> str:
    """What an error ends with, without the hint."""
    return next((line for line in reversed(text.splitlines()) if line.startswith("depnorm:")), text[-200:].strip())


def print_table(rows: dict[str, dict[str, Outcome]]) -> None:
    kinds: Counter[str] = Counter()
    print(f"{'repository':40} {'packages':>8} {'MB':>6} {'s':>5}  difference")
    for name, row in rows.items():
        kinds["lock refused"] += "refused" in row["lock"]
        if "verify" in row:
            outcome = row["verify"]
            said = outcome.get("refused") or "; ".join(outcome["differences"]) or "none"
            kinds["not carried out" if "refused" in outcome else "none" if said == "none" else "differ"] += 1
            place = Path(name)
            label = place.parent.name if place.name == "repo" else place.name
            figures = f"{row['lock']['packages']:8} {row['lock']['bytes'] / MEGABYTE:6.1f} {outcome['seconds']:5}"
            print(f"{label[:40]:40} {figures}  {said[:120]}")
    print(", ".join(f"{count} {kind}" for kind, count in kinds.items()))


if __name__ == "__main__":
    main(sys.argv[1:])

"""The reader against R itself: each script runs with everything that installs, loads, sources or runs replaced.

What R was asked to install, source, read and run, statement by statement, is what the reader says, or the reader had
said that the statement is dynamic. More scripts, in a directory named by DEPNORM_R_SCRIPTS, are run too; try that only
with scripts that may run, as nothing but the functions of `r_oracle/record.R` is kept from them.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from r_run import Done, Item, done_by, read_statements, said_to_be_known

HERE = Path(__file__).parent
RECORDER = HERE / "r_oracle" / "record.R"
OWN = sorted(path for path in (HERE / "r_scripts").glob("*.R"))
MORE = os.environ.get("DEPNORM_R_SCRIPTS")
SCRIPTS = OWN + (sorted(path for path in Path(MORE).iterdir() if path.is_file()) if MORE else [])
# Disagreements that stay, and why.
PERMITTED = {
    r"error object '(here|glue)' not found": "nothing attached its package: R stops, the reader goes on",
    r"error NA/NaN argument": "arithmetic that installs nothing is not worked out, so neither are its errors",
}
NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    "LC_ALL": "C.UTF-8",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "http_proxy": NOWHERE,
    "https_proxy": NOWHERE,
    "ftp_proxy": NOWHERE,
}

pytestmark = pytest.mark.skipif(shutil.which("Rscript") is None, reason="Rscript is not on PATH")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Path]:
    """What each script did when R ran it."""
    directory = tmp_path_factory.mktemp("run")
    results = {path: directory / f"{index}.txt" for index, path in enumerate(SCRIPTS)}
    listing = directory / "listing"
    listing.write_text("".join(f"{path.absolute()}\n{result}\n" for path, result in results.items()), encoding="utf-8")
    subprocess.run(
        ["Rscript", "--vanilla", RECORDER, listing],
        check=True,
        capture_output=True,
        cwd=tmp_path_factory.mktemp("work"),
        env={**ENVIRONMENT, "HOME": str(directory), "R_USER": str(directory)},
        timeout=600,
    )
    return results


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_what_r_does_is_what_the_reader_says(runs: dict[Path, Path], path: Path) -> None:
    """Statement by statement, R does what the reader says, unless the reader said that only running it would tell."""
    done = done_by(runs[path].read_text(encoding="utf-8"))
    assert disagreements(path.read_bytes(), done) == []


def disagreements(data: bytes, done: list[Done]) -> list[str]:
    said_before, done_before, found = set[Item](), set[Item](), list[str]()
    stopped = False
    for place, said in enumerate(read_statements(data), 1):
        ours = [each for each in done if each.statement == place]
        stopped = stopped or any(each.name == "stopped" for each in ours)  # a guard that the reader takes for one
        happened = {item for each in ours for item in each.items}
        said_before |= said.items
        done_before |= happened
        if not said.is_open:
            missed = sorted(happened - said_before, key=str)
            found += [f"statement {place} does {item}, which is not read" for item in missed]
        if said.kind != "dynamic":
            made_up = sorted(said.items - done_before, key=str)
            if any(each.name == "system" for each in ours):  # what programs use is the shell reader's business
                made_up = [item for item in made_up if item.what == "package"]
            found += [f"statement {place} is read as {item}, which does not happen" for item in made_up]
            doubtful = [each for each in ours if not (stopped or said_to_be_known(each))]
            found += [f"statement {place}: {each.name} {each.about}" for each in doubtful]
        stopped = stopped or any(each.name == "error" for each in ours)  # Rscript would run no more
        if any(each.name == "left" for each in ours):
            break
    return [each for each in found if not any(re.search(pattern, each) for pattern in PERMITTED)]


def test_every_script_was_run_to_its_end(runs: dict[Path, Path]) -> None:
    """The record of each script that R can parse ends as it should: nothing was cut off."""
    for path, result in runs.items():
        assert done_by(result.read_text(encoding="utf-8"))[-1].name == "end", path

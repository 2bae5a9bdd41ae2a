"""The notebooks run, and say what they were committed with."""

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import depnorm

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
REAL_CORPUS = Path(__file__).parents[3] / "shared" / "corpus"
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.])/(?:home|root|tmp|work|Users)/\w")
MAX_BYTES = 300_000
needs_corpus = pytest.mark.skipif(not REAL_CORPUS.exists(), reason="the real corpus is not beside the project")


def printed(notebook: Any) -> list[str]:
    """The lines that the cells print."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return "".join(output.text for output in outputs if output.output_type == "stream").splitlines()


def read(name: str) -> Any:
    return nbformat.read(NOTEBOOKS / name, as_version=4)  # type: ignore[no-untyped-call]  # nbformat has few types


def execute(name: str, place: Path, **environment: str) -> list[str]:
    """Run a copy of a notebook and of what it reads; gives what its cells print."""
    for file in NOTEBOOKS.glob("*.json"):
        shutil.copy(file, place)
    notebook = read(name)
    given = {"DEPNORM_CORPUS": str(REAL_CORPUS), "DEPNORM_CLONE": str(NOTEBOOKS.parent), **environment}
    client = NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": place}})
    client.execute(env={**os.environ, **given})
    return printed(notebook)


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_is_committed_is_clean(path: Path) -> None:
    """Each code cell was run, in order and without an error; no path of a machine is in it, and it stays small."""
    text = path.read_text(encoding="utf-8")
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == [*range(1, len(cells) + 1)]
    assert not [output for cell in cells for output in cell["outputs"] if output["output_type"] == "error"]
    assert not PATH_OF_A_MACHINE.search(text)
    assert len(text.encode()) < MAX_BYTES


@needs_corpus
def test_sharing_is_as_it_was(tmp_path: Path) -> None:
    """With one cap, the notebook prints the lines of that cap as they were committed."""
    lines = [line for line in execute("sharing.ipynb", tmp_path, DEPNORM_CAPS="8") if ", 8 layers:" in line]
    assert len(lines) == 2
    assert set(lines) <= set(printed(read("sharing.ipynb")))
    assert (tmp_path / "sharing.svg").read_text(encoding="utf-8").startswith("<svg")


@needs_corpus
def test_rebuilds_are_as_they_were(tmp_path: Path) -> None:
    """The figures of many repositories are the committed ones; those of this repository grow with it."""
    many = printed(read("rebuilds.ipynb"))
    many = many[: next(number for number, line in enumerate(many) if line.startswith("repositories: 1 "))]
    assert execute("rebuilds.ipynb", tmp_path)[: len(many)] == many


def shown(notebook: Any) -> list[str]:
    """The HTML of what the cells show."""
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    return [output.data["text/html"] for output in outputs if "text/html" in output.get("data", {})]


def test_plans_are_shown_as_they_were(tmp_path: Path) -> None:
    """The notebook of the library prints its lines, and shows its plan, as they were committed."""
    committed = read("library.ipynb")
    assert execute("library.ipynb", tmp_path) == printed(committed)
    (html,) = shown(committed)
    assert html == depnorm.plan(NOTEBOOKS.parent / "corpus" / "notebooks-and-package" / "repo")._repr_html_()


@pytest.mark.parametrize("name", ["layers-on-pull.ipynb", "scale.ipynb"])
def test_figures_are_those_that_were_measured(tmp_path: Path, name: str) -> None:
    """A notebook that reads what a benchmark measured shows the figures of the file beside it."""
    assert execute(name, tmp_path) == printed(read(name))

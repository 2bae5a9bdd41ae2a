"""install.R as `fix` leaves it; R itself says that the script asks for the same."""

import shutil
import subprocess
from pathlib import Path

import pytest
from fixing import fixed, kept

from depnorm.model import SpecFormat


def fix(text: str) -> str:
    return fixed(text, SpecFormat.R_SCRIPT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('install.packages(c("sf", "DBI", "dbi"))\n', 'install.packages(c("DBI", "dbi", "sf"))\n'),
        ("install.packages(c('sf','DBI','sf'))\n", "install.packages(c('DBI','sf'))\n"),
        (
            'x <- c(\n  "sf", # not a list of strings alone\n  "abind"\n)\ninstall.packages(x)\n',
            'x <- c(\n  "sf", # not a list of strings alone\n  "abind"\n)\ninstall.packages(x)\n',
        ),
        (
            '# c("z", "y")\npkgs <- c(\n  "tidyverse",\n  "sf"\n)\ninstall.packages(pkgs)\n',
            '# c("z", "y")\npkgs <- c(\n  "sf",\n  "tidyverse"\n)\ninstall.packages(pkgs)\n',
        ),
        (
            'options(repos = c("https://b.example.org", "https://a.example.org"))\ninstall.packages("x")\n',
            'options(repos = c("https://b.example.org", "https://a.example.org"))\ninstall.packages("x")\n',
        ),
        ('install.packages("b")\ninstall.packages("a")\n', 'install.packages("b")\ninstall.packages("a")\n'),
        ('install.packages(c("sf", "abind"))', 'install.packages(c("abind", "sf"))\n'),
    ],
)
def test_lists_of_packages(before: str, after: str) -> None:
    """Sorted and each once, in the layout that they have; other lists, comments and statements stay."""
    assert fix(before) == after
    assert fix(after) == after


@pytest.mark.parametrize(
    "text",
    [
        'source("x.R")\ninstall.packages(c("sf", "abind"))\n',
        'devtools::install_github("o/r")\ninstall.packages(c("sf", "abind"))\n',
        'if (x) install.packages(c("sf", "abind"))\n',
        'install.packages(c("sf", "abind")\n',
        'system("rm -rf /")\ninstall.packages(c("sf", "abind"))\n',
    ],
)
def test_other_scripts_stay(text: str) -> None:
    """A script that does more than install a list is left, and the reason is said."""
    assert fix(text) == text
    assert kept(text, SpecFormat.R_SCRIPT)


@pytest.mark.skipif(not shutil.which("Rscript"), reason="R is not installed")
def test_r_evaluates_the_same_set(tmp_path: Path) -> None:
    """R runs both scripts with an install.packages that prints what it is asked for."""
    before = 'a <- c("dplyr", "sf",\n       "abind")\ninstall.packages(c("zoo", "xts"))\ninstall.packages(a)\n'
    asked = []
    for text in (before, fix(before)):
        script = tmp_path / "install.R"
        script.write_text(f"install.packages <- function(pkgs, ...) cat(sort(pkgs), '\\n')\n{text}", encoding="utf-8")
        asked.append(subprocess.run(["Rscript", str(script)], check=True, capture_output=True, text=True).stdout)
    assert asked[0] == asked[1] == "xts zoo \nabind dplyr sf \n"
    assert fix(before) != before

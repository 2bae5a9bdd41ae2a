"""Repositories of some hundred kilobytes that would take minutes if lines were compared with lines."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.analyze.normalize import MAX_RIVALS
from depnorm.report.as_json import inspect_json

MakeRepository = Callable[[Mapping[str, str]], Path]
MAX_SECONDS = 10
"""Of processor time, for a plan and the document of all that was read. All of these take about one or two."""
WHEELS = {f"wheels/{number}.whl": "" for number in range(900)}


def lines(pattern: str, number: int) -> str:
    return "".join(pattern.format(each) + "\n" for each in range(1, number + 1))


HOSTILE = {
    "one pin again and again": {"requirements.txt": "a==1\n" * 3000},
    "every pin another": {"requirements.txt": lines("a=={}", 6000)},
    "ranges, then pins that some exclude": {"requirements.txt": lines("a!=0.{}", 3000) + lines("a==0.{}", 3000)},
    "pins, then ranges that exclude none": {"requirements.txt": lines("a==1.{}", 3000) + lines("a>=0.{}", 3000)},
    "pins of what a shared layer holds": {"requirements.txt": lines("numpy=={}", 5000) + "scipy\npandas\n"},
    "ranges of what a shared layer holds": {"requirements.txt": lines("numpy!=0.{}", 4000) + "numpy==0.1\nscipy\n"},
    "one conda package in every version": {"environment.yml": "dependencies:\n" + lines("- a=={}", 4000)},
    "refused lines": {"requirements.txt": lines("a=={}", 5000) + lines("a={}", 900)},
    "one directory of wheels for every line": {"requirements.txt": "--find-links wheels\n" * 2000, **WHEELS},
    "one project for every line": {"requirements.txt": "-e ./p\n" * 5000, "p/setup.py": ""},
    "patterns for files": {
        ".dockerignore": lines("a*{}", 1000) + lines("**/b*c*{}", 1000),
        "requirements.txt": "--find-links wheels\n",
        **WHEELS,
    },
    "a chain of includes for every line": {
        "requirements.txt": "-r a0.txt\n" * 10000,
        **{f"a{number}.txt": f"-r a{number + 1}.txt\n" for number in range(400)},
    },
    "includes of all in all": {
        "requirements.txt": "-r a1.txt\n",
        **{f"a{number}.txt": lines("-r a{}.txt", 120) for number in range(1, 121)},
    },
    "deep includes with packages": {
        "requirements.txt": "-r a0.txt\n",
        **{f"a{number}.txt": f"-r a{number + 1}.txt\n" + lines(f"p{number}x{{}}", 40) for number in range(400)},
    },
    "soft lines beside early ones": {"requirements.txt": "-e ${X}\n" + lines("p{}", 12000)},
    "R installs": {"install.R": lines('install.packages("p{}")', 4000), "runtime.txt": "r-4.3-2024-01-01\n"},
    "R installs that wait": {
        "install.R": lines('install.packages("p{}")', 4000) + 'remotes::install_local(".")\n',
        "runtime.txt": "r-4.3-2024-01-01\n",
        "DESCRIPTION": "Package: x\nVersion: 1\n",
    },
    "everything on one line of apt.txt": {"apt.txt": "git " * 25000},
    "options on one line": {"requirements.txt": "--pre " * 15000 + "\n"},
    "one file of requirements for all metadata": {
        "requirements.txt": "-e .\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndynamic = ["dependencies"]\n'
        "[tool.setuptools.dynamic]\ndependencies = {file = [" + '"r.txt", ' * 4000 + "]}\n",
        "r.txt": "a\n" * 100,
    },
    "extras that ask for the next one": {
        "requirements.txt": "-e .[e1]\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\n[project.optional-dependencies]\n'
        + "".join(f'e{number} = ["x[e{number + 1}]"]\n' for number in range(1, 3000)),
    },
    "requirements of setup.cfg": {
        "requirements.txt": "-e .\n",
        "setup.cfg": "[options]\ninstall_requires =\n" + lines("  p{}", 10000),
        "setup.py": "",
    },
    "imports of DESCRIPTION": {"DESCRIPTION": "Package: x\nVersion: 1\nImports:\n" + lines("  p{},", 9000)},
    "remotes of DESCRIPTION": {"DESCRIPTION": "Package: x\nVersion: 1\nRemotes:" + lines(" a/p{},", 8000)},
    "wheels far below": {
        "requirements.txt": "".join(f"--find-links {'w/' * depth}\n" for depth in range(1, 100)),
        **{f"{'w/' * 100}{number}.whl": "" for number in range(500)},
    },
    "options and references to a variable": {"requirements.txt": "--pre\n-e ${X}\n" * 5000},
    "one pin thirty thousand times": {"requirements.txt": "a==1\n" * 30_000},
    "five megabytes": {"requirements.txt": lines("package-of-some-length{}==1.0.0", 150_000)},
    "five megabytes on a line": {"requirements.txt": "a==1," * 1_000_000 + "\n" + "b " * 2_000 + "\n" + "c" * 100_000},
    "a hundred thousand continuations": {"requirements.txt": "a\\\n" * 100_000},
    "hashes on continuations": {"requirements.txt": "a==1 \\\n--hash=sha256:aa\n" * 15_000},
    "a chain of includes": {
        "requirements.txt": "-r a0.txt\n",
        **{f"a{number}.txt": f"-r a{number + 1}.txt\n" for number in range(400)},
    },
    "one include twenty thousand times": {"requirements.txt": "-r a.txt\n" * 20_000, "a.txt": "numpy\n"},
    "one R package eight thousand times": {
        "install.R": 'install.packages("p")\n' * 8000,
        "runtime.txt": "r-4.3-2024-01-01\n",
    },
    "patterns in turn for files": {
        ".dockerignore": "".join(f"**/*b*c*{number}\n!**/*d*e*{number}\n" for number in range(1000)),
        "requirements.txt": "--find-links wheels\n",
        **WHEELS,
    },
    "twenty thousand lines of apt.txt": {"apt.txt": lines("p{}", 20_000)},
    "twenty thousand lines of DESCRIPTION": {"DESCRIPTION": "Package: x\nVersion: 1\n" + lines("F{}: x", 20_000)},
    "twenty thousand sections of setup.cfg": {"requirements.txt": "-e .\n", "setup.cfg": lines("[s{}]", 20_000)},
    "ten thousand tables": {"requirements.txt": "-e .\n", "pyproject.toml": lines("[tool.a{}]", 10_000)},
    "dotted keys": {"requirements.txt": "-e .\n", "pyproject.toml": lines("a{}" + ".b" * 25 + " = 1", 1500)},
    "nested arrays": {"requirements.txt": "-e .\n", "pyproject.toml": "a = " + "[" * 10_000 + "]" * 10_000},
    "files for every dynamic field": {
        "requirements.txt": "-e .\n",
        "pyproject.toml": '[project]\nname = "x"\nversion = "1"\ndynamic = ['
        + '"dependencies", ' * 5000
        + "]\n[tool.setuptools.dynamic]\ndependencies = {file = ["
        + '"r.txt", ' * 1000
        + "]}\n",
        "r.txt": "a\n",
    },
    "a script of installs": {"postBuild": "#!/bin/bash\n" + "pip install .\n" * 7000},
    "a script of nested commands": {"postBuild": "$(" * 10_000 + "\n" + "( cd a\n" * 5000},
    "a script of heredocs": {"postBuild": "cat " + "<<A " * 20_000 + "\nx\n" * 5000},
    "a setup.py of brackets": {"requirements.txt": "-e .\n", "setup.py": "x = " + "(" * 10_000 + ")" * 10_000},
    "a setup.py of statements": {"requirements.txt": "-e .\n", "setup.py": "x = 1\n" * 15_000},
    "aliases of aliases": {
        "environment.yml": "b0: &b0 [x, x]\n"
        + "".join(f"b{number}: &b{number} [*b{number - 1}, *b{number - 1}]\n" for number in range(1, 60))
        + "dependencies: *b59\n"
    },
    "one list of pip by ten thousand aliases": {
        "environment.yml": "x: &a [p, q]\ndependencies:\n" + "- pip: *a\n" * 10_000
    },
    "one folded item of pip": {"environment.yml": "dependencies:\n- pip:\n  - >\n" + "    a\n\n" * 10_000},
    "one quoted item of pip": {"environment.yml": 'dependencies: [{pip: ["' + "a\\n" * 15_000 + '"]}]'},
    "one key again and again": {"environment.yml": "k: 1\n" * 20_000},
    "nested lists": {"environment.yml": "[" * 100_000},
    "a megabyte of apt.txt": {"apt.txt": "git " * 250_000},
    "a megabyte of runtime.txt": {"runtime.txt": "python-3.11\n" * 90_000},
    "files called requirements": {lines("requirements-{}.txt", 1).strip() + str(each): "" for each in range(3000)},
}


@pytest.mark.parametrize("files", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_repository_takes_seconds_at_most(files: Mapping[str, str], make_repository: MakeRepository) -> None:
    """What one line means is worked out once, and no line is compared with every other one."""
    root = make_repository(files)
    start = time.process_time()
    depnorm.plan(root)
    inspect_json(depnorm.inspect(root))
    assert time.process_time() - start < MAX_SECONDS


def told(root: Path) -> list[tuple[int, str]]:
    return [(each.line, each.rule) for each in depnorm.check(root)]


def test_every_repetition_is_told(make_repository: MakeRepository) -> None:
    """However many there are, each line has a finding of its own."""
    found = told(make_repository({"requirements.txt": "a==1\n" * 500 + lines("a>0.{}", 500)}))
    assert found == [(line, "DN201") for line in range(2, 1001)]


def test_a_late_line_is_held_against_the_first_ones(make_repository: MakeRepository) -> None:
    """Beyond `MAX_RIVALS` different requirements of one package a contradiction with an early one is still found."""
    text = "a==9\n" + lines("a>=0.{}", 2 * MAX_RIVALS) + "a<9\n"
    assert told(make_repository({"requirements.txt": text}))[-1] == (2 * MAX_RIVALS + 2, "DN202")


@pytest.mark.parametrize(
    ("specs", "rivals"),
    [
        (["==1", "==1", ">=1"], {}),
        (["==1", "==2", "==1"], {2: 1, 3: 2}),
        (["==1", ">=1", "==2", "<2", "==1"], {3: 1, 4: 3, 5: 3}),
        ([">=2", ">=1", "==1", "==2", "==1"], {3: 1, 4: 3, 5: 1}),
    ],
)
def test_the_first_contradicting_line_is_named(
    specs: list[str], rivals: Mapping[int, int], make_repository: MakeRepository
) -> None:
    """A line is held against the earlier ones in their order, also where it says what one of them said."""
    root = make_repository({"requirements.txt": "".join(f"a{spec}\n" for spec in specs)})
    found = {each.line: each.message for each in depnorm.check(root) if each.rule == "DN202"}
    assert found.keys() == rivals.keys()
    assert all(f"at requirements.txt:{rivals[line]}:" in message for line, message in found.items())

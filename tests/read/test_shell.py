"""postBuild and start."""

import subprocess
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from line_coverage import uncovered_lines

from depnorm.model import SpecFile
from depnorm.read.shell import parse_shell
from depnorm.read.shell_words import split_commands


def read(text: str) -> SpecFile:
    return parse_shell(text.encode(), "postBuild")


def references(text: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(str(item.kind), item.target, item.extras) for item in read(text).references]


def installs(text: str) -> list[str]:
    return [option.value for option in read(text).options if option.name == "installs"]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install .", [("self-install", ".", ())]),
        ("pip install ./", [("self-install", ".", ())]),
        ("pip install -e .", [("self-install", ".", ())]),
        ("pip install -e.", [("self-install", ".", ())]),
        ("pip install --editable=.", [("self-install", ".", ())]),
        ("pip install -e '.[test, dev]'", [("self-install", ".", ("test", "dev"))]),
        ("python3 -m pip install --no-deps .", [("self-install", ".", ())]),
        ("/srv/conda/bin/pip3.10 install .", [("self-install", ".", ())]),
        ("${KERNEL_PYTHON_PREFIX}/bin/pip install .", [("self-install", ".", ())]),
        ("A=1 B='2 3' pip install .", [("self-install", ".", ())]),
        ("sudo -E pip install .", [("self-install", ".", ())]),
        ("uv pip install -e .", [("self-install", ".", ())]),
        ("conda run -n notebook pip install .", [("self-install", ".", ())]),
        ("python setup.py develop", [("self-install", ".", ())]),
        ("python sub/setup.py install", [("self-install", "sub", ())]),
        ("poetry install", [("self-install", ".", ())]),
        ("R CMD INSTALL .", [("self-install", ".", ())]),
        ("R -q -e 'devtools::install()'", [("self-install", ".", ())]),
        ("Rscript -e \"remotes::install_local('.')\"", [("self-install", ".", ())]),
        ("jupyter labextension develop . --overwrite", [("self-install", ".", ())]),
        ("pip install ./pkg sub/pkg", [("path", "./pkg", ()), ("path", "sub/pkg", ())]),
        ("pip install -e ./pkg", [("editable", "./pkg", ())]),
        ("pip install wheels/a.whl b.tar.gz", [("archive", "wheels/a.whl", ()), ("archive", "b.tar.gz", ())]),
        ("pip install 'pkg @ file:./pkg'", [("path", "file:./pkg", ())]),
        ("pip install -r a.txt -rb.txt --requirement=c.txt", [("include", f"{name}.txt", ()) for name in "abc"]),
        ("pip install -c a.txt numpy", [("constraint", "a.txt", ())]),
        ("pip install -f wheels numpy", [("find-links", "wheels", ())]),
        ("conda env update -n base -f env.yml", [("include", "env.yml", ())]),
        ("mamba env update --file=env.yml", [("include", "env.yml", ())]),
        ("conda env update", [("include", "environment.yml", ())]),
        ("conda install -y --file spec.txt", [("include", "spec.txt", ())]),
        ("pip install numpy 'scipy>=1' -U --index-url https://example.org/simple", []),
        ("pip install git+https://example.org/x 'p @ https://example.org/p.whl'", []),
        ("pip install -e git+https://example.org/x#egg=x", []),
        ("pip install -r requirements.txt > /dev/null 2>&1", [("include", "requirements.txt", ())]),
        ("pip install numpy > ./log", []),
        ("conda install -f numpy", []),
        ("apt-get install -y vim", []),
        ("npm install", []),
        ("jupyter labextension install @jupyter-widgets/jupyterlab-manager", []),
        ("Rscript -e 'install.packages(\"x\")'", []),
        ("julia -e 'using Pkg; Pkg.instantiate()'", []),
    ],
)
def test_installing_commands(command: str, expected: list[object]) -> None:
    """Each is an Option `installs` with its text, and what it takes from the repository a reference."""
    assert references(command) == expected
    assert installs(command) == [command]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("Rscript binder/extra.R", [("script", "binder/extra.R", ())]),
        ("R -f extra.R", [("script", "extra.R", ())]),
        ("bash ./more.sh", [("script", "./more.sh", ())]),
        ("source binder/env.sh", [("script", "binder/env.sh", ())]),
        ("./more.sh", [("script", "./more.sh", ())]),
        ("python binder/data.py", [("script", "binder/data.py", ())]),
        ("make data", [("script", "Makefile", ())]),
        ("source activate notebook", []),
        ("source /etc/profile", []),
        ("jupyter nbextension enable --py widgetsnbextension", []),
        ("pip list", []),
        ("echo pip install .", []),
        ("python -c 'import x'", []),
        ("git clone https://example.org/x", []),
    ],
)
def test_other_commands(command: str, expected: list[object]) -> None:
    """They are Options `command`; a script they run is a reference."""
    assert references(command) == expected
    assert not installs(command)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("cd sub && pip install .", [("self-install", "sub", ())]),
        ("(cd sub && pip install .)\npip install .", [("self-install", "sub", ()), ("self-install", ".", ())]),
        (
            "cd a\ncd b\npip install -r r.txt\ncd ..\npip install .",
            [("include", "a/b/r.txt", ()), ("self-install", "a", ())],
        ),
        ("cd $HOME\npip install .", [("dynamic", ".", ())]),
        ("cd\npip install .", [("dynamic", ".", ())]),
        ("pip install $PACKAGE", []),
        ("pip install ./$PACKAGE", [("variable", "./$PACKAGE", ())]),
        ('pip install -r "$1"', [("variable", "$1", ())]),
        ("pip install \\\n  -e . \\\n  numpy", [("self-install", ".", ())]),
        ("cat <<EOF\npip install .\nEOF\npip install ./a", [("path", "./a", ())]),
        ("cat <<-'END' > x\n\tpip install .\n\tEND\npip install ./a", [("path", "./a", ())]),
        ("echo 'pip install .\n'; pip install ./a", [("path", "./a", ())]),
        ("# pip install .\ntrue # pip install .", []),
        ("if x; then pip install .; fi", [("self-install", ".", ())]),
        ("for p in a b; do pip install ./a; done", [("path", "./a", ())]),
        (
            "pip install ./a || pip install ./b | tee log & pip install ./c",
            [("path", f"./{name}", ()) for name in "abc"],
        ),
        ("x=$(pip install ./a)", [("path", "./a", ())]),
    ],
)
def test_scripts(script: str, expected: list[object]) -> None:
    """Directories, quotes, comments, here-documents and lists of commands."""
    assert references(script) == expected
    assert not uncovered_lines(script.encode(), read(script))


def test_lines_and_texts() -> None:
    """Each item has the line it begins on and all of its physical lines."""
    found = read("#!/bin/bash\n\nset -e; pip install \\\n    -e .\n")
    assert [(option.name, option.value, option.location.line) for option in found.options] == [
        ("shebang", "/bin/bash", 1),
        ("command", "set -e", 3),
        ("installs", "pip install \\\n    -e .", 3),
    ]
    assert found.references[0].raw == "set -e; pip install \\\n    -e ."


@pytest.mark.parametrize("shebang", ["#!/usr/bin/env python", "#!/usr/bin/python3 -u", "#!/usr/bin/Rscript"])
def test_a_script_for_another_interpreter_is_kept_whole(shebang: str) -> None:
    """Its lines are no shell commands."""
    text = f"{shebang}\npip install .\n"
    found = read(text)
    assert not found.references
    assert found.option("script") is not None
    assert not uncovered_lines(text.encode(), found)


@pytest.mark.parametrize("shebang", ["#!/bin/sh", "#!/usr/bin/env -S bash -l", "#!/bin/bash -ex", "#! /bin/zsh", "#!"])
def test_shells(shebang: str) -> None:
    """Any shell's script is read."""
    assert references(f"{shebang}\npip install .\n") == [("self-install", ".", ())]


def test_carriage_returns_are_a_problem() -> None:
    """The kernel would look for an interpreter named `bash` and a carriage return."""
    found = read("#!/bin/bash\r\npip install .\r\n")
    assert "carriage returns" in found.problems[0].message
    assert found.references


@pytest.mark.parametrize(
    "text",
    ["'" * 99_999, '"\\' * 49_999, "(" * 99_999, "<<a\n" * 24_999, "\\\n" * 49_999, "a;" * 49_999, "cd a;(" * 16_000],
    ids=["quotes", "escapes", "parentheses", "here-documents", "continuations", "commands", "directories"],
)
def test_hostile_scripts_take_bounded_time(text: str) -> None:
    """Seconds would be a denial of service."""
    start = time.perf_counter()
    found = read(text)
    assert time.perf_counter() - start < 5
    assert not uncovered_lines(text.encode(), found)


def test_a_script_beyond_reason_is_kept_whole() -> None:
    """Its installs are unknown, and that is a problem."""
    found = read("true\n" * 50_000)
    assert "longer than" in found.problems[0].message
    assert found.option("script") is not None


WORDS = st.text(alphabet="ab.-/=' \"", min_size=1, max_size=8).filter(lambda text: text.strip())


@given(st.lists(WORDS, min_size=1, max_size=4))
def test_words_are_those_of_bash(words: list[str]) -> None:
    """A command of quoted and plain words has the words that bash gives it."""
    script = "printf '%s\\0' " + " ".join(words)
    run = subprocess.run(["bash", "-c", script], capture_output=True, check=False)
    if run.returncode or run.stderr:
        return
    commands = list(split_commands(script))
    assert len(commands) == 1
    expected = run.stdout.decode().split("\0")[:-1]
    assert [*commands[0].words[2:]] == (expected if commands[0].words[2:] else [])


@given(st.binary(max_size=300) | st.text(alphabet="pip install.;&|()'\"\\\n<E $#`", max_size=80).map(str.encode))
def test_any_bytes_are_read(data: bytes) -> None:
    """Nothing raises and nothing is lost."""
    assert not uncovered_lines(data, parse_shell(data, "postBuild"))

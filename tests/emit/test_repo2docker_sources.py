"""Where early commands of repo2docker's scripts take packages from, in the eyes of pip itself: as the user's own."""

import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pip._internal.cli.main_parser import parse_command
from pip._internal.commands.install import InstallCommand

import depnorm

MakeRepository = Callable[[Mapping[str, str]], Path]
A, B, E = "https://a.example.org/simple", "https://b.example.org/simple", "https://e.example.org/simple"


def sources(arguments: list[str]) -> tuple[list[str], list[str], bool, bool]:
    """Indexes, places of links, prereleases and preference that `pip install` ends up with in the working directory."""
    name, words = parse_command(["install", *arguments])
    command = InstallCommand(name, "")
    with command.main_context():
        options, rest = command.parse_args(words)
        session = command.get_default_session(options)
        finder = command._build_package_finder(options, session)  # noqa: SLF001  where pip puts the two together
        command.get_requirements(rest, options, finder, session)
        scope = finder.search_scope
        return scope.index_urls, scope.find_links, scope.no_index, finder.prefer_binary


@pytest.mark.parametrize(
    ("lines", "included"),
    [
        ("-r base.txt\n--index-url {a}\n", "--index-url {b}\nidna\n"),
        ("--index-url {a}\n-r base.txt\n", "--index-url {b}\nidna\n"),
        ("-c base.txt\n--index-url {a}\n", "--index-url {b}\nidna==3\n"),
        ("-r base.txt\n--index-url {a}\n", "--extra-index-url {e}\nidna\n"),
        ("--extra-index-url {e}\n--index-url {a}\n", ""),
        ("--index-url {a}\n--extra-index-url {e}\n", ""),
        ("--no-index\n--index-url {a}\n", ""),
        ("--prefer-binary\n--pre\n", ""),
        ("-r base.txt\n", "--find-links {e}\nidna\n"),
    ],
)
def test_an_early_command_takes_packages_from_where_the_users_own_does(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, lines: str, included: str
) -> None:
    """Options of files in the order of their lines, each as the last one says, also where a line waits."""
    root = make_repository(
        {
            "requirements.txt": f"{lines}six\n-e .\n".format(a=A, b=B, e=E),
            "base.txt": included.format(a=A, b=B, e=E),
            "setup.py": "from setuptools import setup\nsetup(name='own')\n",
        }
    )
    plan = depnorm.plan(root, max_layers=0)
    first = [*plan.to_repo2docker_scripts("build"), *plan.to_repo2docker_scripts("preassemble")][0]
    found = re.search(r"bin/pip install (.*?)(?: && |$)", " ".join(first.text.replace("\\\n", " ").split()))
    assert found
    monkeypatch.chdir(root)
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    assert sources(shlex.split(found[1])) == sources(["-r", "requirements.txt"])

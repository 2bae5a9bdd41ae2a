"""What every reference needs: the scope, through includes and cycles."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from pip._internal.utils.misc import is_installable_dir

import depnorm

MakeRepository = Callable[[Mapping[str, str]], Path]
Found = dict[tuple[str, int], tuple[str, str | None, str]]


def references(root: Path) -> Found:
    return {
        (file.path, each.location.line): (each.kind.value, each.resolved, each.scope.value)
        for file in depnorm.inspect(root)
        for each in file.references
    }


def rules(root: Path) -> set[tuple[str, str, int]]:
    return {(each.rule, each.path, each.line) for each in depnorm.check(root)}


def test_scope_of_an_include_is_the_worst_below_it(make_repository: MakeRepository) -> None:
    """A file that pulls in `-e .` needs the repository, however deep; one that pulls in pins needs files."""
    root = make_repository(
        {
            "requirements.txt": "-r plain.txt\n-r deep/a.txt\n",
            "plain.txt": "attrs==24.1\n",
            "deep/a.txt": "-r b.txt\n",
            "deep/b.txt": "-e .\nidna\n",
            "setup.py": "",
        }
    )
    found = references(root)
    assert found["requirements.txt", 1] == ("include", "plain.txt", "files")
    assert found["requirements.txt", 2] == ("include", "deep/a.txt", "repository")
    assert found["deep/a.txt", 1] == ("include", "deep/b.txt", "repository")
    assert found["deep/b.txt", 1] == ("editable", ".", "repository")


def test_includes_are_relative_to_their_file_and_paths_to_the_root(make_repository: MakeRepository) -> None:
    """pip: `-r` and `-c` begin at the file that holds them, local paths at the working directory."""
    root = make_repository(
        {
            "binder/requirements.txt": "-r more/x.txt\n-c ../limits.txt\n./pkg\n",
            "binder/more/x.txt": "idna\n",
            "limits.txt": "idna<4\n",
            "pkg/pyproject.toml": "",
        }
    )
    found = references(root)
    assert found["binder/requirements.txt", 1][1] == "binder/more/x.txt"
    assert found["binder/requirements.txt", 2] == ("constraint", "limits.txt", "files")
    assert found["binder/requirements.txt", 3] == ("path", "pkg", "repository")


def test_conda_runs_pip_beside_the_file(make_repository: MakeRepository) -> None:
    """Paths of a pip section begin at the directory of environment.yml (conda/env/installers/pip.py)."""
    root = make_repository(
        {"binder/environment.yml": "dependencies:\n  - pip\n  - pip:\n    - -e ..\n    - ./here\n", "setup.py": ""}
    )
    found = references(root)
    assert found["binder/environment.yml", 4] == ("editable", ".", "repository")
    assert found["binder/environment.yml", 5][1] == "binder/here"


@pytest.mark.parametrize(
    ("line", "scope"),
    [
        ("-r ../other.txt", "outside"),
        ("-e /srv/pkg", "outside"),
        ("--find-links ~/wheels", "outside"),
        ("-r https://example.org/r.txt", "remote"),
        ("pkg-${TOKEN}", "unknown"),
        ("-f wheels", "files"),
        ("-f .", "repository"),
        ("./a.tar.gz", "files"),
    ],
)
def test_scope_of_a_line(make_repository: MakeRepository, line: str, scope: str) -> None:
    """Each kind of target has its scope."""
    root = make_repository({"requirements.txt": line + "\n", "wheels/x.whl": "", "a.tar.gz": ""})
    scopes = {each[2] for each in references(root).values()}
    assert scope in scopes


def test_cycles_end_and_are_told(make_repository: MakeRepository) -> None:
    """Files that pull each other in are read once each; both includes are findings, as pip refuses them."""
    root = make_repository({"requirements.txt": "-r a.txt\nidna\n", "a.txt": "-r requirements.txt\nattrs\n"})
    assert {("DN111", "requirements.txt", 1), ("DN111", "a.txt", 1)} & rules(root)
    assert {file.path for file in depnorm.inspect(root)} == {"requirements.txt", "a.txt"}


def test_nothing_outside_is_read(make_repository: MakeRepository) -> None:
    """Neither `..` nor a link leads out of the repository."""
    root = make_repository({"requirements.txt": "-r ../secret.txt\n-r link.txt\n"})
    (root.parent / "secret.txt").write_text("stolen==1\n", encoding="utf-8")
    (root / "link.txt").symlink_to(root.parent / "secret.txt")
    assert {file.path for file in depnorm.inspect(root)} == {"requirements.txt"}
    assert {("DN109", "requirements.txt", 1), ("DN109", "requirements.txt", 2)} <= rules(root)


def test_a_target_that_copy_cannot_bring_is_told(make_repository: MakeRepository) -> None:
    """Missing, hidden by .dockerignore, reached through a link: each is a finding of its own."""
    root = make_repository(
        {
            "requirements.txt": "-r missing.txt\n-r hidden.txt\n-r link.txt\n",
            ".dockerignore": "hid*\n",
            "hidden.txt": "idna\n",
            "real.txt": "attrs\n",
        }
    )
    (root / "link.txt").symlink_to("real.txt")
    assert {
        ("DN110", "requirements.txt", 1),
        ("DN112", "requirements.txt", 2),
        ("DN112", "requirements.txt", 3),
    } <= rules(root)


@pytest.mark.parametrize("path", ["setup.py", "setup.cfg", "pyproject.toml", "x.py", None])
@pytest.mark.parametrize("line", [".", "-e .", "./sub", "-e sub", "-e sub/.."])
def test_a_directory_that_pip_cannot_install_is_told(
    make_repository: MakeRepository, line: str, path: str | None
) -> None:
    """As pip decides it; an empty directory may be a submodule that is not checked out."""
    root = make_repository({"requirements.txt": f"{line}\n", "sub/README": ""})
    directory = root / "sub" if line.endswith("sub") else root
    if path:
        (directory / path).touch()
    accepted = bool(is_installable_dir(str(directory)))
    assert (("DN110", "requirements.txt", 1) in rules(root)) is not accepted
    (root / "sub" / "README").unlink()
    if directory.name == "sub" and path is None:
        assert rules(root) == {("DN102", "requirements.txt", 1)}


def test_an_environment_that_installs_no_project_is_told(make_repository: MakeRepository) -> None:
    """Pip stops there as well, in the middle of what conda does."""
    root = make_repository({"environment.yml": "dependencies:\n- pip:\n  - -e .\n"})
    assert ("DN110", "environment.yml", 3) in rules(root)


def test_a_command_that_stands_among_requirements_is_told(make_repository: MakeRepository) -> None:
    """Pip looks for a file of that name: what stands before the colon is no scheme of a URL."""
    root = make_repository({"requirements.txt": "six\nRUN curl https://example.org/install.sh | sh\n"})
    assert rules(root) == {("DN110", "requirements.txt", 2)}


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "-e file:./mono#subdirectory=pkg&egg=pkg\n"},
        {"requirements.txt": "pkg @ file:./mono#subdirectory=pkg\n"},
        {"requirements.txt": 'pkg @ file:./mono ; python_version<"3"\n'},
        {"requirements.txt": "-c c.txt\n", "c.txt": "pkg @ file:./mono\n"},
        {"postBuild": "cd mono\npip install -r x.txt\n", "mono/x.txt": "-e .\n", "mono/setup.py": ""},
        {"postBuild": "echo > setup.py\npip install -e .\n"},
    ],
)
def test_what_pip_may_install_is_not_told(make_repository: MakeRepository, files: Mapping[str, str]) -> None:
    """A directory below, a marker that fails, a limit of what nobody asks for, and what a script comes to."""
    root = make_repository({"mono/README": "", "mono/pkg/setup.py": "", **files})
    assert "DN110" not in {rule for rule, _, _ in rules(root)}


def test_a_file_alone_does_not_tell_where_pip_runs(make_repository: MakeRepository) -> None:
    """`-e .` in requirements/dev.txt is the root's project."""
    root = make_repository({"requirements/dev.txt": "-e .\n", "setup.py": ""})
    assert rules(root / "requirements" / "dev.txt") == {("DN101", "dev.txt", 1)}

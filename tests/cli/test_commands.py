"""What commands print, run in this process."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from depnorm import cli
from depnorm.analyze.rules import FAMILIES, RULES
from depnorm.analyze.selection import Selection
from depnorm.cli.app import COMMANDS
from depnorm.library.plans import unreadable
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

Run = Callable[..., str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command's standard output; its exit code must be the given one."""

    def call(*args: str | Path, code: int = 0) -> str:
        actual = cli.run([str(arg) for arg in args])
        output = capsys.readouterr()
        assert actual == code, output.err
        return output.out

    return call


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository that installs itself, beside a working directory that is its parent."""
    root = tmp_path / "sub" / "repo"
    root.mkdir(parents=True)
    (root / "requirements.txt").write_text("numpy\n-e .\n")
    (root / "setup.py").write_text("from setuptools import setup\nsetup(name='x')\n")
    monkeypatch.chdir(tmp_path)
    return root


def findings(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["findings"]
    return [finding for finding in found if finding["rule"] == "DN101"]


def test_check_text_is_the_form_of_compilers(run: Run, repo: Path) -> None:
    """path:line: code message, and a hint below; the path is one that the user can open."""
    assert "sub/repo/requirements.txt:2: DN101 " in run("check", "sub/repo", code=1)
    assert "sub/repo/requirements.txt:2: DN101 " in run("check", repo, code=1)


def test_check_here_by_default(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a path, the working directory, and paths start at it."""
    monkeypatch.chdir(repo)
    assert "\nrequirements.txt:2: DN101 " in "\n" + run("check", "--select", "DN101", code=1)


def test_check_json_paths_are_relative_to_the_repository(run: Run, repo: Path) -> None:
    """As in every other JSON document."""
    assert [finding["path"] for finding in findings(run("check", repo, "--format", "json", code=1))] == [
        "requirements.txt"
    ]


def test_check_several(run: Run, repo: Path) -> None:
    """Findings of several repositories tell which one."""
    other = repo.parent / "other"
    other.mkdir()
    (other / "requirements.txt").write_text("-e .\n")
    (other / "setup.py").touch()
    text = run("check", "sub/repo", "sub/other", "--format", "json", code=1)
    assert [finding["path"] for finding in findings(text)] == [
        "sub/repo/requirements.txt", "sub/other/requirements.txt",
    ]  # fmt: skip


def test_check_a_file_names_it_as_given(run: Run, repo: Path) -> None:
    """A path given by the user comes back as the user wrote it."""
    assert (repo / "requirements.txt").is_file()
    text = run("check", "sub/repo/requirements.txt", "--format", "json", code=1)
    assert [finding["path"] for finding in findings(text)] == ["sub/repo/requirements.txt"]


def test_inspect_paths(run: Run, repo: Path) -> None:
    """Relative to the repository; as given for a file; with the repository where there are several."""

    def paths(*args: str | Path) -> list[str]:
        return [file["path"] for file in json.loads(run("inspect", *args, "--format", "json"))["files"]]

    assert "requirements.txt" in paths(repo)
    assert paths("sub/repo/requirements.txt")[0] == "sub/repo/requirements.txt"
    assert paths(repo / "requirements.txt")[0] == str(repo / "requirements.txt")
    assert {"sub/repo/requirements.txt"} <= set(paths("sub/repo", "sub/repo/setup.py"))


def test_check_for_services_starts_at_the_working_directory(run: Run, repo: Path) -> None:
    """Annotations are attached to files of the checkout, wherever the checked repository lies in it."""
    assert "file=sub/repo/requirements.txt,line=2::" in run("check", repo, "--format", "github", code=1)
    assert '"uri": "sub/repo/requirements.txt"' in run("check", repo, "--format", "sarif", code=1)


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], {"DN101", "DN102", "DN203", "DN401"}),
        (["DN1"], [], {"DN101", "DN102"}),
        (["DN1,DN203"], [], {"DN101", "DN102", "DN203"}),
        (["DN1", "dn203"], [], {"DN101", "DN102", "DN203"}),
        ([" DN101 , "], [], {"DN101"}),
        ([], ["DN1"], {"DN203", "DN401"}),
        (["DN1"], ["DN101"], {"DN102"}),
        (["DN101"], ["DN1"], {"DN101"}),
        (["DN"], ["DN10", "DN4"], {"DN203"}),
        (["DN101"], ["DN101"], set()),
        (["installs-repository", "Dn4"], [], {"DN101", "DN401"}),
    ],
)
def test_selection(select: list[str], ignore: list[str], expected: set[str]) -> None:
    """Codes, beginnings of codes, or names; the longer one wins, and ignoring wins between equals."""
    selection = Selection.parse(select, ignore, {code: rule.name for code, rule in RULES.items()})
    assert {rule for rule in ("DN101", "DN102", "DN203", "DN401") if rule in selection} == expected


@pytest.mark.parametrize(
    ("args", "name"),
    [
        (["plan", "{repo}"], SchemaName.PLAN),
        (["inspect", "{repo}"], SchemaName.INSPECT),
        (["dockerfile", "{repo}"], SchemaName.DOCKERFILE),
        (["check", "{repo}", "--fail-on", "error"], SchemaName.CHECK),
        (["diff", "{repo}", "{repo}"], SchemaName.DIFF),
        (["explain"], SchemaName.EXPLAIN),
        (["explain", "DN401"], SchemaName.EXPLAIN),
        (["catalog", "list"], SchemaName.CATALOG_LIST),
        (["catalog", "show"], SchemaName.CATALOG),
    ],
)
def test_json_fits_the_schema_that_is_printed(run: Run, repo: Path, args: list[str], name: SchemaName) -> None:
    """Each command's JSON is valid by `depnorm schema NAME`."""
    document = json.loads(run(*(arg.format(repo=repo) for arg in args), "--format", "json"))
    printed = json.loads(run("schema", name.value))
    assert printed == json_schema(name)
    jsonschema.Draft202012Validator(printed).validate(document)


def test_dockerfile_json_is_the_dockerfile(run: Run, repo: Path) -> None:
    """The same text, in a document."""
    assert json.loads(run("dockerfile", repo, "--format", "json"))["dockerfile"] == run("dockerfile", repo)


def test_plan_and_dockerfile_take_the_same_options(run: Run) -> None:
    """What can be planned can be built."""

    def options(command: str) -> set[str]:
        words = run(command, "--help").split()
        return {word for word in words if word.startswith("--")} - {"--format", "--output"}

    assert options("plan") == options("dockerfile")
    assert {
        "--lock", "--offline", "--as-of", "--layers", "--layers-from", "--max-layers", "--catalog", "--base-image",
        "--python", "--fallback",
        "--all-specs", "--subdir", "--repo-dir", "--user-id",
    } <= options("plan")  # fmt: skip


GROUPS = {
    "catalog": ["list", "show", "refresh", "mine", "bake"],
    "corpus": ["facts", "rebuilds", "mine", "score", "assign", "report"],
}
EVERY_COMMAND = [
    *([name] for name in COMMANDS if name not in GROUPS),
    *([group, name] for group, names in GROUPS.items() for name in names),
]


@pytest.mark.parametrize("group", ["", *GROUPS])
def test_help_of_a_group_has_examples(run: Run, group: str) -> None:
    """Of all commands, and of those of a corpus or a catalog."""
    assert f"Examples:\n    {f'depnorm {group}'.strip()} " in run(*group.split(), "--help")


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_help_has_examples(run: Run, command: list[str]) -> None:
    """A newcomer copies a line first: each is a command that there is, with options that it has."""
    shown = run(*command, "--help")
    examples = shown.partition("Examples:\n")[2].splitlines()
    assert any(f"depnorm {' '.join(command)}" in line for line in examples)
    for line in examples:
        for options in re.findall(rf"depnorm {' '.join(command)}\\b([^|>)]*)", line):
            assert set(re.findall(r"(?<!\S)--[a-z-]+", options)) <= set(
                re.findall(r"--[a-z-]+", shown.partition("Examples:")[0])
            )


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=" ".join)
def test_every_command_can_be_quiet_and_verbose(run: Run, command: list[str]) -> None:
    """The same two options everywhere."""
    shown = run(*command, "--help")
    assert "-q, --quiet" in shown
    assert "-v, --verbose" in shown


def test_the_commands_stand_in_the_order_of_the_readme(run: Run) -> None:
    """Who reads one finds the same in the other."""
    table = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| `depnorm (\w+)", table, re.MULTILINE)
    shown = re.findall(r"^  (\w+)  ", run("--help").partition("Commands:")[2], re.MULTILINE)
    assert list(dict.fromkeys(documented)) == [name for name in shown if name in documented] == shown


def test_explain_lists_every_rule(run: Run) -> None:
    """By family, one line each, code and severity first, on a terminal of 80 columns."""
    lines = run("explain").splitlines()
    assert [line.split()[:2] for line in lines if line.startswith("  DN")] == [
        [rule.code, rule.severity.value] for rule in RULES.values()
    ]
    assert [line for line in lines if line.startswith("DN")] == [
        f"{code}xx  {title}" for code, title in FAMILIES.items()
    ]
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("asked", ["DN101", "dn101", "installs-repository"])
def test_explain_finds_a_rule(run: Run, asked: str) -> None:
    """By code or by name."""
    assert run("explain", asked).startswith("DN101 installs-repository (warning)\n\n")


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["DN4"], ["DN401", "DN402", "DN403"]),
        (["lock", "file"], ["DN007", "DN205", "DN303"]),
        (["Pipfile"], ["DN007"]),
        (["credential"], ["DN401"]),
        (["--trusted-host"], ["DN403"]),
    ],
)
def test_explain_finds_rules_by_words(run: Run, words: list[str], codes: list[str]) -> None:
    """Families, and words of pages; what one page alone has shows that page."""
    shown = run("explain", "--", *words)
    assert re.findall(r"^ *(DN\d{3})\b", shown.partition("See also")[0], re.MULTILINE) == codes
    found = json.loads(run("explain", "--format", "json", "--", *words))["rules"]
    assert [rule["rule"] for rule in found] == codes


@pytest.mark.parametrize("code", RULES)
def test_explain_shows_the_page(run: Run, code: str) -> None:
    """Samples of credentials on a page are shown as they are written there; related rules come last."""
    shown, also, related = run("explain", code).partition("\nSee also\n")
    assert shown.endswith(RULES[code].page)
    assert also
    assert [line.split()[0] for line in related.splitlines()] == list(RULES[code].related)
    assert max(map(len, run("explain", code).splitlines())) <= 80


def test_version(run: Run) -> None:
    """The version that is installed."""
    assert run("--version").startswith("depnorm 0.")


def test_options_reach_the_plan(run: Run, repo: Path) -> None:
    """Numbers, choices, names and switches arrive as what they are."""
    options = (
        "--offline", "--max-layers", "1", "--python", "3.12", "--user-id", "1234", "--fallback", "always",
        "--base-image", "docker.io/library/debian:12", "--layers", "link", "--all-specs", "--catalog", "default",
        "--repo-dir", "/srv/repo", "--subdir", "repo",
    )  # fmt: skip
    plan = json.loads(run("plan", repo.parent, *options, "--format", "json"))
    assert (plan["target"]["python"], plan["target"]["uid"]) == ("3.12", 1234)
    assert plan["target"]["base_image"] == "docker.io/library/debian:12"
    assert len([stage for stage in plan["stages"] if stage["kind"] == "shared"]) <= 1
    dockerfile = run("dockerfile", repo.parent, *options)
    assert "/srv/repo" in dockerfile
    assert "COPY --link" in dockerfile


def test_the_next_step_makes_the_dockerfile_of_this_plan(run: Run, repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan for people ends with a command that works as it stands, with the options of the plan."""
    shown = run("plan", repo, "--python", "3.12", "--max-layers", "1", "--all-specs").splitlines()[-1]
    assert shown == f"Next: depnorm dockerfile {repo} --max-layers 1 --python 3.12 --all-specs -o Dockerfile"
    monkeypatch.chdir(repo.parent)
    run(*shlex.split(shown)[2:])
    assert (repo.parent / "Dockerfile").read_text() == run("dockerfile", repo, "--python", "3.12", "--max-layers", "1")


def test_a_repository_with_its_own_dockerfile_has_no_next_step(run: Run, tmp_path: Path) -> None:
    """What depnorm does not build it does not offer to build."""
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    told = " ".join(run("plan", tmp_path, code=1).split())
    assert "Next:" not in told
    assert "no stages for this repository: for Dockerfile it is built with docker. --all-specs plans" in told
    assert json.loads(run("plan", tmp_path, "--format", "json", code=1))["stages"] == []


def test_without_a_spec_file_the_next_step_is_to_write_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A plan of the base image alone is one; it says what was looked for, and the Dockerfile comes with a word."""
    assert cli.run(["plan", str(tmp_path)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "no spec file is in the root" in shown
    assert "looked for requirements.txt" in shown
    assert "For this repository alone: nothing." in shown
    assert shown.endswith("Next: say in a spec file what the image needs, and plan again.")
    assert cli.run(["dockerfile", str(tmp_path)]) == 0
    output = capsys.readouterr()
    assert output.out.startswith("# depnorm")
    assert "no spec file was found" in output.err


def test_the_next_step_does_not_hide_errors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A build that will fail is not offered as if all were well."""
    for directory in ("binder", ".binder"):
        (tmp_path / directory).mkdir()
    (tmp_path / "binder" / "requirements.txt").write_text("six\n")
    assert cli.run(["plan", str(tmp_path)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("Next: mend what is an error (1 finding above), then depnorm dockerfile ")
    assert cli.run(["dockerfile", str(tmp_path)]) == 0
    assert "1 finding of severity error, so the build may fail" in capsys.readouterr().err


def test_a_plan_goes_to_a_file(run: Run, repo: Path, tmp_path: Path) -> None:
    """`-o`, as of a Dockerfile: nothing is printed; the page is named after the repository."""
    place = tmp_path / "plan"
    assert run("plan", repo, "-o", place) == ""
    assert "\nNext: depnorm dockerfile " in place.read_text(encoding="utf-8")
    assert run("plan", repo, "--format", "html", "-o", place) == ""
    assert "<title>Plan of repo, for Python 3" in place.read_text(encoding="utf-8")
    assert run("plan", repo, "--format", "json", "-o", place) == ""
    assert json.loads(place.read_text(encoding="utf-8"))["schema"] == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--format", "pdf"], "'--format': 'pdf' is not one of 'text', 'json', 'markdown', 'html'."),
        (["--max-layers", "few"], "'--max-layers': it should be a valid integer\n"),
        (["--user-id", "-3"], "'--user-id': it should be greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_told_plainly(
    repo: Path, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    """Without the words of the library that converts values."""
    assert cli.run(["plan", str(repo), *options]) == 2
    assert f"Invalid value for {told}" in capsys.readouterr().err


def test_a_dockerfile_by_hand_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One that depnorm wrote is, and an empty file."""
    (tmp_path / "requirements.txt").write_text("six\n")
    output = tmp_path / "Dockerfile"
    output.write_text("FROM scratch\n")
    command = ["dockerfile", str(tmp_path), "--all-specs", "-o", str(output)]
    assert cli.run(command) == 2
    assert "was not written by depnorm, so it is not overwritten" in capsys.readouterr().err
    assert output.read_text() == "FROM scratch\n"
    output.write_text('{"name": "mine"}\n')
    assert cli.run([*command, "--format", "json"]) == 2
    output.write_text("")
    assert [cli.run(command), *(cli.run([*command, "--format", "json"]) for _ in "12"), cli.run(command)] == [0] * 4
    assert cli.run(["dockerfile", str(tmp_path), "-o", "/dev/null"]) == 0


def test_an_empty_lock_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a lock all the same, as the image is one."""
    assert cli.run(["lock", str(tmp_path)]) == 0
    output = capsys.readouterr()
    assert "packages = []" in output.out
    assert "no package is installed here, so the lock is empty" in output.err


def test_lock_lists_what_changes_a_lock(run: Run, repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Options about images are taken, so that the same do for all commands, and not listed."""
    listed = {word for word in run("lock", "--help").split() if word.startswith("--")}
    assert {"--as-of", "--python", "--all-specs", "--subdir", "--allow-builds"} <= listed
    assert not {"--lock", "--layers", "--max-layers", "--slim", "--repo-dir", "--fallback", "--installer"} & listed
    assert cli.run(["lock", str(repo), "--max-layers", "4", "--slim", "--offline"]) == 2
    assert "--offline forbids it" in capsys.readouterr().err


def test_the_catalogs_date_is_accepted(run: Run, repo: Path) -> None:
    """`--as-of` states a date; the catalog's own is the one there is."""
    date = json.loads(run("catalog", "list", "--format", "json"))["catalogs"][0]["as_of"]
    assert json.loads(run("plan", repo, "--as-of", date, "--format", "json"))["as_of"] == date


# What depnorm has for repositories with more in them, and what typer brings only for help or for odd values.
FOR_OTHERS = {"pydantic", "networkx", "rattler", "ruamel", "jinja2", "pip_requirements_parser", "optparse", "tempfile"}
OWN_FOR_OTHERS = {
    *(f"depnorm.cli.{name}" for name in ("catalog", "explain", "inspect", "schema")),
    *(
        f"depnorm.read.{name}"
        for name in ("choice_all", "conda", "dockerignore", "r", "requirement_unusual", "runtime")
    ),
    *("depnorm.read.requirement_unusual", "depnorm.share.refresh", "depnorm.resolve"),
}


@pytest.mark.parametrize(
    ("command", "requirements", "unneeded"),
    [
        (["plan"], "numpy\nscipy\n", {"packaging", "logging", "json", "depnorm.cli.check", "depnorm.analyze.rules"}),
        (["plan"], "numpy\nscipy>=1.10\n", {"json", "depnorm.analyze.rules"}),
        (["plan", "--format", "json"], "numpy\nscipy\n", {"packaging", "logging", "rich"}),
        (["dockerfile"], "numpy\nscipy\n", {"packaging", "logging", "rich"}),
        (["check", "--fail-on", "error"], "numpy\nscipy\n", {"packaging", "logging", "depnorm.cli.plan"}),
    ],
)
def test_a_plain_repository_needs_few_modules(
    command: list[str], requirements: str, unneeded: set[str], tmp_path: Path
) -> None:
    """Loading modules is nearly all the time of a plan: what a plain requirements file does without is not imported."""
    (tmp_path / "requirements.txt").write_text(requirements)
    code = (
        "import sys; from depnorm.cli import run; code = run(sys.argv[1:]); print(code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, command[0], str(tmp_path), *command[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    code_and_modules = done.stderr.split()
    assert code_and_modules[0] == "0"
    assert not (FOR_OTHERS | OWN_FOR_OTHERS | unneeded) & set(code_and_modules)


def test_every_command_is_listed(run: Run) -> None:
    """Commands load only when they run; the help and the mistyped name know all of them."""
    listed = run("--help")
    assert all(re.search(rf"^  {name} ", listed, re.MULTILINE) for name in COMMANDS)
    assert [name for name in COMMANDS if "Usage: " not in run(name, "--help")] == []


@pytest.mark.parametrize(
    ("given", "told"),
    [("2026-1-31", "is not a date"), ("tomorrow", "is not a date"), ("2999-01-01", "is in the future")],
)
def test_a_date_that_fixes_nothing_is_refused(
    repo: Path, capsys: pytest.CaptureFixture[str], given: str, told: str
) -> None:
    """--as-of takes a day in ISO form that has been."""
    assert cli.run(["plan", str(repo), "--as-of", given]) == 2
    assert f"--as-of {given}: {told}" in capsys.readouterr().err


def test_a_line_that_no_lock_can_hold_is_told(repo: Path) -> None:
    """With its place and what to write; `depnorm lock` says it beside what it locked."""
    (repo / "requirements.txt").write_text("numpy=1.26.4\nsix\npip install seaborn\n", encoding="utf-8")
    found = unreadable(repo)
    assert [(each.rule, each.path, each.line) for each in found] == [
        ("DN301", "requirements.txt", 1),
        ("DN301", "requirements.txt", 3),
    ]
    assert all(each.hint for each in found)


def test_several_rules_are_explained(run: Run) -> None:
    """Codes one after another are what they say, not words to look for."""
    shown = run("explain", "DN101", "DN103")
    assert ("DN101" in shown, "DN103" in shown, "DN102" in shown) == (True, True, False)


def test_an_old_python_has_no_next_command(run: Run, tmp_path: Path) -> None:
    """A plan does not recommend what will be refused."""
    (tmp_path / "requirements.txt").write_text("idna\n", encoding="utf-8")
    (tmp_path / "runtime.txt").write_text("python-3.6\n", encoding="utf-8")
    shown = run("plan", tmp_path)
    assert "Next: name a later Python than 3.6, and plan again." in shown
    assert "Next: depnorm dockerfile" not in shown

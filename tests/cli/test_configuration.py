"""Configuration: where it is read from, what it may say, and what comes before it."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

import depnorm
from depnorm import cli
from depnorm.errors import UsageError
from depnorm.library.config import Config, find_config, load_config
from depnorm.library.config_values import KEYS
from depnorm.report.documents import Configuration
from depnorm.report.formats import SchemaName
from depnorm.report.schema import json_schema

Run = Callable[..., tuple[int, str, str]]
WHOLE = """\
select = ["DN1", "DN3", "own-index"]
ignore = ["DN104"]
fail-on = "error"
baseline = "known.json"
inline-ignores = false
base-image = "debian:12"
python = "3.12.4"
catalog = "default"
layers = "link"
layers-from = "layers.json"
max-layers = 4
fallback = "always"
all-specs = true
slim = true
repo-dir = "/srv/repo"
user-id = 1234

[per-file-ignores]
"requirements-dev.txt" = ["DN011"]
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*args: str | Path) -> tuple[int, str, str]:
        code = cli.run([str(arg) for arg in args])
        output = capsys.readouterr()
        return code, output.out, output.err

    return call


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in a git repository, whose requirements have an error and a remark."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "requirements.txt").write_text("-r missing.txt\n-r base.txt\n", encoding="utf-8")
    (tmp_path / "base.txt").write_text("six\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def rules(text: str) -> list[str]:
    return [each["rule"] for each in json.loads(text)["findings"]]


def test_every_key(tmp_path: Path) -> None:
    """What a file says, with paths relative to it; and the options of a plan as the library takes them."""
    (tmp_path / "depnorm.toml").write_text(WHOLE, encoding="utf-8")
    config = load_config(tmp_path / "depnorm.toml")
    assert (config.select, config.ignore) == (("DN1", "DN3", "DN203"), ("DN104",))
    assert (config.fail_on, config.inline_ignores, config.baseline) == ("error", False, tmp_path / "known.json")
    assert config.ignored_in(tmp_path / "sub" / "requirements-dev.txt") == ("DN011",)
    assert config.ignored_in(tmp_path.parent / "requirements-dev.txt") == ()
    assert config.plan_options() == {
        "base_image": "debian:12", "python": "3.12.4", "catalog": "default", "layers": "link",
        "layers_from": str(tmp_path / "layers.json"), "max_layers": 4, "fallback": "always", "all_specs": True,
        "slim": True, "repo_dir": "/srv/repo", "user_id": 1234,
    }  # fmt: skip
    assert set(tomllib.loads(WHOLE)) == {name.replace("_", "-") for name in KEYS}


def test_the_library_reads_none_by_itself(here: Path) -> None:
    """A plan and a check depend on what they are given."""
    (here / "depnorm.toml").write_text('ignore = ["DN1"]\nbase-image = "debian:12"\n', encoding="utf-8")
    assert {each.rule for each in depnorm.check(here)} == {"DN104", "DN110"}
    assert depnorm.plan(here).target.base_image != "debian:12"
    assert depnorm.plan(here, **depnorm.load_config("depnorm.toml").plan_options()).target.base_image == "debian:12"


def test_the_schema_says_the_same(tmp_path: Path) -> None:
    """`depnorm schema config` has the keys that are read, no other, and accepts what is accepted."""
    validator = jsonschema.Draft202012Validator(json_schema(SchemaName.CONFIG))
    validator.validate(tomllib.loads(WHOLE))
    assert set(Configuration.__struct_fields__) == set(KEYS)
    for text in ("selct = []", "max-layers = 100", 'layers = "lnk"', "slim = 1", 'select = "DN1"'):
        assert list(validator.iter_errors(tomllib.loads(text))), text
        (tmp_path / "depnorm.toml").write_text(text, encoding="utf-8")
        with pytest.raises(UsageError):
            load_config(tmp_path / "depnorm.toml")


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ('\nselct = ["DN1"]', "depnorm.toml:2: there is no key 'selct'", "Did you mean select?"),
        ("max_layers = 3", "depnorm.toml:1: there is no key 'max_layers'", "Did you mean max-layers?"),
        ("zzz = 3", "there is no key 'zzz'", "Known are select, "),
        ('select = ["DN998"]', "depnorm.toml:1: select: DN998: there is no such rule", "Did you mean DN"),
        ('ignore = ["instals-repository"]', "ignore: instals-repository", "Did you mean installs-repository?"),
        ('select = "DN1"', "select: expected a list of rules, found a text", '["DN101", "DN2"]'),
        ("select = [1]", "select: expected a list of rules", "DN101"),
        ('fail-on = "eror"', "fail-on: 'eror' is not one of error, warning, info", "Did you mean error?"),
        ('layers = "lnk"', "layers: 'lnk' is not one of chain, link", "Did you mean link?"),
        ('max-layers = "many"', "max-layers: expected a whole number, found a text", ""),
        ("max-layers = 100", "depnorm.toml:1: max-layers '100'", ""),
        ("max-layers = true", "max-layers: expected a whole number, found true or false", ""),
        ("slim = 1", "slim: expected true or false, found a number", ""),
        ('python = "3"', "depnorm.toml:1: python '3': expected X.Y", "Write a version"),
        ('base-image = "a b"', "depnorm.toml:1: base-image 'a b'", ""),
        ('baseline = ""', "baseline: expected a text, found nothing", ""),
        ('catalog = "defalt"', "catalog: there is no catalog 'defalt'", "Did you mean default?"),
        ('per-file-ignores = ["DN1"]', "per-file-ignores: expected a table", "[per-file-ignores]"),
        ('[per-file-ignores]\n"a" = ["DN998"]', "depnorm.toml:2: per-file-ignores: DN998", "Did you mean"),
        ("baseline = 2026-01-01", "baseline: expected a text, found a date or time", ""),
        ("select = [", "depnorm.toml:1: cannot be read as TOML", "Correct this line."),
        ("a.b.c = 1", "there is no key 'a'", ""),
    ],
)
def test_what_cannot_be_used_is_told_with_its_line(run: Run, here: Path, text: str, message: str, hint: str) -> None:
    """File, line, what was expected, and the word that was meant; the exit code is 2."""
    (here / "depnorm.toml").write_text(text + "\n", encoding="utf-8")
    for command in (["check"], ["plan", "."], ["dockerfile", "."]):
        code, out, error = run(*command)
        assert (code, out) == (2, "")
        assert message in error
        assert hint in error


def test_pyproject_has_it_in_its_table(run: Run, here: Path) -> None:
    """`[tool.depnorm]`, with lines of that file in what is told; depnorm's own reader leaves the table alone."""
    project = here / "pyproject.toml"
    project.write_text('[tool.depnorm]\nignore = ["DN110"]\n[tool.depnorm.per-file-ignores]\n"r*" = ["DN104"]\n')
    assert run("check")[:2] == (0, "No findings.\n")
    project.write_text('[project]\nname = "x"\n\n[tool.depnorm]\nselct = ["DN1"]\n')
    assert "pyproject.toml:5: there is no key 'selct'" in run("check")[2]


@pytest.mark.parametrize("text", ['[project]\nname = "x"\n', '[project]\nname = "x"\ndependencies = ["depnorm"\n', ""])
def test_a_pyproject_without_it_is_no_configuration(run: Run, here: Path, text: str) -> None:
    """Nor is a broken one that configures nothing: to tell of that is what `check` is for. One above is looked for."""
    (here / "depnorm.toml").write_text('ignore = ["DN1"]\n', encoding="utf-8")
    below = here / "below"
    below.mkdir()
    (below / "pyproject.toml").write_text(text)
    assert find_config(below).ignore == ("DN1",)
    (here / "pyproject.toml").write_text(text)
    code, out, _ = run("check")
    assert (code, "DN110" in out) == (1 if "depnorm" in text else 0, False)


def test_a_broken_pyproject_that_configures_is_told(run: Run, here: Path) -> None:
    """Not to read what somebody configured would be silent."""
    (here / "pyproject.toml").write_text("[tool.depnorm]\nignore = [\n")
    assert run("check")[0] == 2


def test_what_comes_first(run: Run, here: Path) -> None:
    """Command line, depnorm.toml, pyproject.toml, default; key by key."""
    (here / "pyproject.toml").write_text(
        '[tool.depnorm]\nselect = ["DN110"]\nfail-on = "error"\nbase-image = "debian:11"\nslim = true\n'
    )
    assert rules(run("check", "--format", "json")[1]) == ["DN110"]
    (here / "depnorm.toml").write_text('select = ["DN104"]\nbase-image = "debian:12"\n')
    code, text, _ = run("check", "--format", "json")
    assert (code, rules(text)) == (0, ["DN104"])
    assert run("check", "--fail-on", "info")[0] == 1
    assert rules(run("check", "--format", "json", "--select", "DN1")[1]) == ["DN110", "DN104"]

    def target(*options: str) -> tuple[str, bool]:
        plan = json.loads(run("plan", ".", "--format", "json", *options)[1])
        return plan["target"]["base_image"], plan["slim"]

    assert target() == ("debian:12", True)
    assert target("--base-image", "debian:13", "--no-slim") == ("debian:13", False)
    assert target("--no-config") == (depnorm.plan(here).target.base_image, False)


def test_nearest_directory_up_to_the_repository(here: Path) -> None:
    """Upwards from where the user is, no further than where .git is."""
    inner = here / "a" / "b"
    inner.mkdir(parents=True)
    (here / "depnorm.toml").write_text('ignore = ["DN1"]\n')
    assert find_config(inner).ignore == ("DN1",)
    (here / "a" / "depnorm.toml").write_text('ignore = ["DN2"]\n')
    assert find_config(inner).ignore == ("DN2",)
    (inner / ".git").write_text("gitdir: elsewhere\n")
    assert find_config(inner) == Config()


def test_a_repository_cannot_choose_for_its_operator(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a foreign repository configures does not count when it is given as PATH."""
    repository = here / "foreign"
    repository.mkdir()
    (repository / "requirements.txt").write_text("-r missing.txt\n")
    (repository / "depnorm.toml").write_text('ignore = ["DN"]\nbase-image = "evil.example.org/x"\ncatalog = "."\n')
    (repository / "pyproject.toml").write_text("[tool.depnorm]\nnonsense = 1\n")
    place = here / "place"
    place.mkdir()
    (place / ".git").mkdir()
    monkeypatch.chdir(place)
    assert run("check", "../foreign")[0] == 1
    assert "evil.example.org" not in run("dockerfile", "../foreign")[1]
    assert "evil.example.org" not in run("plan", "../foreign", "--format", "json")[1]


def test_another_file(run: Run, here: Path) -> None:
    """`--config FILE`, whatever it is called; `--no-config` reads none; both at once mean nothing."""
    (here / "depnorm.toml").write_text("nonsense = 1\n")
    other = here / "other.toml"
    other.write_text('select = ["DN104"]\n')
    assert rules(run("check", "--config", other, "--format", "json")[1]) == ["DN104"]
    assert rules(run("check", "--no-config", "--format", "json")[1]) == ["DN110", "DN104"]
    assert "exclude each other" in run("check", "--no-config", "--config", other)[2]
    assert "cannot be read (No such file" in run("check", "--config", here / "missing.toml")[2]
    (here / "pyproject.toml").write_text("[project]\n")
    assert "has no table [tool.depnorm]" in run("check", "--config", here / "pyproject.toml")[2]


@pytest.mark.parametrize("command", ["check", "plan", "dockerfile", "lock", "verify"])
def test_every_command_that_plans_or_checks_has_it(run: Run, command: str) -> None:
    """`--config` and `--no-config` are in the help of each."""
    assert {"--config", "--no-config"} <= set(run(command, "--help")[1].split())


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\0", b'select = "\x1b[31m"', b"x" * 2_000_000, b"a = " + b"[" * 100])
def test_any_bytes_give_a_message(run: Run, here: Path, data: bytes) -> None:
    """Never a traceback, never what a terminal would obey."""
    (here / "depnorm.toml").write_bytes(data)
    code, out, error = run("check")
    assert (code, out) == (2, "")
    assert "Traceback" not in error
    assert "internal error" not in error
    assert "\x1b" not in error


def test_reading_none_costs_no_parser(here: Path) -> None:
    """Where no file is, nothing that reads one is imported: plans stay quick."""
    import subprocess  # noqa: PLC0415  only here
    import sys  # noqa: PLC0415

    code = "import sys; from depnorm.cli import run; run(['plan', '.']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], cwd=here, capture_output=True, text=True, check=True)
    assert not {"tomllib", "depnorm.read.config_file", "depnorm.library.config_values"} & set(done.stderr.split())

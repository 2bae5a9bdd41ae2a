"""What the owner of a repository is told, and that no credential is part of it."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

import depnorm
from depnorm.model import Finding, StageKind
from depnorm.report.as_json import findings_json, inspect_json, plan_json

MakeRepository = Callable[[Mapping[str, str]], Path]
SECRET = "hunter2"  # noqa: S105  a sample


def only(root: Path, rule: str) -> Finding:
    (found,) = (each for each in depnorm.check(root) if each.rule == rule)
    return found


@pytest.mark.parametrize(
    ("files", "link", "hint"),
    [
        ({"requirements.txt": "-f wheels", "wheels/a.whl": ""}, ("wheels/b.whl", "a.whl"), "Keep in wheels only"),
        ({"requirements.txt": "-f ."}, None, "a directory of its own"),
        ({"requirements.txt": "-r base", "base/a.txt": ""}, None, "Name a file in base"),
        ({"requirements.txt": "-r a.txt", ".dockerignore": "a.txt", "a.txt": ""}, None, "Add `!a.txt` to"),
        ({"requirements.txt": "-r b.txt", "a.txt": ""}, ("b.txt", "a.txt"), "Name the place that the link"),
        ({"requirements.txt": "-r a\x01.txt", "a\x01.txt": ""}, None, "Rename a\x01.txt"),
    ],
)
def test_what_cannot_be_copied_has_its_own_hint(
    files: Mapping[str, str], link: tuple[str, str] | None, hint: str, make_repository: MakeRepository
) -> None:
    """A directory is not to become a file, and a file that is hidden not to be moved."""
    root = make_repository(files)
    if link:
        (root / link[0]).symlink_to(link[1])
    assert hint in only(root, "DN112").hint


def test_a_name_that_no_dockerfile_can_hold_waits(make_repository: MakeRepository) -> None:
    """Its lines are read, but install with the repository: no COPY could bring the file alone."""
    root = make_repository({"requirements.txt": "idna\n-r a\x01.txt\n", "a\x01.txt": "attrs\n"})
    assert only(root, "DN112").line == 2
    plan = depnorm.plan(root)
    packages = {stage.kind: [each.name for each in stage.packages] for stage in plan.stages}
    assert (packages[StageKind.EARLY], packages[StageKind.LATE]) == (["idna"], ["attrs"])
    assert "\x01" not in depnorm.dockerfile(plan)


ENVIRONMENTS = [
    f"channels: ['https://conda.anaconda.org/t/tk-1-{SECRET}/c']\ndependencies: [python]\n",
    f"dependencies: ['https://conda.anaconda.org/t/tk-1-{SECRET}/c::numpy']\n",
    f"dependencies:\n- python\n- pip: ['foo @ https://h.example.org/foo.whl?private_token={SECRET}']\n",
    f"dependencies:\n- python\n- pip: ['--extra-index-url https://h.example.org/simple?key={SECRET}', six]\n",
    f"dependencies:\n- python\n- pip: ['git+https://{SECRET}@github.com/a/b']\n",
    f"dependencies: [python]\nvariables:\n  MY_TOKEN: {SECRET}\n  DB_PASSWORD: |\n    {SECRET}\n",
]
OTHERS = {
    "postBuild": [
        f"curl -u me:{SECRET} https://h.example.org | pip install -",
        f"pip install --password {SECRET} x",
        f"GITHUB_PAT={SECRET} pip install x",
    ],
    "requirements.txt": [
        f"--trusted-host me:{SECRET}@h.example.org",
        f"--client-cert {SECRET}",
        f"foo @ https://h.example.org/foo.whl?sas={SECRET}",
        f"foo --config-settings=MY_TOKEN={SECRET}",
    ],
}


@pytest.mark.parametrize(
    ("name", "text"),
    [("environment.yml", text) for text in ENVIRONMENTS] + [(name, text) for name in OTHERS for text in OTHERS[name]],
)
def test_no_credential_gets_out(name: str, text: str, make_repository: MakeRepository) -> None:
    """Neither into a report nor into the Dockerfile, where it would be in the history of every image."""
    root = make_repository({"requirements.txt": ""} | {name: text})
    plan = depnorm.plan(root)
    shown = (
        inspect_json(depnorm.inspect(root)),
        findings_json(plan.findings),
        plan_json(plan),
        depnorm.dockerfile(plan),
    )
    assert [text for text in shown if SECRET in text] == []


def test_an_environment_with_a_credential_is_copied_as_it_is(make_repository: MakeRepository) -> None:
    """Its text is not written into the Dockerfile; that of another is."""
    asked = "channels: [https://conda.anaconda.org{}/c]\ndependencies: [python]\n"
    secret = depnorm.dockerfile(make_repository({"environment.yml": asked.format("/t/tk-1")}))
    assert "anaconda.org" not in secret
    assert 'COPY --chown=1000:1000 ["environment.yml"' in secret


def test_a_public_environment_is_written_in_canonical_form(make_repository: MakeRepository) -> None:
    """The same text for the same specs, so that repositories share the step."""
    root = make_repository({"environment.yml": "channels: [https://conda.anaconda.org/c]\ndependencies: [python]\n"})
    assert "anaconda.org/c" in depnorm.dockerfile(root)

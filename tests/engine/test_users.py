"""Who owns an image and who runs it, with a real engine: any user id, base images that have users, other users."""

from dataclasses import replace

import pytest
from conftest import Bench, Built, Plans
from package_index import PackageIndex

from depnorm.model import InstallWheels, PipCommand, Plan, RunPip, RunPostBuild, StageKind

pytestmark = pytest.mark.engine

FILES = {"requirements.txt": "idna\n", "binder/postBuild": "#!/bin/sh\nid -u > made\ntouch ~/of-post-build\n"}
ACCOUNTS = "RUN mkdir -p /home/jovyan/.config && echo jovyan:x:4444:4444::/home/jovyan:/bin/sh >> /etc/passwd"
WHO = """python -c '
import os, pwd
print(os.getuid(), os.getgid(), pwd.getpwuid(os.getuid()).pw_name, os.path.expanduser("~"))'"""
# Another package than the image has; one of the shared layer goes, one of the early step is replaced.
CHANGE = (
    "pip install -q click && pip uninstall -yq six && pip install -q --force-reinstall idna && python -c 'import click'"
)


def plan_for(plans: Plans, uid: int, base_image: str | None = None) -> Plan:
    """A shared layer, an early step, the repository and its script, for the user with this id."""
    made = plans.of(
        plans.stage(StageKind.SHARED, InstallWheels(packages=plans.pick("six", "attrs"))),
        plans.stage(StageKind.EARLY, RunPip(commands=(PipCommand(files=("requirements.txt",)),)), "requirements.txt"),
        plans.copy(),
        plans.stage(StageKind.POST_BUILD, RunPostBuild(post_build="binder/postBuild", start=None)),
    )
    target = replace(made.target, uid=uid, gid=uid, base_image=base_image or made.target.base_image)
    return replace(made, target=target)


@pytest.fixture(scope="module")
def usual(bench: Bench, plans: Plans) -> Built:
    return bench.build(plan_for(plans, 1000), FILES)


@pytest.mark.parametrize(("uid", "name"), [(1000, "jovyan"), (1234, "jovyan"), (0, "root")])
def test_the_user_owns_what_is_the_repository_s(
    bench: Bench, plans: Plans, index: PackageIndex, uid: int, name: str
) -> None:
    """Whatever the id: the script ran as that user, who has a home and can change what is installed."""
    assert index.url
    built = bench.build(plan_for(plans, uid), FILES)
    assert bench.run(built, f"cat made && {WHO} && {CHANGE} && touch ~/x && ls ~/of-post-build").splitlines() == [
        str(uid), f"{uid} {uid} {name} /home/jovyan", "/home/jovyan/of-post-build",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "lines", "who"),
    [
        ("same-id", "RUN echo ubuntu:x:1000:1000::/home/ubuntu:/bin/sh >> /etc/passwd", "ubuntu"),
        ("same-name", ACCOUNTS, "jovyan"),
    ],
)
def test_a_base_image_with_users(bench: Bench, plans: Plans, name: str, lines: str, who: str) -> None:
    """An id that exists keeps its name; a name that exists gets the id, and what was in its home."""
    base = bench.base_image(name, plans.base_image, lines)
    built = bench.build(plan_for(plans, 1000, base), FILES)
    shown = bench.run(built, f"{WHO}; grep -c '^{who}:' /etc/passwd; mkdir -p ~/.config/x && stat -c %u ~/.config")
    assert shown.splitlines() == [f"1000 1000 {who} /home/jovyan", "1", "1000"]


def test_anybody_can_use_the_packages(bench: Bench, usual: Built) -> None:
    """Run as a user whom the image does not know, all packages and scripts work, and nothing of it can be changed."""
    script = "import six, attrs, idna; print(open('/home/jovyan/requirements.txt').read(), end='')"
    options = ("--user=5000:100",)
    assert bench.docker_run(usual.tag, "python", "-c", script, options=options) == "idna"
    assert "six" in bench.docker_run(usual.tag, "pip", "list", options=options)
    refused = bench.docker_run(usual.tag, "sh", "-c", "touch /opt/venv/x 2>&1 || echo refused", options=options)
    assert refused.endswith("refused")

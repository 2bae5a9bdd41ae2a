"""The base stage: the user, the empty prefixes, and the tools. Its text names no repository."""

import re
from pathlib import PurePosixPath

from depnorm.emit import layout
from depnorm.emit.image import read_tool
from depnorm.emit.instruction import environment, line_up, quote_word, run, words, work_directory, write_lines
from depnorm.emit.system import install_apt
from depnorm.errors import UsageError
from depnorm.model import CreateBase, LockedPackage, Plan, Target

_IMAGE = re.compile(r"[A-Za-z0-9][\w.\-/:@]*", re.ASCII)
_USER = re.compile(r"[a-z_][a-z0-9_-]*", re.ASCII)


def create_base(plan: Plan, step: CreateBase, *, name: str = "") -> list[str]:
    """The instructions of the base stage, called `name`; raises `UsageError` for a target no Dockerfile can name."""
    target = plan.target
    _check(plan)
    image = check_image(target.base_image)
    # No image is made from a named stage itself, so that its last user may be root.
    instructions = [f"FROM {image} AS {name}\n# hadolint ignore=DL3002"] if name else [f"FROM {image}"]
    instructions.append("USER 0:0")
    if step.conda_image is not None:
        instructions.append(f"COPY --from={check_image(step.conda_image)} {layout.CONDA} {layout.CONDA}")
    instructions += [_environment(plan, step), _prepare(plan, step)]
    if step.apt:
        instructions.append(install_apt(step.apt))
    if step.python:
        instructions.append(_create_prefix(target, step))
    return [*instructions, work_directory(plan.repo_dir)]


def pin(package: LockedPackage) -> str:
    """A wheel as a line of requirements that only this artifact satisfies; then ` @ URL` where that alone finds it."""
    line = f"{package.name}=={package.version} --hash=sha256:{package.artifact.sha256}"
    return f"{line} @ {package.artifact.url}" if package.artifact.elsewhere else line


def home_of(target: Target) -> str:
    """The home directory of the image's user."""
    return f"/home/{target.user}"


def _check(plan: Plan) -> None:
    target = plan.target
    if not _USER.fullmatch(target.user):
        raise UsageError(f"{target.user!r}: expected the name of a user", hint="Such as jovyan.")
    layout.check_path(target.prefix)
    layout.check_repo_dir(plan.repo_dir, target.prefix)


def check_image(reference: str) -> str:
    """The reference itself; raises `UsageError` for one that no instruction can hold."""
    if not _IMAGE.fullmatch(reference):
        raise UsageError(f"{reference!r}: expected an image reference", hint="Such as python:3.11-slim.")
    return reference


def _environment(plan: Plan, step: CreateBase) -> str:
    target, home = plan.target, home_of(plan.target)
    places = [f"{home}/.local/bin", f"{plan.repo_dir}/.local/bin"]
    variables = {"NB_USER": target.user, "USER": target.user, "HOME": home, "REPO_DIR": plan.repo_dir}
    if step.conda:
        places += [f"{layout.ENVIRONMENT}/bin", f"{layout.CONDA}/bin"]
        variables["CONDA_DIR"] = layout.CONDA
    if step.python:
        places.append(f"{target.prefix}/bin")
        variables["VIRTUAL_ENV"] = target.prefix
    if step.r:
        variables |= {"R_LIBS_USER": layout.R_LIBRARY, "R_PROFILE": layout.PROFILE}
    pip = {"PIP_NO_CACHE_DIR": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_ROOT_USER_ACTION": "ignore"}
    if plan.slim:
        pip["PIP_NO_COMPILE"] = "0"  # pip takes a false value for "no" to what an option negates
    return environment(**variables, **pip, PATH=":".join((*dict.fromkeys(places), "$PATH")))


def _prepare(plan: Plan, step: CreateBase) -> str:
    """The tools, the user and the directories of both. All of it gets the same time: the base is shared, too."""
    tools, directories = _tools(step, slim=plan.slim), _directories(plan, step)
    above = {str(parent) for path in (layout.TOOLS, *directories) for parent in PurePosixPath(path).parents}
    touched = ["/etc/passwd", "/etc/group", "/etc", *tools, layout.TOOLS, *directories, *sorted(above - {"/"})]
    return run(
        f"mkdir -p {layout.TOOLS} {' '.join(directories)}",
        f"chown {plan.target.uid}:{plan.target.gid} {' '.join(directories)}",
        *(write_lines(read_tool(path.rpartition("/")[2]), path) for path in tools),
        f"chmod 755 {' '.join(tools)}",
        *_add_user(plan.target),
        line_up(f"touch -d {layout.EPOCH}", dict.fromkeys(touched)),
    )


def _tools(step: CreateBase, *, slim: bool) -> list[str]:
    python = [layout.LAYER] if step.python or step.conda else []
    conda = [layout.CREATE_ENVIRONMENT, layout.CONDA_LAYER, layout.CONDA_LAYER_TOOL] if step.conda else []
    python += [layout.WITHOUT] if step.python else []
    python += [layout.TRIM] if step.python and slim else []
    return [layout.RETRY, *python, *conda, *([layout.PROFILE, layout.PACKAGES] if step.r else [])]


def _directories(plan: Plan, step: CreateBase) -> list[str]:
    """What belongs to the user."""
    owned = [home_of(plan.target), plan.repo_dir, layout.STATE]
    owned += [layout.ENVIRONMENT] if step.conda else []
    owned += [layout.WHEELHOUSE] if step.python else []
    owned += [layout.R_LIBRARY] if step.r else []
    return list(dict.fromkeys(owned))


def _add_user(target: Target) -> list[str]:
    """Entries in /etc by hand: slim images have no useradd.

    A user id that exists keeps its name; a name that has another id gives it up. A home that is there may be another's.
    """
    user = f"{target.user}:x:{target.uid}:{target.gid}::{home_of(target)}:/bin/sh"
    entries = (("/etc/passwd", target.uid, user), ("/etc/group", target.gid, f"{target.user}:x:{target.gid}:"))
    replace = f"sed -i '/^{target.user}:/d'"
    return [
        *(
            f"{{ grep -q '^[^:]*:[^:]*:{number}:' {file} \\\n"
            f" || {{ {replace} {file} && echo {quote_word(entry)} >> {file}; }}; }}"
            for file, number, entry in entries
        ),
        f"find {home_of(target)} ! -user {target.uid} -exec chown -h {target.uid}:{target.gid} {{}} +",
    ]


def _create_prefix(target: Target, step: CreateBase) -> str:
    """The prefix, made by the distribution's Python where it was installed for that: conda has one of its own."""
    python = "/usr/bin/python3" if step.apt else "python3"
    missing = "the base image has no python3: choose another with --base-image"
    pins = [pin(each) for each in (step.installer, step.uv) if each]
    arguments = (target.python or "any", target.prefix, f"{target.uid}:{target.gid}", *pins)
    return run(
        f"{{ command -v {python} > /dev/null || {{ echo {quote_word(missing)} >&2; exit 1; }}; }}",
        words(f"{python} -B {layout.LAYER} base", arguments),
    )

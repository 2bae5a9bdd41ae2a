"""Proof by doing: the plan of a repository against the user's own commands."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from depnorm.emit import image
from depnorm.errors import UsageError
from depnorm.library.options import PlanOptions
from depnorm.library.plans import dockerfile, plan, plan_target
from depnorm.library.repositories import find_repository
from depnorm.model import Mode, Plan, Progress, RunPip
from depnorm.model.verification import Comparison, Difference, DifferenceKind, Engine, Installation, Verification
from depnorm.prove.command import CommandFailedError, Steps
from depnorm.prove.compare import compare
from depnorm.prove.plain import beyond_python, plain_plan

PLAIN, STAGED = "plain", "staged"
Install = Callable[[Plan, str], Installation]


def verify(
    path: str | Path,
    *,
    engine: Engine = Engine.VENV,
    keep: Path | None = None,
    network: str | None = None,
    **options: Unpack[PlanOptions],
) -> Verification:
    """Install a repository plainly and by its plan (locked by default), and compare; `is_equal` tells the outcome.

    It runs code of the repository and of its packages: of strangers only in images. `engine` is `venv` (virtual
    environments of this machine; the plan is for the patch release of its Python) or `docker` (images, built in
    docker's `network`). `keep` is a new directory for what was installed; with it images are kept, too. `progress` is
    told of each step.

    Raises what `plan` and `dockerfile` raise, and `UsageError` where this machine cannot do it.
    """
    options.setdefault("lock", True)
    made = plan(path, **(_for_this_machine(path, options) if engine == Engine.VENV else options))
    root = find_repository(path, options)[0].root
    return verify_plan(made, root, engine=Engine(engine), keep=keep, network=network, progress=options.get("progress"))


def _for_this_machine(path: str | Path, options: PlanOptions) -> PlanOptions:
    """The options with the patch release of the interpreter that there is: pip takes what that one takes."""
    from depnorm.prove.interpreter import find_interpreter, release_of  # noqa: PLC0415  images bring their own

    target = plan_target(path, **options)
    if target.python_patch is None:
        return options
    try:
        python = find_interpreter(target)
    except UsageError:  # told where it is needed, after all that is wrong with the plan
        return options
    changed: PlanOptions = {**options, "python": release_of(python), "base_image": target.base_image}
    return changed


def verify_plan(
    made: Plan,
    root: Path,
    *,
    engine: Engine = Engine.VENV,
    keep: Path | None = None,
    network: str | None = None,
    progress: Progress | None = None,
) -> Verification:
    """The same of a plan that was made before; `root` is the directory that it was made for."""
    dockerfile(made)  # raises where there are no stages, or none that can be carried out
    _check_keep(keep)
    if engine is Engine.DOCKER:
        return _in_images(made, root, keep, network, progress)
    if not any(isinstance(stage.step, RunPip) for stage in plain_plan(made).stages):
        raise UsageError(
            "pip installs nothing here, so there is nothing to compare in virtual environments",
            hint="Compare images: --engine docker.",
        )
    return _in_environments(made, root, keep, progress)


def _check_keep(keep: Path | None) -> None:
    if keep is None:
        return
    try:
        keep.mkdir(parents=True)
    except OSError as error:
        raise UsageError(f"--keep {keep}: cannot be made ({error.strerror})", hint="Name a new directory.") from error


def _in_environments(made: Plan, root: Path, keep: Path | None, progress: Progress | None) -> Verification:
    from depnorm.prove.interpreter import release_of  # noqa: PLC0415  only one engine is wanted
    from depnorm.prove.venv import install, prepare  # noqa: PLC0415

    steps = Steps(progress, len(made.stages) + len(plain_plan(made).stages) + 2)
    with tempfile.TemporaryDirectory(prefix="depnorm-verify-", ignore_cleanup_errors=True) as scratch:
        # The image's own script blanks the lines that wait.
        tool = Path(image.__file__).with_name("without.py")
        place = prepare(made, root, Path(scratch).resolve(), tool=tool, steps=steps)

        def carry_out(each: Plan, name: str) -> Installation:
            found = install(each, place, name)
            if keep:
                place.prefix.rename(keep / name)
            return found

        release = release_of(place.python)
        not_compared = (*_of_another_release(made, release), *beyond_python(made))
        found = _verified(made, Engine.VENV, carry_out, steps, not_compared=not_compared)
        return replace(found, python=release)


def _of_another_release(made: Plan, release: str) -> Iterator[str]:
    locked_for = made.target.python_patch
    if made.mode is Mode.LOCKED and locked_for not in {None, release}:
        yield f"what Python {locked_for} takes, for which it is locked, and {release} does not"


def _in_images(
    made: Plan, root: Path, keep: Path | None, network: str | None, progress: Progress | None
) -> Verification:
    from depnorm.prove.docker import build, images  # noqa: PLC0415  only one engine is wanted

    steps = Steps(progress, 4)
    with tempfile.TemporaryDirectory(prefix="depnorm-verify-") as scratch:
        place = keep.resolve() if keep else Path(scratch)
        with images(root, place, network=network, keep=keep is not None, steps=steps) as engine:
            return _verified(
                made, Engine.DOCKER, lambda each, name: build(each, engine, dockerfile, name), steps, not_compared=()
            )


def _verified(
    made: Plan, engine: Engine, carry_out: Install, steps: Steps, *, not_compared: tuple[str, ...]
) -> Verification:
    """Both installations, compared; one that fails is the only difference."""
    found: dict[str, Installation] = {}
    comparison, log = None, ""
    try:
        for name, each in ((PLAIN, plain_plan(made)), (STAGED, made)):
            found[name] = carry_out(each, name)
    except CommandFailedError as error:
        comparison, log = Comparison(differences=(_failure(error, found),)), error.log
    finally:
        steps.end()
    plain, staged = (found.get(name, Installation()) for name in (PLAIN, STAGED))
    return Verification(
        engine=engine,
        plan=made,
        plain=plain,
        staged=staged,
        comparison=comparison or compare(plain, staged, made),
        not_compared=not_compared,
        log=log,
    )


def _failure(error: CommandFailedError, found: dict[str, Installation]) -> Difference:
    name = error.step.partition(": ")[2]
    if PLAIN in found:
        return Difference(kind=DifferenceKind.INSTALL, name=name, plain="succeeds", staged=error.reason)
    return Difference(kind=DifferenceKind.INSTALL, name=name, plain=error.reason, staged="not tried")

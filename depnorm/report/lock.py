"""A Python lock: as JSON, and in a few lines for people."""

from depnorm import model
from depnorm.report import documents, wording
from depnorm.report.as_json import left_out
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable


def lock_json(lock: model.Lock) -> str:
    """A lock with its edges and sizes (`depnorm schema lock`)."""
    return encode_json(
        documents.LockDocument(
            schema=1,
            as_of=lock.as_of,
            requires_python=lock.requires_python,
            packages=tuple(_package(package) for package in lock.packages),
            left_out=left_out(lock.remainder),
            colliding=tuple(sorted(lock.colliding)),
        )
    )


def _package(package: model.LockedPackage) -> documents.LockedPackage:
    return documents.LockedPackage(
        ecosystem=package.ecosystem,
        name=package.name,
        version=package.version,
        filename=package.artifact.filename,
        sha256=package.artifact.sha256,
        bytes=package.artifact.size,
        requires=package.requires,
    )


def lock_summary(lock: model.Lock) -> str:
    """How much is locked, and what is left to the repository's own command, with the reason."""
    sizes = [package.artifact.size for package in lock.packages]
    size = wording.megabytes(None if None in sizes else sum(each for each in sizes if each))
    locked = f"{wording.count(len(lock.packages), 'package')}{f', {size}' if size else ''}, as of {lock.as_of}"
    left = [f"left out: {printable(each.name)} {printable(each.why)}" for each in lock.remainder]
    unproven = ["What is left out, and what only that needs, the repository's own command installs: unproven."]
    return "".join(f"{line}\n" for line in (locked, *left, *(unproven if left else [])))

"""A lock: as JSON, and in a few lines for people."""

from depnorm import model
from depnorm.report import documents, wording
from depnorm.report.as_json import left_out
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.renv import without_credentials


def lock_json(lock: model.Lock) -> str:
    """A lock with its edges and sizes (`depnorm schema lock`)."""
    return encode_json(
        documents.LockDocument(
            schema=1,
            lock_file=lock.file or None,
            created_by=lock.created_by,
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


def cran_lock_json(lock: model.CranLock) -> str:
    """A lock of R packages (`depnorm schema lock-cran`)."""
    return encode_json(
        documents.CranLockDocument(
            schema=1,
            lock_file=lock.file or None,
            as_of=lock.as_of,
            r_version=lock.r_version,
            repositories=tuple(
                documents.CranRepository(name=name, url=without_credentials(url)) for name, url in lock.repositories
            ),
            packages=tuple(_cran_package(package) for package in lock.packages),
            left_out=left_out(lock.remainder),
        )
    )


def _cran_package(package: model.CranPackage) -> documents.CranPackage:
    return documents.CranPackage(
        ecosystem=model.Ecosystem.CRAN,
        name=package.name,
        version=package.version,
        repository=package.repository,
        url=package.url,
        requires=package.requires,
    )


def lock_summary(lock: model.Lock | model.CranLock) -> str:
    """How much is locked, and what is left to the repository's own command, with the reason."""
    size = _size(lock) if isinstance(lock, model.Lock) else ""
    date = f", as of {lock.as_of}" if lock.as_of else ", without a date"
    locked = f"{wording.count(len(lock.packages), 'package')}{f', {size}' if size else ''}{date}{_origin(lock)}"
    left = [f"left out: {printable(each.name)} {printable(each.why)}" for each in lock.remainder]
    unproven = ["What is left out, and what only that needs, the repository's own command installs: unproven."]
    left += [f"{printable(str(each.location))}: {each.rule} {printable(each.message)}" for each in lock.not_used]
    return "".join(f"{line}\n" for line in (locked, *left, *(unproven if lock.remainder else [])))


def _origin(lock: model.Lock | model.CranLock) -> str:
    """The lock file that stands in for a resolution."""
    if not lock.file:
        return ""
    made = f", made by {printable(lock.created_by)}" if isinstance(lock, model.Lock) and lock.created_by else ""
    return f", from {printable(lock.file)}{made}: it fits the spec files"


def _size(lock: model.Lock) -> str:
    sizes = [package.artifact.size for package in lock.packages]
    return wording.megabytes(None if None in sizes else sum(each for each in sizes if each))

"""The marker environment of a Target (PEP 508), without asking the interpreter that runs depnorm."""

from collections.abc import Mapping


def marker_holds(marker: str, environment: Mapping[str, str]) -> bool | None:
    """Whether a marker holds in an environment; None where nothing can tell.

    That is for what is no marker, compares what cannot be compared, has thousands of digits or of parentheses, or names
    what only lock files know (`extras`, `dependency_groups`: PEP 751).
    """
    from packaging.markers import Marker, UndefinedEnvironmentName  # noqa: PLC0415  most lines have no marker

    try:
        return Marker(marker).evaluate(dict(environment))
    except (ValueError, UndefinedEnvironmentName, RecursionError):
        return None


PATCHES = {
    "3.6": 15,
    "3.7": 17,
    "3.8": 20,
    "3.9": 25,
    "3.10": 19,
    "3.11": 14,
    "3.12": 12,
    "3.13": 9,
    "3.14": 0,
}
"""The patch release that a Target means by CPython `X.Y` where nothing tells its own.

It is the newest that was a year old on 2026-11-01: hardly an image that is pulled today is older, and one that is newer
takes all that this one takes, since an upper bound between patch releases is as good as unknown. pip refuses what is
for a later one, so that an older guess is safe, where a newer one could ask for what the image refuses to install.
"""


def minor_of(release: str) -> str:
    """The `X.Y` of `X.Y.Z`."""
    return ".".join(release.split(".")[:2])


def patch_release(python: str) -> str:
    """The `X.Y.Z` of CPython `X.Y`, 0 being the patch of one that `PATCHES` does not know; `X.Y.Z` stays as it is."""
    return python if python.count(".") > 1 else f"{python}.{PATCHES.get(python, 0)}"


def marker_environment(python: str, platform: str) -> dict[str, str]:
    """The environment markers see under CPython `python` on `platform`, a Linux wheel platform tag.

    `python` is `X.Y.Z`, or `X.Y` for its `patch_release`.
    """
    machine = next((name for name in ("x86_64", "aarch64") if platform.endswith(name)), "")
    release = patch_release(python)
    return {
        "implementation_name": "cpython",
        "implementation_version": release,
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": release,
        "python_version": minor_of(release),
        "sys_platform": "linux",
    }

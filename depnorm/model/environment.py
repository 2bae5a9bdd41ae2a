"""The marker environment of a Target (PEP 508), without asking the interpreter that runs depnorm."""

from collections.abc import Mapping


def marker_holds(marker: str, environment: Mapping[str, str]) -> bool | None:
    """Whether a marker holds in an environment; None where nothing can tell.

    That is for what is no marker, compares what cannot be compared, has a number of thousands of digits, or names what
    only lock files know (`extras`, `dependency_groups`: PEP 751).
    """
    from packaging.markers import Marker, UndefinedEnvironmentName  # noqa: PLC0415  most lines have no marker

    try:
        return Marker(marker).evaluate(dict(environment))
    except (ValueError, UndefinedEnvironmentName):
        return None


def marker_environment(python: str, platform: str) -> dict[str, str]:
    """The environment markers see under CPython `python` (`X.Y`) on `platform`, a Linux wheel platform tag.

    The patch release is taken to be 0, as uv does: a marker that tells patch releases apart is judged by the oldest.
    """
    machine = next((name for name in ("x86_64", "aarch64") if platform.endswith(name)), "")
    return {
        "implementation_name": "cpython",
        "implementation_version": f"{python}.0",
        "os_name": "posix",
        "platform_machine": machine,
        "platform_python_implementation": "CPython",
        "platform_release": "",
        "platform_system": "Linux",
        "platform_version": "",
        "python_full_version": f"{python}.0",
        "python_version": python,
        "sys_platform": "linux",
    }

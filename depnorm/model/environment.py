"""The marker environment of a Target (PEP 508), without asking the interpreter that runs depnorm."""


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

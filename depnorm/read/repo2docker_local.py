"""Which lines repo2docker takes for references to the repository, whole files at a time."""


def is_local_pip_requirement(line: str) -> bool:
    """Whether repo2docker installs the file of this line only after it copied the repository.

    Its own rule (`repo2docker.utils.is_local_pip_requirement`, 2024.7), which looks at the beginning of lines: every
    `-r` and `-c` counts, and a path only where it begins with a dot.
    """
    line = line.split("#", 1)[0].strip()
    if line.startswith(("-r", "-c", "--requirement", "--constraint")):
        return True
    if not line or line.startswith("--pre"):
        return False
    if line.startswith("--") and "=" in line:
        line = line.split("=", 1)[1]
    if line.startswith("-"):
        _, *rest = line.split(None, 1)
        if not rest:
            return False
        line = rest[0]
    return "file://" in line or line.split("://", 1)[-1 if "://" in line else 0].startswith(".")

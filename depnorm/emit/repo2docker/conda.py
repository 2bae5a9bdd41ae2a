"""Scripts of mamba in repo2docker's environment."""

from collections.abc import Iterable

from depnorm.emit.instruction import quote_word, write_lines
from depnorm.emit.repo2docker.text import KERNEL, TEMPORARY, chain

_FILE = f"{TEMPORARY}/environment.yml"


def update_from_text(text: str, pip: Iterable[str] | None) -> str:
    """An update of the environment from canonical specs, with those of pip where they are plain names, too."""
    lines = text.splitlines()
    if pip:
        lines += ["  - pip:", *(f'    - "{_escaped(line)}"' for line in pip)]
    return chain(f"mkdir -p {TEMPORARY}", write_lines(lines, _FILE), _update(_FILE), f"rm -rf {TEMPORARY}")


def update_from_file(file: str) -> str:
    """An update from the user's own file."""
    return _update(quote_word(file))


def _update(file: str) -> str:
    """As repo2docker does it, but for the clock."""
    return chain(
        f"${{MAMBA_EXE}} env update -p {KERNEL} --file {file}",
        "${MAMBA_EXE} clean --all -f -y",
        f"${{MAMBA_EXE}} list -p {KERNEL}",
    )


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')

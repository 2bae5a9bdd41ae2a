"""The command lines that an R script gives to a shell: what they refer to in the repository."""

from depnorm.model import ReferenceKind
from depnorm.read.shell import parse_shell

_PLAIN = frozenset({"cd", "echo", "export", "mkdir", "true", "Rscript"})
Found = tuple[ReferenceKind, str]


def references_of(command: str) -> tuple[Found, ...]:
    """What the commands of a shell command line refer to; one that is not understood is a dynamic reference.

    They are relative to the directory that the script runs in.
    """
    script = parse_shell(command.encode("utf-8", "replace"), "")
    known = tuple((reference.kind, reference.target) for reference in script.references)
    opaque = (option.value for option in script.options if option.name == "command" and not _is_plain(option.value))
    unknown = tuple((ReferenceKind.DYNAMIC, text) for text in opaque if not any(target in text for _, target in known))
    return tuple(dict.fromkeys(known + unknown))


def _is_plain(command: str) -> bool:
    return command.partition(" ")[0] in _PLAIN

"""Dockerfile instructions, and the only ways by which a word of a repository gets into one."""

import json
from collections.abc import Iterable

from depnorm.emit import layout
from depnorm.errors import UnsupportedError
from depnorm.model import fits_a_line, redact

_MAX_COMMENT = 160
_MAX_LINE = 140
TELL = "echo 'this failed before the repository was there; it is repeated after it was copied' >&2"
"""The shell command that tells of an early attempt which failed."""


def quote_word(word: str) -> str:
    """`word` as one word of a shell (POSIX), safe in a RUN instruction too.

    It is always quoted, so that BuildKit sees no heredoc and no comment in it. Raises `UnsupportedError` for a word
    that no single line can hold.
    """
    return "'" + check_word(word).replace("'", "'\\''") + "'"


def check_word(word: str) -> str:
    """`word` itself; raises `UnsupportedError` where it holds a line end or another control character but a tab."""
    if not fits_a_line(word):
        raise UnsupportedError(
            f"{redact(word)!r}: control characters cannot be part of a Dockerfile",
            hint="Rename the file, or remove the character.",
        )
    return word


def comment(text: str) -> str:
    """A comment of one line. It cannot end, continue or direct anything."""
    line = "".join(c if c.isprintable() else "?" for c in text)
    return "# " + (line if len(line) <= _MAX_COMMENT else line[: _MAX_COMMENT - 1] + "…").rstrip("\\")


def run(*commands: str) -> str:
    """RUN with these shell commands, each a simple or a compound one, as long as they succeed."""
    return "RUN " + " \\\n && ".join(commands)


def words(command: str, arguments: Iterable[str]) -> str:
    """`command`, then each of `arguments` quoted."""
    return line_up(command, map(quote_word, arguments))


def line_up(command: str, safe: Iterable[str]) -> str:
    """A command and arguments that need no more quoting, on one line, or each on its own where that would be long."""
    parts = [command, *safe]
    line = " ".join(parts)
    return line if len(line) <= _MAX_LINE else " \\\n    ".join(parts)


def enter(directory: str, repo_dir: str) -> str:
    """Shell commands that go to a directory of the repository, which may not have been copied yet."""
    path = quote_word(f"{repo_dir}/{directory}")
    return f"mkdir -p {path} && cd {path}"


def softly(attempt: str, success: str) -> str:
    """Shell commands: `success` after `attempt`; a failed attempt is told, and the build goes on."""
    return f"if {attempt}; \\\n    then {success}; \\\n    else {TELL}; fi"


def instead(attempt: str, other: str, directory: str) -> str:
    """Shell commands: `other` where `attempt` failed, but only if that left nothing in `directory`."""
    return f"{{ {layout.RETRY} --once --into {directory} {attempt} \\\n || {{ [ $? -eq 99 ] && {other}; }}; }}"


def write_lines(lines: Iterable[str], path: str) -> str:
    """The shell command that writes these lines to `path`, a word of the shell. No heredoc: kaniko has none."""
    return words("printf '%s\\n'", lines) + f" \\\n    > {path}"


def environment(**variables: str) -> str:
    """ENV with these variables; a `$` in a value refers to a variable."""
    pairs = (f'{name}="{value}"' for name, value in variables.items())
    return "ENV " + " \\\n    ".join(pairs)


def copy(sources: Iterable[str], destination: str, *, owner: str) -> str:
    """COPY of paths of the build context (`.`: all of it) to an absolute path, in JSON form."""
    paths = [*map(_source, sources), _expanded(destination)]
    return f"COPY --chown={owner} {json.dumps(paths, ensure_ascii=False)}"


def exec_form(instruction: str, *arguments: str) -> str:
    """ENTRYPOINT or CMD, in JSON form."""
    return f"{instruction} {json.dumps([check_word(word) for word in arguments], ensure_ascii=False)}"


def work_directory(path: str) -> str:
    """WORKDIR."""
    return f"WORKDIR {_expanded(path)}"


def _source(path: str) -> str:
    """A path that matches only itself.

    A backslash does not do: a pattern without a wildcard is taken literally, backslash and all. In a class of its own,
    escaped there, each special character survives Go's filepath.Match, BuildKit's include patterns (`!` excludes, `^`
    is not escaped, ends are trimmed) and, for `<<`, the search for heredocs.
    """
    inner = "".join(f"[\\{c}]" if c in "*?[\\^!<" else c for c in path.strip(" "))
    lead, trail = len(path) - len(path.lstrip(" ")), len(path) - len(path.rstrip(" "))
    return _expanded("[\\ ]" * lead + inner + "[\\ ]" * trail)


def _expanded(path: str) -> str:
    """`path`, such that the builder's expansion of variables, which knows quotes, gives `path` again."""
    return "".join("\\" + c if c in "\\$'\"" else c for c in check_word(path))

"""Completion in shells: the scripts, and what a real bash completes with one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **more}


@pytest.mark.parametrize(
    ("shell", "line"),
    [("bash", "complete -o default -F _depnorm_completion depnorm"), ("zsh", "#compdef depnorm"), ("fish", "complete")],
)
def test_there_is_a_script_for_each_shell(shell: str, line: str) -> None:
    """As other programs of this kind give it."""
    variables = environment(_DEPNORM_COMPLETE=f"source_{shell}")
    done = subprocess.run(["depnorm"], env=variables, capture_output=True, text=True, check=True)
    assert line in done.stdout
    assert done.stderr == ""


def test_the_shell_that_asks_gets_its_own() -> None:
    """`depnorm --show-completion` finds out which shell it was called from."""
    command = "depnorm --show-completion; true"  # a last command would take the shell's place
    done = subprocess.run(["bash", "-c", command], env=environment(), capture_output=True, text=True, check=True)
    assert "complete -o default -F _depnorm_completion depnorm" in done.stdout


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["pl"], {"plan"}),
        ([""], {"plan", "dockerfile", "lock", "verify", "diff", "check", "inspect", "explain", "catalog", "schema"}),
        (["plan", "--layers"], {"--layers", "--layers-from"}),
        (["plan", "--layers", ""], {"chain", "link"}),
        (["catalog", "ba"], {"bake"}),
        (["catalog", "bake", "--re"], {"--registry"}),
        (["check", "--format", "s"], {"sarif"}),
        (["schema", "corpus-f"], {"corpus-facts"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_bash_completes(typed: list[str], expected: set[str], tmp_path: Path) -> None:
    """The script is read by a real bash, and its function asked as bash asks it."""
    script = """
        source <(_DEPNORM_COMPLETE=source_bash depnorm)
        COMP_WORDS=(depnorm "$@"); COMP_CWORD=$#
        $(complete -p depnorm | sed 's/.*-F \\([^ ]*\\) .*/\\1/') depnorm
        printf '%s\\n' "${COMPREPLY[@]}"
    """
    done = subprocess.run(
        ["bash", "-c", script, "bash", *typed],
        cwd=tmp_path, env=environment(), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert expected <= set(done.stdout.split()), done.stderr
    assert typed == [""] or set(done.stdout.split()) == expected

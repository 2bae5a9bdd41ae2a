"""What a command gives back, and how it reaches standard output."""

import io
import sys
from dataclasses import dataclass
from pathlib import Path

from depnorm.errors import UsageError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The text for standard output and the exit code.

    A `document` (JSON, a Dockerfile) is UTF-8 whatever the terminal is; other text is in the terminal's encoding.
    """

    text: str
    exit_code: int = 0
    document: bool = True

    def write(self) -> int:
        """Write the text, and give the exit code. What the encoding lacks is written as an escape."""
        output = sys.stdout
        if isinstance(output, io.TextIOWrapper):
            output.reconfigure(encoding="utf-8" if self.document else output.encoding, errors="backslashreplace")
        output.write(self.text)
        output.flush()
        return self.exit_code


def written(text: str, output: Path | None) -> Outcome:
    """The outcome that has written a document to a file, or that will write it to standard output without one.

    Raises `UsageError` for a file that cannot be written.
    """
    if output is None:
        return Outcome(text=text)
    try:
        output.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{output}: cannot be written ({error.strerror})") from error
    return Outcome(text="")

"""What a command gives back, and how it reaches standard output."""

import io
import sys
from dataclasses import dataclass


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

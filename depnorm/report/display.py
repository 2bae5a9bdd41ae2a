"""Where text for people is shown."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, RenderableType
    from rich.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Display:
    """The properties of a terminal: columns, whether it shows colour, and what it can encode."""

    width: int = 100
    color: bool = False
    encoding: str = "utf-8"

    def render(self, renderable: "RenderableType") -> str:
        """What the display shows of it, wrapped to the width, without spaces at the ends of lines."""
        buffer = self._buffer()
        self._console(buffer).print(renderable)
        return _text(buffer)

    def render_lines(self, lines: "Iterable[Text]") -> str:
        """The lines as they are: longer ones are left to the terminal, so that they can be searched and copied."""
        buffer = self._buffer()
        if self.color:
            console = self._console(buffer)
            for line in lines:
                console.print(line, soft_wrap=True)
        else:  # a console takes ten times as long, and there may be thousands of lines
            buffer.writelines(f"{line.plain}\n" for line in lines)
        return _text(buffer)

    def _buffer(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(io.BytesIO(), encoding=self.encoding, errors="backslashreplace", newline="")

    def _console(self, buffer: io.TextIOWrapper) -> "Console":
        from rich.console import Console  # noqa: PLC0415  rich costs 40 ms, and only text needs it

        return Console(
            file=buffer,
            width=self.width,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=not self.color,
            markup=False,
            emoji=False,
            highlight=False,
            legacy_windows=False,
        )


def _text(buffer: io.TextIOWrapper) -> str:
    buffer.flush()
    buffer.seek(0)
    lines = buffer.read().removesuffix("\n").split("\n")
    return "".join(f"{line.rstrip()}\n" for line in lines)

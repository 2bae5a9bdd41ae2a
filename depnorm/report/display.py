"""Where text for people is shown."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.text import Text


_LEAST_WIDTH = 24
"""Columns below which text has no room beside a head."""


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


@dataclass(frozen=True, slots=True)
class Hanging:
    """Text behind a head; where it wraps, it goes on below itself and not below the head."""

    head: "Text"
    body: "Text"

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "RenderResult":
        """As of every renderable of rich."""
        from rich.text import Text  # noqa: PLC0415  rich is loaded: it asks

        indent = self.head.cell_len
        if options.max_width - indent < _LEAST_WIDTH:
            yield Text.assemble(self.head, self.body)
            return
        for number, line in enumerate(self.body.wrap(console, options.max_width - indent)):
            yield Text.assemble(self.head if number == 0 else " " * indent, line)


def _text(buffer: io.TextIOWrapper) -> str:
    buffer.flush()
    buffer.seek(0)
    if not (text := buffer.read()):
        return ""
    lines = text.removesuffix("\n").split("\n")
    return "".join(f"{line.rstrip()}\n" for line in lines)

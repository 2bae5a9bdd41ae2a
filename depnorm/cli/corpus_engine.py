"""The options of commands that ask an engine."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from depnorm.corpus.engine import EngineOptions

DEFAULT_MEMORY = 4096


class EngineName(StrEnum):
    """What runs the expressions (`depnorm.corpus.engine.EngineKind`, which is not there without the extra)."""

    DUCKDB = "duckdb"
    SPARK = "spark"


EngineOption = Annotated[EngineName, typer.Option("--engine", help="What reads facts.parquet.")]
MemoryOption = Annotated[
    int, typer.Option("--memory", metavar="MIB", min=256, help="What the engine holds before it spills to disk.")
]


def engine_options(engine: EngineName, memory: int, threads: int | None = None) -> "EngineOptions":
    """The engine with so many MiB of memory, and threads (None: one for each processor)."""
    from depnorm.corpus.engine import EngineKind, EngineOptions  # noqa: PLC0415  heavy, and only there with the extra

    return EngineOptions(kind=EngineKind(engine.value), memory_bytes=memory * 2**20, threads=threads)

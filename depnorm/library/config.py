"""Configuration: what `depnorm.toml` and `[tool.depnorm]` in pyproject.toml may say, checked, as one value."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from depnorm.library.options import PlanOptions
    from depnorm.read.config_file import ConfigFile

OWN_FILE = "depnorm.toml"
_PYPROJECT = "pyproject.toml"
_OF_PLANS = (
    "base_image",
    "python",
    "catalog",
    "layers",
    "layers_from",
    "max_layers",
    "fallback",
    "all_specs",
    "slim",
    "repo_dir",
    "user_id",
)
"""The keys that are options of a plan, spelled as the library has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What was configured; None where nothing was. Paths in it are absolute.

    `files` were read, the stronger one first, in `directory`. `select`, `ignore`, `per_file_ignores` (patterns of paths
    below `directory`, each with rules), `fail_on`, `baseline` and `inline_ignores` are for `depnorm check`, the others
    what `PlanOptions` calls so.
    """

    files: tuple[Path, ...] = ()
    directory: Path = field(default_factory=Path)
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] | None = None
    per_file_ignores: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fail_on: str | None = None
    baseline: Path | None = None
    inline_ignores: bool | None = None
    base_image: str | None = None
    python: str | None = None
    catalog: str | None = None
    layers: str | None = None
    layers_from: str | None = None
    max_layers: int | None = None
    fallback: str | None = None
    all_specs: bool | None = None
    slim: bool | None = None
    repo_dir: str | None = None
    user_id: int | None = None

    def plan_options(self) -> "PlanOptions":
        """What was configured of a plan: `depnorm.plan(repo, **config.plan_options())`."""
        given = {name: getattr(self, name) for name in _OF_PLANS if getattr(self, name) is not None}
        return cast("PlanOptions", given)

    def ignored_in(self, path: Path) -> tuple[str, ...]:
        """The rules that do not count in a file, which has to lie below `directory`."""
        if not self.per_file_ignores:
            return ()
        below = os.path.relpath(path, self.directory).replace(os.sep, "/")
        found = (rules for pattern, rules in self.per_file_ignores.items() if _matches(below, pattern))
        return tuple(rule for rules in found for rule in rules)


def _matches(path: str, pattern: str) -> bool:
    """A pattern without a slash is one of names, in any directory."""
    if path == ".." or path.startswith("../"):
        return False
    return fnmatchcase(path, pattern) or ("/" not in pattern and fnmatchcase(path.rpartition("/")[2], pattern))


def load_config(path: str | Path) -> Config:
    """The configuration in a file: of a pyproject.toml the table `[tool.depnorm]`, of any other the whole.

    Nothing else reads one: the library has no configuration unless it is asked for. Raises `UsageError`, which names
    file, line and what was meant, for a key or a value that is none.
    """
    from depnorm.read.config_file import read_config_file  # noqa: PLC0415  brings the readers of TOML

    file = read_config_file(Path(path), is_asked_for=True)
    return _checked([file] if file else [])


def find_config(directory: str | Path) -> Config:
    """The configuration of the nearest directory upwards that has one, but for what lies outside of a git repository.

    In one directory a key of depnorm.toml comes before the same of pyproject.toml. Raises what `load_config` does.
    """
    start = Path(directory).resolve()
    for place in (start, *start.parents):
        if found := _in_directory(place):
            return _checked(found)
        if os.path.exists(place / ".git"):  # noqa: PTH110  Path raises for what cannot be asked
            break
    return Config()


def _in_directory(place: Path) -> list["ConfigFile"]:
    names = [name for name in (OWN_FILE, _PYPROJECT) if os.path.isfile(place / name)]  # noqa: PTH113  as above
    if not names:
        return []
    from depnorm.read.config_file import read_config_file  # noqa: PLC0415  brings the readers of TOML

    read = (read_config_file(_shown(place / name), is_asked_for=False) for name in names)
    return [file for file in read if file]


def _shown(path: Path) -> Path:
    """Relative to the working directory where that is shorter: messages name it."""
    relative = os.path.relpath(path)
    return Path(relative) if len(relative) < len(str(path)) else path


def _checked(files: list["ConfigFile"]) -> Config:
    if not files:
        return Config()
    from depnorm.library.config_values import checked_values  # noqa: PLC0415  many have no configuration

    values: dict[str, Any] = {}
    for file in reversed(files):
        values |= checked_values(file)
    return Config(files=tuple(file.path for file in files), directory=files[0].path.parent.resolve(), **values)

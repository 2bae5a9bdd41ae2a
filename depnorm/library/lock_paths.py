"""Where lock files of a repository lie, in the order in which they are tried."""

from collections.abc import Iterable, Iterator, Sequence

from depnorm.model import Analysis, SpecFormat

_PYTHON_NAMES = ("pylock.toml", "uv.lock")
"""In the order in which they are tried; `pylock.NAME.toml` are for other purposes than installing the repository."""
_CONDA_NAMES = ("conda-lock.yml", "conda-lock.yaml")
"""They are tried first; conda-lock itself writes the first, unless it is told another name."""


def python_locks(analysis: Analysis) -> Iterator[str]:
    """Lock files of what pip installs beside the spec files, then those at the root."""
    return _beside(analysis, _PYTHON_NAMES)


def renv_locks(analysis: Analysis) -> Iterator[str]:
    """The same of R."""
    return _beside(analysis, ("renv.lock",))


def conda_locks(analysis: Analysis) -> Iterator[str]:
    """Those of conda-lock's own name, then others, such as `environment.conda-lock.yml`, in each directory."""
    found = [path for path, form in _formats(analysis).items() if form is SpecFormat.CONDA_LOCK]
    for directory in _directories(analysis):
        names = sorted(path.rpartition("/")[2] for path in found if path.rpartition("/")[0] == directory)
        yield from _beside_in(directory, sorted(names, key=lambda name: name not in _CONDA_NAMES))


def _formats(analysis: Analysis) -> dict[str, SpecFormat]:
    """The format of each file that was found, by its path."""
    return {each.path: each.format for each in (*analysis.choice.used, *analysis.choice.ignored)}


def _directories(analysis: Analysis) -> tuple[str, ...]:
    return tuple(dict.fromkeys((analysis.choice.config_directory, "")))


def _beside(analysis: Analysis, names: Sequence[str]) -> Iterator[str]:
    found = _formats(analysis)
    for directory in _directories(analysis):
        yield from (path for path in _beside_in(directory, names) if path in found)


def _beside_in(directory: str, names: Iterable[str]) -> Iterator[str]:
    return (f"{directory}/{name}" if directory else name for name in names)

"""Signs that the order of a list means something: then it is left as it is, and that is said.

pip 20.3 and later resolve a whole file and build every sdist before they install anything. The order counts for an
older pip, for installs line by line, for builds that find what was installed before them (without isolation, or by the
pip of another day), and where somebody says so.
"""

import re
from collections.abc import Iterable

from depnorm.model import Dependency, Ecosystem, Option, SpecFile, canonical_name
from depnorm.model.layout import Layout

_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")
_SAYS_ORDER = re.compile(
    r"\border\b(?:(?!\b(?:not|n't|no)\b).){0,30}\b(matters|is important|is significant)\b|"
    r"\b(keep|in) (this|the) order\b|\bdo not sort\b|\bdon't sort\b|"
    r"\b(must|should|needs? to|has to|have to)\s+(be\s+)?(installed|listed|come|go|stand)\b.{0,30}"
    r"\b(first|before|after|last)\b|"
    r"\binstall(ed)?\b[^.]{0,20}\b(first\b|before (this|the|it|[a-z_-]+$)|after (this|the|it)\b)",
    re.IGNORECASE | re.MULTILINE,
)
_UNISOLATED = re.compile(rb"no[-_]build[-_]isolation", re.IGNORECASE)
_LINE_BY_LINE = re.compile(
    rb"xargs\b[^\n]{0,80}\bpip3? install|while read[^\n]{0,200}\n?[^\n]{0,200}pip3? install|"
    rb"\bfor \w+ in [^\n]{0,80}requirements[^\n]{0,80}\n?[^\n]{0,80}pip3? install"
)
_LEGACY = re.compile(rb"legacy-resolver")
_CLAUSE = re.compile(r"(===?|<=?|~=|)\s*(\d+)(?:\.(\d+))?.*")
_NEW_PIP = (20, 3)
MAX_SCRIPT_BYTES = 64 * 1024
"""Bytes of a script that are looked at."""
IMPORT_AT_BUILD = frozenset(
    map(
        canonical_name,
        (
            "apex", "basemap", "causal-conv1d", "deepspeed", "detectron2", "fbprophet", "flash-attn", "gdal",
            "lightfm", "madmom", "mamba-ssm", "mmcv", "pyemd", "pystan", "pytorch3d", "scikit-sparse", "torch-cluster",
            "torch-scatter", "torch-sparse", "torch-spline-conv",
        ),
    )
)  # fmt: skip
"""PyPI packages with sdists whose build imports numpy, Cython or torch without asking for it: they are installed
without isolation, in steps that a file does not show."""


def order_matters(layout: Layout, file: SpecFile, beside: Iterable[bytes] = ()) -> str:
    """Why the order of a list may mean something, as the end of a sentence; "" where nothing says so.

    `file` is what the whole file says, `beside` are the scripts of the repository that may install it.
    """
    if any(map(_SAYS_ORDER.search, _COMMENT.findall(layout.render()))):
        return "a comment says that it matters"
    if layout.ecosystem is not Ecosystem.PYPI:
        return ""
    scripts = b"\n".join(script[:MAX_SCRIPT_BYTES] for script in beside)
    if _UNISOLATED.search(scripts):
        return "a script of the repository builds without isolation, so a build may import an earlier line's package"
    if _LINE_BY_LINE.search(scripts):
        return "a script of the repository installs line by line"
    if _LEGACY.search(scripts):
        return "a script of the repository uses pip's old resolver"
    items: tuple[Dependency | Option, ...] = (*file.dependencies, *file.options)
    return next((reason for item in items if (reason := _of_item(item))), "")


def _of_item(item: Dependency | Option) -> str:
    if item.name == "--no-binary":
        return "--no-binary builds packages, and an old build may import what another line installs"
    if isinstance(item, Option):
        return ""
    if item.name == "pip" and is_old_pip(item.spec):
        return f"it asks for pip {item.spec}, which installs in the order of the file"
    if item.ecosystem is Ecosystem.PYPI and item.name in IMPORT_AT_BUILD and not (item.url or "").endswith(".whl"):
        return f"the build of {item.name} may import what another line installs"
    return ""


def is_old_pip(spec: str) -> bool:
    """Whether a specifier admits no pip from 20.3 on, which resolves before it installs."""
    clauses = [clause for part in re.split("[,|]", spec) if (clause := _CLAUSE.fullmatch(part.strip()))]
    return any(_bound(clause) < _NEW_PIP or clause.group() == "<20.3" for clause in clauses)


def _bound(clause: re.Match[str]) -> tuple[int, int]:
    return int(clause.group(2)), int(clause.group(3) or 0)

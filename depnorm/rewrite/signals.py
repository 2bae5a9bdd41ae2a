"""Signs that the order of requirements means something: then the order is left as it is, and said.

pip resolves a whole file and builds every sdist before it installs anything, so for pip 20.3 and later the order of a
file means nothing but for index options (`meaning`). It does for an older pip, for installs line by line, and for
sdists whose builds import what another line installs.
"""

import re
from collections.abc import Iterable

from depnorm.model import Dependency, Ecosystem, Option, SpecFile, canonical_name
from depnorm.model.layout import Layout

_SAYS_ORDER = re.compile(
    r"\border\b.{0,30}\b(matters?|important|significant)|\b(keep|in) (this|the) order\b|\bdo not sort\b|"
    r"\b(must|should|needs? to|has to|have to)\b.{0,40}\b(first|before|after|last)\b|"
    r"\binstall(ed)?\b.{0,30}\b(first|before|after)\b",
    re.IGNORECASE,
)
_UNISOLATED = re.compile(rb"no[-_]build[-_]isolation", re.IGNORECASE)
_LINE_BY_LINE = re.compile(rb"xargs\b[^\n]{0,80}\bpip3? install|while read[^\n]{0,200}\n?[^\n]{0,200}pip3? install")
_OLD_PIP = re.compile(r"(?:==|<=?)?(?:\d|1\d|20\.[0-2])(?:\.(?:\d+|\*))*")
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
"""PyPI packages with releases whose build imports numpy, Cython or torch without asking for it."""


def order_matters(layout: Layout, file: SpecFile, beside: Iterable[bytes] = ()) -> str:
    """Why the order of a list may mean something, as the end of a sentence; "" where nothing says so.

    `file` is what the whole file says, `beside` are the scripts of the repository that may install it.
    """
    comments = [text for piece in layout.pieces for text in (*piece.above, piece.text[piece.end :]) if "#" in text]
    if any(map(_SAYS_ORDER.search, comments)):
        return "a comment says that it matters"
    if layout.ecosystem is not Ecosystem.PYPI:
        return ""
    scripts = b"\n".join(beside)
    if _UNISOLATED.search(scripts):
        return "a script of the repository builds without isolation, so a build may import an earlier line's package"
    if _LINE_BY_LINE.search(scripts):
        return "a script of the repository installs line by line"
    items: tuple[Dependency | Option, ...] = (*file.dependencies, *file.options)
    return next((reason for item in items if (reason := _of_item(item))), "")


def _of_item(item: Dependency | Option) -> str:
    if item.name == "--no-binary":
        return "--no-binary builds packages, and an old build may import what another line installs"
    if isinstance(item, Option):
        return ""
    if item.name == "pip" and _OLD_PIP.fullmatch(item.spec):
        return f"it asks for pip {item.spec}, which installs in the order of the file"
    if item.ecosystem is Ecosystem.PYPI and item.name in IMPORT_AT_BUILD:
        return f"the build of {item.name} may import what another line installs"
    return ""

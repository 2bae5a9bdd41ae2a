"""Which functions the reader knows, and how a name finds one: R's search path, in small."""

from collections.abc import Callable

from depnorm.read.r.call import Site
from depnorm.read.r.control import CONTROL
from depnorm.read.r.functions import FUNCTIONS
from depnorm.read.r.installers import INSTALLERS
from depnorm.read.r.session import SESSION
from depnorm.read.r.values import Value

Handler = Callable[[Site], Value]
_KNOWN: dict[str, Handler] = {**FUNCTIONS, **CONTROL, **SESSION, **INSTALLERS}
# Names that mean different things in different packages, or too little without one.
_NEEDS_PACKAGE = frozenset({"install", "restore", "packages", "libraries", "stock", "shelf", "repositories", "consent"})


def _bare_names() -> dict[str, Handler]:
    """Functions of packages that are called without `package::`, where the name alone tells enough."""
    return {
        name: handler
        for full, handler in _KNOWN.items()
        if "::" in full and (name := full.partition("::")[2]) not in _NEEDS_PACKAGE and name not in _KNOWN
    }


_BARE = _bare_names()
_OF_PACKAGES = frozenset(full.partition("::")[2] for full in _KNOWN if "::" in full)


def find(package: str | None, name: str, attached: list[str]) -> Handler | None:
    """The function that `package::name`, or `name` after `library(attached)`, calls; None for one nobody here knows."""
    if package is not None:
        return _KNOWN.get(f"{package}::{name}") or _KNOWN.get(name)
    for other in reversed(attached[-50:]) if name in _OF_PACKAGES else ():
        if handler := _KNOWN.get(f"{other}::{name}"):
            return handler
    return _KNOWN.get(name) or _BARE.get(name)

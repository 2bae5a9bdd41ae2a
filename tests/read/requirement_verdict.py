"""What depnorm made of one line, in the form of the pip oracle."""

import os
from collections.abc import Iterable

from packaging.utils import canonicalize_name
from pip_oracle import Verdict

from depnorm.model import Dependency, Option, Problem, ReferenceKind, RepoReference
from depnorm.read.assemble import Item
from depnorm.read.closure import local_target

REFUSALS = {"DN301", "DN114"}
INCLUDES = {ReferenceKind.INCLUDE: "-r", ReferenceKind.CONSTRAINT: "-c"}
INSTALLED = {ReferenceKind.EDITABLE, ReferenceKind.PATH, ReferenceKind.ARCHIVE}
AS_OPTION = {ReferenceKind.FIND_LINKS: "--find-links", ReferenceKind.INDEX: "--index-url"}
CONTROLS = {"--no-binary", "--only-binary", "--all-releases", "--only-final"}


def verdict(items: Iterable[Item]) -> Verdict:
    found = list(items)
    refused = [item for item in found if isinstance(item, Problem) and item.rule in REFUSALS]
    if refused:
        return Verdict(refused=refused[0].message)
    dependency = next((item for item in found if isinstance(item, Dependency)), None)
    references = [item for item in found if isinstance(item, RepoReference)]
    installed = next((item for item in references if item.kind in INSTALLED), None)
    include = next((item for item in references if item.kind in INCLUDES), None)
    described = dependency or installed
    return Verdict(
        name=dependency.name if dependency else None,
        spec=dependency.spec if dependency else "",
        extras=described.extras if described else (),
        marker=described.marker if described else None,
        url=dependency.url if dependency and not installed else None,
        editable=bool((dependency and dependency.editable) or (installed and installed.kind is ReferenceKind.EDITABLE)),
        path=os.path.realpath(os.path.expandvars(local_target(installed.target) or "")) if installed else None,
        hashes=dependency.hashes if dependency else (),
        options=frozenset(_options(found)),
        include=(INCLUDES[include.kind], include.target) if include else None,
    )


def _options(items: Iterable[Item]) -> Iterable[tuple[str, str]]:
    for item in items:
        if isinstance(item, RepoReference) and item.kind in AS_OPTION:
            yield AS_OPTION[item.kind], item.target
        elif isinstance(item, Option) and item.name in CONTROLS:
            names = (name if name.startswith(":") else canonicalize_name(name) for name in item.value.split(","))
            yield item.name, ",".join(sorted(names))
        elif isinstance(item, Option):
            yield item.name, item.value

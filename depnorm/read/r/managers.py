"""Package managers: pak, renv, pacman, librarian, groundhog and their like."""

from functools import partial

from depnorm.model import ReferenceKind
from depnorm.read.r.call import Actual, Site
from depnorm.read.r.nodes import Binary, Name
from depnorm.read.r.origins import is_archive, of_hosted, of_notation
from depnorm.read.r.packages import Handler, argument_source, install, install_each, items_of, span_of, table
from depnorm.read.r.record import StatementClass
from depnorm.read.r.values import NULL, Cause, Item, Unknown, Value, Vector, first_unknown, one_text, texts


def itself(site: Site) -> Value:
    """`install_local()`, `devtools::install()`, `install_deps()`: a directory, by default the repository itself."""
    site.match("path", "pkgdir", "root", "pkg")
    site.record.effect(StatementClass.INSTALL_OTHER)
    given = next((name for name in ("path", "pkgdir", "root", "pkg") if site.given(name)), None)
    items = items_of(site, site.value(given)) if given else (Item("."),)
    for item in items:
        target = str(item.value)
        kind = ReferenceKind.ARCHIVE if is_archive(target) else ReferenceKind.SELF_INSTALL
        site.record.reference(kind, target, *span_of(site, item))
    return NULL


def _notations(site: Site) -> Value:
    """`pak::pak`, `pak::pkg_install`, `renv::install`; without packages the repository's own dependencies."""
    site.match("pkg", "packages", "...")
    formal = "packages" if site.given("packages") and site.matched["packages"].name else "pkg"
    if not site.given(formal):
        return itself(site)
    value = site.value(formal)
    return install_each(site, formal, of_notation) if value != NULL else NULL


def _unevaluated(site: Site, *, hosted: bool = False) -> Value:
    """`pacman::p_load(a, b)`, `librarian::shelf(a, owner/b)`: bare names stand for packages."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    by_value = any(actual.name == "character.only" and texts(site.of(actual)) == ("TRUE",) for actual in site.actuals)
    for actual in site.actuals:
        if actual.name in {"char", "pkgs"} or (actual.name is None and by_value and actual.node is not None):
            items = items_of(site, site.of(actual))
        elif actual.name is None:
            items = (_unevaluated_item(site, actual),)
        else:
            continue
        for item in items:
            text = str(item.value)
            install(site, item, of_hosted(text) if hosted or "/" in text else of_notation(text))
    return NULL


def _unevaluated_item(site: Site, actual: Actual) -> Item:
    node = actual.node
    name = site.symbol(actual)
    if node is None:
        return Item(one_text(site.of(actual)) or "")
    if name is None and isinstance(node, Binary) and isinstance(node.left, Name) and isinstance(node.right, Name):
        name = f"{node.left.name}{node.operator}{node.right.name}"
    return Item(name or site.record.raw(node.line, node.end_line).strip(), node.line, node.end_line)


def _as_of(site: Site) -> Value:
    """`groundhog.library(pkg, date)`: packages as they were on a day; a bare name that is no variable is a package."""
    site.match("pkg", "date", "...")
    actual = site.matched.get("pkg")
    if actual is not None and isinstance(actual.node, Name) and site.scope.find(actual.node.name) is None:
        actual.known = Vector((Item(actual.node.name, actual.node.line, actual.node.end_line),))
    date = site.text("date")
    if date is None:
        site.record.unknown_argument(
            first_unknown(site.value("date")) or Unknown(Cause.DYNAMIC), site.source, site.span
        )
    else:
        site.record.option("date", date, site.span)
    return install_each(site, "pkg", of_notation)


def _by_value(site: Site) -> Value:
    """`xfun::pkg_attach2("a", "b")` and the like: every argument names packages."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    for actual in site.actuals:
        if actual.name is None:
            for item in items_of(site, site.of(actual)):
                install(site, item, of_notation(str(item.value)))
    return NULL


def _restore(site: Site) -> Value:
    """`renv::restore(project)`: what the project's lock file lists."""
    site.match("project", "...", "library", "lockfile")
    project = site.text("project") if site.given("project") else "."
    if site.given("lockfile") or project == ".":
        return _lock(site, "renv.lock")
    return _lock(site, None if project is None else f"{project.rstrip('/')}/renv.lock")


def _lockfile_install(site: Site) -> Value:
    """`pak::lockfile_install()`."""
    site.match("lockfile")
    return _lock(site, "pkg.lock")


def _lock(site: Site, default: str | None) -> Value:
    """What a lock file lists; None is one that is not known."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    target = one_text(site.value("lockfile")) if site.given("lockfile") else default
    if target is None:
        site.record.unknown_argument(Unknown(Cause.DYNAMIC), argument_source(site), site.span)
    else:
        site.record.reference(ReferenceKind.PACKAGE_LIST, target, *site.span)
    return NULL


def update(site: Site) -> Value:
    """`update.packages()`: newer versions of what is there."""
    site.values()
    site.record.effect(StatementClass.INSTALL_OTHER)
    return NULL


MANAGERS: dict[str, Handler] = {
    **table("pak", "pak pkg_install", _notations),
    **table("pak", "local_install local_install_deps local_install_dev_deps", itself),
    **table("pak", "lockfile_install", _lockfile_install),
    **table("renv", "install", _notations),
    **table("renv", "restore", _restore),
    **table("pacman", "p_load p_install", _unevaluated),
    **table("pacman", "p_load_gh p_install_gh", partial(_unevaluated, hosted=True)),
    **table("pacman", "p_update", update),
    **table("librarian", "shelf stock", _unevaluated),
    **table("groundhog", "groundhog.library", _as_of),
    **table("groundhog", "meta.groundhog set.groundhog.folder", update),
    **table("xfun", "pkg_attach2 pkg_load2", _by_value),
    **table("install.load", "install_load", _by_value),
    **table("easypackages", "packages libraries", _by_value),
}  # fmt: skip

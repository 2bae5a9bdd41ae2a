"""The functions that install R packages: a table from their names to what they take and what they do."""

import re
from collections.abc import Callable
from functools import partial

from depnorm.model import ReferenceKind
from depnorm.read.r.call import Actual, Site
from depnorm.read.r.nodes import Binary, Name
from depnorm.read.r.origins import (
    PACKAGE_NAME,
    HostedOptions,
    Origin,
    is_archive,
    is_url,
    of_git,
    of_hosted,
    of_notation,
    of_url,
    of_version,
)
from depnorm.read.r.record import StatementClass
from depnorm.read.r.session import DEFAULT_REPOSITORY, note_repositories
from depnorm.read.r.values import (
    NULL,
    Cause,
    Item,
    Unknown,
    Value,
    Vector,
    as_vector,
    first_unknown,
    one_text,
    texts,
)

Handler = Callable[[Site], Value]
Reader = Callable[[str], Origin | None]

_FORMALS = ("pkgs", "lib", "repos", "contriburl", "method", "available", "destdir", "dependencies", "type",
            "configure.args", "configure.vars", "clean", "Ncpus", "verbose", "libs_only", "INSTALL_opts", "quiet",
            "keep_outputs")  # fmt: skip
# Arguments that leave it to the default repository what is installed, and where.
_PLAIN_ARGUMENTS = frozenset({"pkgs", "repos", "dependencies", "Ncpus", "quiet", "verbose", "clean"})
# CRAN and its mirrors and snapshots say so in their addresses.
_CRAN = re.compile(r"cran|mran|//cloud\.r-|@CRAN@", re.IGNORECASE)
_CREDENTIALS = re.compile(r"//[^/@]*@")
_ANCHORED = re.compile(r"(~|/|\.{1,2}(/|$))")


def _items(site: Site, value: Value | None) -> tuple[Item, ...]:
    """The elements that name packages; what is not known about them is noted."""
    flat = as_vector(value or NULL)
    if isinstance(flat, Unknown):
        site.record.unknown_argument(flat, _argument_source(site), site.span)
        return ()
    for item in flat.items:
        if isinstance(item.value, Unknown):
            site.record.unknown_argument(item.value, _argument_source(site), site.span)
    return tuple(item for item in flat.items if isinstance(item.value, str))


def _argument_source(site: Site) -> str:
    return site.source.strip()


def _install_packages(site: Site) -> Value:
    """`utils::install.packages`."""
    site.match(*_FORMALS, "...")
    items = _items(site, site.value("pkgs"))
    names = [str(item.value) for item in items]
    repositories = site.value("repos")
    local = site.given("repos") and repositories == NULL
    if local or (names and not site.given("repos") and all(map(is_archive, names))):
        for item in items:
            _install_local(site, item)
        return NULL
    plain = _note_arguments(site, repositories)
    other = _other_repository(site, repositories)
    for item in items:
        _install_named(site, item, known=plain and other is None, channel=other)
    if not items:
        site.record.mark(StatementClass.INSTALL)
    return NULL


def _note_arguments(site: Site, repositories: Value | None) -> bool:
    """Note what says where from; whether these are constant packages in the default library and in no special way."""
    rest = [actual for actual in site.rest if actual.name != "character.only"]  # often passed, never looked at
    plain = not rest and site.matched.keys() <= _PLAIN_ARGUMENTS | {"type", "lib"}
    plain = plain and texts(site.value("type")) in {None, ("source",)} and _library(site)
    if repositories is not None:
        plain = note_repositories(site, repositories) and plain
    if site.given("dependencies"):
        value = texts(site.value("dependencies"))
        site.record.option("dependencies", ",".join(value or ("NA",)), site.span)
    return plain


def _other_repository(site: Site, repositories: Value | None) -> str | None:
    """The first repository of the call, or of `options(repos =)`, that is not CRAN; without credentials."""
    urls = texts(site.evaluator.repositories if repositories is None else repositories) or ()
    return next((_CREDENTIALS.sub("//", url) for url in urls if not _CRAN.search(url)), None)


def _library(site: Site) -> bool:
    """Whether the packages go to the default library. A package name there is a slip that R punishes."""
    if not site.given("lib"):
        return True
    library = site.text("lib")
    if site.matched["lib"].name is None and library is not None and PACKAGE_NAME.fullmatch(library):
        message = f'install.packages() takes "{library}" for the library to install into, not for a package'
        site.record.problem(message, "Put the names into one vector: install.packages(c(…)).", site.span)
    return False


def _install_named(site: Site, item: Item, *, known: bool, channel: str | None) -> None:
    name = str(item.value)
    if PACKAGE_NAME.fullmatch(name):
        site.record.dependency(name, item, site.span, channel=channel, known=known)
    elif is_url(name) or is_archive(name) or _ANCHORED.match(name):
        _install_local(site, item)
    else:
        site.record.effect(StatementClass.INSTALL_OTHER)
        hint = "remotes::install_github() installs from GitHub." if "/" in name else "Write the package's name alone."
        site.record.problem(f'"{name}" is not the name of an R package', hint, _span(site, item))


def _span(site: Site, item: Item) -> tuple[int, int]:
    return (item.line, item.end_line) if item.line else site.span


def _install_local(site: Site, item: Item) -> None:
    """A path, an archive, or the URL of one."""
    target = str(item.value)
    site.record.effect(StatementClass.INSTALL_OTHER)
    if is_url(target) and not target.startswith("file:"):
        _install(site, item, of_url(target))
    elif is_archive(target):
        site.record.reference(ReferenceKind.ARCHIVE, target, *_span(site, item))
    else:
        kind = ReferenceKind.SELF_INSTALL if target in {".", "./"} else ReferenceKind.PATH
        site.record.reference(kind, target, *_span(site, item))


def _install(site: Site, item: Item, origin: Origin | None) -> None:
    """Note one package by its origin; None is a notation that the installer would not understand."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    if origin is None:
        message = f'{site.name}() does not understand "{item.value}"'
        site.record.problem(message, "Write owner/repository or a package's name.", _span(site, item))
    elif origin.local is not None:
        _install_local(site, Item(origin.local, item.line, item.end_line))
    else:
        site.record.dependency(
            origin.name, item, site.span, spec=origin.spec, url=origin.url, channel=origin.channel, known=False
        )


def _each(site: Site, formal: str, read: Reader) -> Value:
    """Install every element of an argument."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    for item in _items(site, site.value(formal)):
        _install(site, item, read(str(item.value)))
    return NULL


def _hosted(site: Site, host: str) -> Value:
    """`install_github` and its kin."""
    site.match("repo", "ref", "subdir", "auth_token", "host", "...")
    if any(first_unknown(site.value(name)) for name in ("ref", "subdir")):
        site.record.give_up(Cause.MACHINE)
    if host != "github":
        site.match("repo", "subdir", "auth_token", "host", "...", "ref")
    given = site.text("host") or host
    options = HostedOptions(
        host=host if given.startswith("api.") else given, ref=site.text("ref"), directory=site.text("subdir")
    )
    return _each(site, "repo", lambda text: of_hosted(text, options))


def _git(site: Site) -> Value:
    site.match("url", "subdir", "ref", "branch")
    options = HostedOptions(ref=site.text("ref") or site.text("branch"), directory=site.text("subdir"))
    return _each(site, "url", lambda url: of_git(url, options))


def _url(site: Site) -> Value:
    site.match("url", "subdir")
    return _each(site, "url", of_url)


def _version(site: Site) -> Value:
    site.match("package", "version", "dependencies", "upgrade", "force", "quiet", "build", "build_opts",
               "build_manual", "build_vignettes", "repos")  # fmt: skip
    version = site.value("version")
    if (unknown := first_unknown(version)) is not None:
        site.record.unknown_argument(unknown, _argument_source(site), site.span)
    if (repositories := site.value("repos")) is not None:
        note_repositories(site, repositories)
    constraint = ",".join(texts(version) or ())
    return _each(site, "package", lambda name: of_version(name, constraint))


def _from_cran(site: Site) -> Value:
    site.match("pkgs", "repos", "...")
    if (repositories := site.value("repos")) is not None:
        note_repositories(site, repositories)
    return _each(site, "pkgs", lambda name: Origin(name=name) if PACKAGE_NAME.fullmatch(name) else None)


def _bioconductor(site: Site) -> Value:
    """`BiocManager::install`, `biocLite`, `install_bioc`: names, or repositories on GitHub."""
    site.match("pkgs", "...", "repo", "version", "update", "ask")
    formal = "repo" if site.given("repo") else "pkgs"
    return _each(site, formal, _of_bioconductor)


def _of_bioconductor(text: str) -> Origin | None:
    if PACKAGE_NAME.fullmatch(text):
        return Origin(name=text, channel="bioconductor")
    return of_hosted(text)


def _itself(site: Site) -> Value:
    """`install_local()`, `devtools::install()`, `install_deps()`: a directory, by default the repository itself."""
    site.match("path", "pkgdir", "root", "pkg")
    site.record.effect(StatementClass.INSTALL_OTHER)
    given = next((name for name in ("path", "pkgdir", "root", "pkg") if site.given(name)), None)
    items = _items(site, site.value(given)) if given else (Item("."),)
    for item in items:
        target = str(item.value)
        kind = ReferenceKind.ARCHIVE if is_archive(target) else ReferenceKind.SELF_INSTALL
        site.record.reference(kind, target, *_span(site, item))
    return NULL


def _notations(site: Site) -> Value:
    """`pak::pak`, `pak::pkg_install`, `renv::install`; without packages the repository's own dependencies."""
    site.match("pkg", "packages", "...")
    formal = "packages" if site.given("packages") and site.matched["packages"].name else "pkg"
    if not site.given(formal):
        return _itself(site)
    value = site.value(formal)
    return _each(site, formal, of_notation) if value != NULL else NULL


def _unevaluated(site: Site, *, hosted: bool = False) -> Value:
    """`pacman::p_load(a, b)`, `librarian::shelf(a, owner/b)`: bare names stand for packages."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    by_value = any(actual.name == "character.only" and site.of(actual) for actual in site.actuals)
    for actual in site.actuals:
        if actual.name in {"char", "pkgs"} or (actual.name is None and by_value and actual.node is not None):
            items = _items(site, site.of(actual))
        elif actual.name is None:
            items = (_unevaluated_item(site, actual),)
        else:
            continue
        for item in items:
            text = str(item.value)
            _install(site, item, of_hosted(text) if hosted or "/" in text else of_notation(text))
    return NULL


def _unevaluated_item(site: Site, actual: Actual) -> Item:
    node = actual.node
    name = site.symbol(actual)
    if node is None:
        return Item(one_text(site.of(actual)) or "")
    if name is None and isinstance(node, Binary) and isinstance(node.left, Name) and isinstance(node.right, Name):
        name = f"{node.left.name}{node.operator}{node.right.name}"
    return Item(name or site.record.raw(node.line, node.end_line).strip(), node.line, node.end_line)


def _by_value(site: Site) -> Value:
    """`xfun::pkg_attach2("a", "b")` and the like: every argument names packages."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    for actual in site.actuals:
        if actual.name is None:
            for item in _items(site, site.of(actual)):
                _install(site, item, of_notation(str(item.value)))
    return NULL


def _locked(site: Site, default: str) -> Value:
    """`renv::restore()`, `pak::lockfile_install()`: what a file lists."""
    site.match("lockfile")
    site.record.effect(StatementClass.INSTALL_OTHER)
    target = one_text(site.value("lockfile")) if site.given("lockfile") else default
    if target is None:
        site.record.unknown_argument(Unknown(Cause.DYNAMIC), _argument_source(site), site.span)
    else:
        site.record.reference(ReferenceKind.PACKAGE_LIST, target, *site.span)
    return NULL


def _update(site: Site) -> Value:
    """`update.packages()`: newer versions of what is there."""
    site.values()
    site.record.effect(StatementClass.INSTALL_OTHER)
    return NULL


def _bioconductor_repositories(site: Site) -> Value:
    site.values()
    return Vector((Item("bioconductor"), Item(DEFAULT_REPOSITORY)))


def _table(packages: str, names: str, handler: Handler) -> dict[str, Handler]:
    return {f"{package}::{name}": handler for package in packages.split() for name in names.split()}


# `utils::x` is in R's default search path; the others by `package::name`, or by name once the package is attached.
INSTALLERS: dict[str, Handler] = {
    "install.packages": _install_packages,
    "update.packages": _update,
    **_table("remotes devtools githubinstall ghinstall", "install_github", partial(_hosted, host="github")),
    **_table("remotes devtools", "install_gitlab", partial(_hosted, host="gitlab")),
    **_table("remotes devtools", "install_bitbucket", partial(_hosted, host="bitbucket")),
    **_table("remotes devtools", "install_git", _git),
    **_table("remotes devtools", "install_url", _url),
    **_table("remotes devtools versions", "install_version install.versions", _version),
    **_table("remotes devtools", "install_cran", _from_cran),
    **_table("remotes devtools", "install_bioc", _bioconductor),
    **_table("remotes devtools", "install_local install_deps install_dev_deps", _itself),
    **_table("remotes devtools", "update_packages", _update),
    **_table("devtools", "install load_all", _itself),
    **_table("BiocManager", "install", _bioconductor),
    **_table("BiocInstaller", "biocLite", _bioconductor),
    **_table("BiocManager", "repositories", _bioconductor_repositories),
    **_table("pak", "pak pkg_install", _notations),
    **_table("pak", "local_install local_install_deps local_install_dev_deps", _itself),
    **_table("pak", "lockfile_install", partial(_locked, default="pkg.lock")),
    **_table("renv", "install", _notations),
    **_table("renv", "restore", partial(_locked, default="renv.lock")),
    **_table("pacman", "p_load p_install", _unevaluated),
    **_table("pacman", "p_load_gh p_install_gh", partial(_unevaluated, hosted=True)),
    **_table("pacman", "p_update", _update),
    **_table("librarian", "shelf stock", _unevaluated),
    **_table("xfun", "pkg_attach2 pkg_load2", _by_value),
    **_table("install.load", "install_load", _by_value),
    **_table("easypackages", "packages libraries", _by_value),
}  # fmt: skip

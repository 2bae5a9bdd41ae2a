"""The functions that install R packages: a table from their names to what they take and what they do."""

import re
from functools import partial

from depnorm.read.r.call import Site
from depnorm.read.r.managers import MANAGERS, itself, update
from depnorm.read.r.origins import (
    PACKAGE_NAME,
    HostedOptions,
    Origin,
    is_archive,
    is_url,
    of_git,
    of_hosted,
    of_url,
    of_version,
)
from depnorm.read.r.packages import (
    Handler,
    argument_source,
    install_each,
    install_local,
    items_of,
    span_of,
    table,
)
from depnorm.read.r.record import StatementClass
from depnorm.read.r.session import DEFAULT_REPOSITORY, note_repositories
from depnorm.read.r.values import (
    NULL,
    Cause,
    Item,
    Value,
    Vector,
    first_unknown,
    texts,
)

_FORMALS = ("pkgs", "lib", "repos", "contriburl", "method", "available", "destdir", "dependencies", "type",
            "configure.args", "configure.vars", "clean", "Ncpus", "verbose", "libs_only", "INSTALL_opts", "quiet",
            "keep_outputs", "...")  # fmt: skip
# Arguments that leave it to the default repository what is installed, and where.
_PLAIN_ARGUMENTS = frozenset({"pkgs", "repos", "dependencies", "Ncpus", "quiet", "verbose", "clean"})
# CRAN and its mirrors and snapshots say so in their addresses.
_CRAN = re.compile(r"cran|mran|//cloud\.r-|@CRAN@", re.IGNORECASE)
_CREDENTIALS = re.compile(r"//[^/@]*@")
_ANCHORED = re.compile(r"(~|/|\.{1,2}(/|$))")


def _install_packages(site: Site) -> Value:
    """`utils::install.packages`."""
    site.match(*_FORMALS)
    items = items_of(site, site.value("pkgs"))
    if len(site.actuals) == 1 and not site.rest and site.evaluator.repositories is None:  # most calls
        for item in items:
            _install_named(site, item, known=True, channel=None)
        if not items:
            site.record.mark(StatementClass.INSTALL)
        return NULL
    names = [str(item.value) for item in items]
    repositories = site.value("repos")
    local = site.given("repos") and repositories == NULL
    if local or (names and not site.given("repos") and all(map(is_archive, names))):
        for item in items:
            install_local(site, item)
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
    if PACKAGE_NAME.fullmatch(name) and not is_archive(name):
        site.record.dependency(name, item, site.span, channel=channel, known=known)
    elif is_url(name) or is_archive(name) or _ANCHORED.match(name):
        install_local(site, item)
    else:
        site.record.effect(StatementClass.INSTALL_OTHER)
        hint = "remotes::install_github() installs from GitHub." if "/" in name else "Write the package's name alone."
        site.record.problem(f'"{name}" is not the name of an R package', hint, span_of(site, item))


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
    return install_each(site, "repo", lambda text: of_hosted(text, options))


def _git(site: Site) -> Value:
    site.match("url", "subdir", "ref", "branch")
    options = HostedOptions(ref=site.text("ref") or site.text("branch"), directory=site.text("subdir"))
    return install_each(site, "url", lambda url: of_git(url, options))


def _url(site: Site) -> Value:
    site.match("url", "subdir")
    return install_each(site, "url", of_url)


def _version(site: Site) -> Value:
    site.match("package", "version", "dependencies", "upgrade", "force", "quiet", "build", "build_opts",
               "build_manual", "build_vignettes", "repos")  # fmt: skip
    version = site.value("version")
    if (unknown := first_unknown(version)) is not None:
        site.record.unknown_argument(unknown, argument_source(site), site.span)
    if (repositories := site.value("repos")) is not None:
        note_repositories(site, repositories)
    constraint = ",".join(texts(version) or ())
    return install_each(site, "package", lambda name: of_version(name, constraint))


def _from_cran(site: Site) -> Value:
    site.match("pkgs", "repos", "...")
    if (repositories := site.value("repos")) is not None:
        note_repositories(site, repositories)
    return install_each(site, "pkgs", lambda name: Origin(name=name) if PACKAGE_NAME.fullmatch(name) else None)


def _bioconductor(site: Site) -> Value:
    """`BiocManager::install`, `biocLite`, `install_bioc`: names, or repositories on GitHub."""
    site.match("pkgs", "...", "repo", "version", "update", "ask")
    if (version := site.text("version")) is not None:
        site.record.option("bioconductor", version, site.span)
    formal = "repo" if site.given("repo") else "pkgs"
    return install_each(site, formal, _of_bioconductor)


def _of_bioconductor(text: str) -> Origin | None:
    if PACKAGE_NAME.fullmatch(text):
        return Origin(name=text, channel="bioconductor")
    return of_hosted(text)


def _bioconductor_repositories(site: Site) -> Value:
    site.values()
    return Vector((Item("bioconductor"), Item(DEFAULT_REPOSITORY)))


# `utils::x` is in R's default search path; the others by `package::name`, or by name once the package is attached.
INSTALLERS: dict[str, Handler] = {
    "install.packages": _install_packages,
    "update.packages": update,
    **table("remotes devtools githubinstall ghinstall", "install_github", partial(_hosted, host="github")),
    **table("remotes devtools", "install_gitlab", partial(_hosted, host="gitlab")),
    **table("remotes devtools", "install_bitbucket", partial(_hosted, host="bitbucket")),
    **table("remotes devtools", "install_git", _git),
    **table("remotes devtools", "install_url", _url),
    **table("remotes devtools versions", "install_version install.versions", _version),
    **table("remotes devtools", "install_cran", _from_cran),
    **table("remotes devtools", "install_bioc", _bioconductor),
    **table("remotes devtools", "install_local install_deps install_dev_deps", itself),
    **table("remotes devtools", "update_packages", update),
    **table("devtools", "install load_all", itself),
    **table("BiocManager", "install", _bioconductor),
    **table("BiocInstaller", "biocLite", _bioconductor),
    **table("BiocManager", "repositories", _bioconductor_repositories),
    **MANAGERS,
}  # fmt: skip

"""Functions that change the R session or the machine: loading packages, options, other scripts, programs."""

from collections.abc import Callable, Iterator

from depnorm.model import ReferenceKind
from depnorm.model.cran import BASE_PACKAGES
from depnorm.read.r.call import Site
from depnorm.read.r.commands import references_of
from depnorm.read.r.record import StatementClass, shorten
from depnorm.read.r.values import (
    NULL,
    Cause,
    ListValue,
    Unknown,
    Value,
    Vector,
    as_vector,
    first_unknown,
    one_text,
    texts,
    vector,
)

Handler = Callable[[Site], Value]

DEFAULT_REPOSITORY = "@CRAN@"  # R's own placeholder for the repository that the image is set up with


def _load(site: Site) -> Value:
    """`library(x)`, `require(x)`, `requireNamespace("x")`: loads, and tells whether the package is there."""
    site.match("package", "help", "pos", "lib.loc", "character.only", "logical.return", "quietly")
    site.record.mark(StatementClass.LIBRARY)
    actual = site.matched.get("package")
    if actual is None:
        return NULL
    evaluated = site.name in {"requireNamespace", "loadNamespace", "attachNamespace"} or site.flag("character.only")
    name = None if evaluated else site.symbol(actual)
    names = (name,) if name is not None else texts(site.of(actual))
    if names is None or len(names) != 1:
        return vector(False, assumed=True)  # noqa: FBT003  R's FALSE
    site.evaluator.attached.append(names[0])
    return _is_there(site, names)


def _is_there(site: Site, names: tuple[str, ...]) -> Value:
    there = [name in site.record.installed or name in BASE_PACKAGES for name in names]
    return vector(*there, assumed=not all(name in BASE_PACKAGES for name in names))


def _is_installed(site: Site) -> Value:
    """`rlang::is_installed("x")` and the like."""
    values = site.values()
    names = texts(values[0]) if values else ()
    return vector(False, assumed=True) if not names else _is_there(site, names)  # noqa: FBT003  R's FALSE


def _installed_path(site: Site) -> Value:
    """`system.file(package = "x")`, `find.package("x")`: empty while the package is not installed."""
    site.values()
    named = {actual.name: actual for actual in site.actuals}
    actual = named.get("package") or named.get(None)
    name = one_text(site.of(actual)) if actual else None
    if name in site.record.installed | BASE_PACKAGES:
        return vector(f"library/{name}", assumed=True)
    return vector("", assumed=True) if site.name == "system.file" else vector(assumed=True)


def note_repositories(site: Site, value: Value) -> bool:
    """Note every repository of a `repos` value as an option; False where the value is not constant."""
    repositories = texts(value)
    if repositories is None:
        site.record.option("repos", shorten(site.source), site.span)
        site.record.give_up((first_unknown(value) or Unknown(Cause.DYNAMIC)).cause)
        return False
    for repository in repositories:
        if repository != DEFAULT_REPOSITORY:
            site.record.option("repos", repository, site.span)
    return True


def _options(site: Site) -> Value:
    site.record.effect(StatementClass.OPTIONS)
    for name, value in _settings(site):
        if name == "repos":
            note_repositories(site, value)
            site.evaluator.repositories = as_vector(value)
        elif name is None and isinstance(value, Unknown):
            site.record.give_up(value.cause)
    return NULL


def _settings(site: Site) -> Iterator[tuple[str | None, Value]]:
    """The options that are set, also as `options(list(name = value))`."""
    for actual in site.actuals:
        value = site.of(actual)
        if actual.name is None and isinstance(value, ListValue):
            yield from zip(value.names, value.items, strict=False)
        else:
            yield actual.name, value


def _get_option(site: Site) -> Value:
    values = site.values()
    if values and one_text(values[0]) == "repos":
        return site.evaluator.repositories or Vector(vector(DEFAULT_REPOSITORY).items, ("CRAN",))
    return Unknown(Cause.MACHINE)


def _set_environment(site: Site) -> Value:
    site.values()
    site.record.effect(StatementClass.OPTIONS)
    return NULL


def _other_effect(site: Site) -> Value:
    """Something beside R packages; a file it is given by name is needed."""
    site.record.effect(StatementClass.OTHER_EFFECT)
    for actual in site.actuals:
        value = site.of(actual)
        target = one_text(value)
        if actual.name in {"requirements", "environment"} and target:
            site.record.reference(ReferenceKind.PACKAGE_LIST, target, *site.span)
        elif (unknown := first_unknown(value)) is not None and unknown.cause is not Cause.MACHINE:
            site.record.unknown_argument(unknown, site.source, site.span)
    return NULL


def _source(site: Site) -> Value:
    """Another script runs: what it does is not in this one."""
    site.match("file", "local", "echo")
    value = site.value("file") or NULL
    site.record.effect(StatementClass.SOURCE)
    target = one_text(value)
    if target is None:
        unknown = first_unknown(value) or Unknown(Cause.DYNAMIC)
        site.record.unknown_argument(unknown, site.source, site.span)
    else:
        site.record.reference(ReferenceKind.SCRIPT, target, *site.span)
    return NULL


def _system(site: Site) -> Value:
    """A program runs; what its command line names in the repository is needed."""
    site.match("command", "args", "...", "intern", "wait", "stdout", "stderr")
    parts = [value for value in (site.value("command"), site.value("args")) if value is not None]
    site.record.effect(StatementClass.SYSTEM)
    words = [texts(part) for part in parts]
    unknown = next(filter(None, map(first_unknown, parts)), None)
    if unknown is not None or any(word is None for word in words):
        site.record.unknown_argument(unknown or Unknown(Cause.DYNAMIC), site.source, site.span)
        return Unknown(Cause.DYNAMIC, site.source)
    for kind, target in references_of(" ".join(" ".join(word) for word in words if word)):
        site.record.reference(kind, shorten(target), *site.span)
    return Unknown(Cause.DYNAMIC, site.source)


def _elsewhere(site: Site) -> Value:
    """Changes where the script works or installs: what follows means something else than it says."""
    site.values()
    if site.actuals:
        site.record.give_up(Cause.DYNAMIC if site.name == "setwd" else Cause.MACHINE)
    return Unknown(Cause.MACHINE)


def _print(site: Site) -> Value:
    """`cat(..., file =)` writes a file; without it it has no effect."""
    site.values()
    for actual in site.actuals:
        if actual.name == "file" and isinstance(site.of(actual), Vector):
            site.record.give_up()
    return NULL


_OTHER_EFFECTS = (
    "IRkernel::installspec", "tinytex::install_tinytex", "tinytex::tlmgr_install", "tinytex::tlmgr_update",
    "keras::install_keras", "keras3::install_keras", "tensorflow::install_tensorflow", "torch::install_torch",
    "reticulate::py_install", "reticulate::conda_install", "reticulate::conda_create", "reticulate::install_miniconda",
    "reticulate::virtualenv_create", "reticulate::virtualenv_install", "reticulate::use_condaenv",
    "reticulate::use_virtualenv", "reticulate::use_python", "reticulate::use_miniconda", "reticulate::install_python",
    "cmdstanr::install_cmdstan", "webshot::install_phantomjs", "webshot2::install_phantomjs",
    "spacyr::spacy_install", "arrow::install_arrow", "extrafont::font_import", "greta::install_greta_deps",
    "slendr::setup_env", "stencila::register",
    "renv::consent", "remotes::system_requirements", "credentials::set_github_pat",
)  # fmt: skip
SESSION: dict[str, Handler] = {
    **dict.fromkeys(("library", "require", "requireNamespace", "loadNamespace", "attachNamespace"), _load),
    **dict.fromkeys(
        ("rlang::is_installed", "xfun::loadable", "pacman::p_isinstalled", "is_installed", "is.installed",
         "isNamespaceLoaded"), _is_installed),
    **dict.fromkeys(("system.file", "find.package"), _installed_path),
    "options": _options, "getOption": _get_option,
    **dict.fromkeys(("Sys.setenv", "Sys.unsetenv", "Sys.setlocale", "Sys.umask"), _set_environment),
    "dir.create": _other_effect,
    **dict.fromkeys(_OTHER_EFFECTS, _other_effect),
    **dict.fromkeys(("source", "sys.source", "devtools::source_url", "devtools::source_gist"), _source),
    **dict.fromkeys(("system", "system2", "shell"), _system),
    **dict.fromkeys(("setwd", ".libPaths", "download.file"), _elsewhere),
    "cat": _print,
}  # fmt: skip

"""What a run of an R script recorded, and what the reader says, in the same words."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from depnorm.model import ReferenceKind
from depnorm.read.r.evaluate import Evaluator
from depnorm.read.r.record import Record
from depnorm.read.r.search_path import find
from depnorm.read.r.syntax import parse

Values = dict[str, list[str] | None]
OPEN = {ReferenceKind.DYNAMIC, ReferenceKind.VARIABLE, ReferenceKind.PACKAGE_LIST}
BIOCONDUCTOR = "bioconductor"
ARCHIVES = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")
HOSTS = {"install_github": "github.com", "install_gitlab": "gitlab.com", "install_bitbucket": "bitbucket.org"}


@dataclass(frozen=True, kw_only=True)
class Item:
    """Something that is installed (a package), used (a path, a list, a script) or set (repos)."""

    what: str
    name: str | None
    spec: str = ""
    url: str | None = None
    channel: str | None = None


@dataclass(frozen=True, kw_only=True)
class Done:
    """One recorded call: the statement it happened in, the function, and what it means."""

    statement: int
    name: str
    about: str
    items: frozenset[Item]


@dataclass(frozen=True, kw_only=True)
class Said:
    """One statement as the reader understood it; `is_open` where only running it tells what it installs."""

    kind: str
    items: frozenset[Item]
    is_open: bool


def read_statements(data: bytes) -> Iterator[Said]:
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    record = Record("install.R", text.split("\n"))
    evaluator = Evaluator(record, find)
    before = frozenset[Item]()
    open_before = 0
    for index, node in enumerate(parse(text).statements):
        record.begin()
        evaluator.statement(node)
        record.end(node.line, node.end_line, index)
        after = frozenset(said_items(record))
        kinds = [option.value for option in record.options if option.name == "statement"]
        lines = [reference.location.line for reference in record.references if reference.kind in OPEN]
        open_now = len(lines)
        is_open = open_now > open_before or any(node.line <= line <= node.end_line for line in lines)
        yield Said(kind=kinds[-1], items=after - before, is_open=is_open)
        before, open_before = after, open_now


def said_items(record: Record) -> Iterator[Item]:
    for dependency in record.dependencies:
        yield Item(
            what="package", name=dependency.name, spec=dependency.spec, url=dependency.url, channel=dependency.channel
        )
    what = {
        ReferenceKind.SELF_INSTALL: "path",
        ReferenceKind.PATH: "path",
        ReferenceKind.ARCHIVE: "path",
        ReferenceKind.PACKAGE_LIST: "list",
        ReferenceKind.SCRIPT: "script",
    }
    for reference in record.references:
        if reference.kind in what:
            yield Item(what=what[reference.kind], name=reference.target)
    for problem in record.problems:  # a name that no package has is read as that
        if match := re.search(r'"(.*)" is not the name|does not understand "(.*)"', problem.message):
            yield Item(what="package", name=match[1] or match[2])
    for option in record.options:
        if option.name == "repos":
            yield Item(what="repos", name=option.value)


def done_by(recorded: str) -> list[Done]:
    done: list[Done] = []
    default: list[str] = []
    for line in recorded.splitlines():
        number, name, *words = line.split("\t")
        values: Values = {}
        for label, value in map(argument, words):
            values[label] = (values.get(label) or []) + value if value is not None else None
        if name == "repos":
            default = values[""] or []
        about = " ".join(",".join(value or ["NULL"]) for value in values.values())
        items = frozenset(MEANINGS[name](values, default)) if name in MEANINGS else frozenset()
        done.append(Done(statement=int(number), name=name, about=about, items=items))
    return done


def argument(word: str) -> tuple[str, list[str] | None]:
    name, _, value = word.partition("=")
    return unquote(name), None if value == "NULL" else [unquote(part) for part in value.split(",")] if value else []


def said_to_be_known(done: Done) -> bool:
    """Whether a call may stand in a statement that the reader understands."""
    if done.name == "unknown":
        package, _, name = done.about.partition("::")
        return find(package, name, []) is not None
    return done.name not in {"error", "changes"}


# What calls mean


def install_packages(values: Values, default: list[str]) -> Iterator[Item]:
    names = values.get("pkgs") or []
    repositories = values.get("repos", default)
    yield from ([] if "repos" not in values else repos(repositories or []))
    for name in names:
        if repositories is None or (name.endswith(ARCHIVES) and "repos" not in values):
            yield local(name)
        else:
            others = [each for each in repositories if "cran" not in each.lower() and "//cloud.r-" not in each]
            yield Item(what="package", name=name, channel=others[0] if others else None)


def repos(urls: list[str]) -> Iterator[Item]:
    yield from (Item(what="repos", name=url) for url in urls if url != "@CRAN@")


def local(target: str) -> Item:
    if "://" not in target:
        return Item(what="path", name=target)
    name, _, version = target.rpartition("/")[2].partition("_")
    return Item(what="package", name=name if version else None, url=target)


def hosted(text: str, host: str, ref: str | None, subdir: str | None) -> Item:
    name, equals, rest = text.partition("=")
    text = rest if equals else text
    if "://" in text:
        host, _, text = text.partition("://")[2].partition("/")
    text, _, pull = text.partition("#")
    text, _, given = text.partition("@")
    owner, repository, *inner = text.strip("/").removesuffix(".git").split("/")
    directory = subdir or "/".join(inner)
    ref = ref or given or (f"refs/pull/{pull}/head" if pull else "")
    url = f"git+https://{host}/{owner}/{repository}" + (f"@{ref}" if ref else "")
    url += f"#subdirectory={directory}" if directory else ""
    return Item(what="package", name=name if equals else directory.rpartition("/")[2] or repository, url=url)


def one(values: Values, name: str) -> str | None:
    value = values.get(name)
    return value[0] if value else None


def of_host(host: str) -> Callable[[Values, list[str]], Iterator[Item]]:
    def meaning(values: Values, _: list[str]) -> Iterator[Item]:
        given = (one(values, "host") or host).removeprefix("api.").removeprefix("https://")
        for text in values.get("repo") or []:
            yield hosted(text, given, one(values, "ref"), one(values, "subdir"))

    return meaning


def git(values: Values, _: list[str]) -> Iterator[Item]:
    for url in values.get("url") or []:
        ref, directory = one(values, "ref") or one(values, "branch"), one(values, "subdir")
        name = (directory or url).rstrip("/").removesuffix(".git").rpartition("/")[2]
        full = f"git+{url}" + (f"@{ref}" if ref else "") + (f"#subdirectory={directory}" if directory else "")
        yield Item(what="package", name=name, url=full)


def version(values: Values, _: list[str]) -> Iterator[Item]:
    yield from repos(values.get("repos") or [])
    parts = [part.replace(" ", "") for each in values.get("version") or [] for part in each.split(",")]
    spec = ",".join(part if part[0] in "<>=!" else f"=={part}" for part in parts)
    yield from (Item(what="package", name=name, spec=spec) for name in values.get("package") or [])


def bioconductor(values: Values, _: list[str]) -> Iterator[Item]:
    for name in values.get("pkgs", values.get("repo")) or []:
        yield hosted(name, "github.com", None, None) if "/" in name else package(name, BIOCONDUCTOR)


def package(text: str, channel: str | None = None) -> Item:
    name, _, wanted = text.partition("@")
    spec = wanted if wanted[:1] in {"<", ">", "=", ""} else f"=={wanted}"
    return Item(what="package", name=name, spec=spec, channel=channel)


def notation(text: str) -> Item:
    kind, separator, rest = text.partition("::")
    kind, rest = (kind, rest.partition("?")[0]) if separator else ("", text.partition("?")[0])
    if kind in {"local", "deps"} or rest.startswith((".", "/")):
        return Item(what="path", name=rest or ".")
    if kind == "url":
        return local(text.removeprefix("url::"))
    if kind == "git":
        return next(git({"url": [rest]}, []))
    hosts = {"github": "github.com", "gitlab": "gitlab.com"}
    if "/" in rest:
        return hosted(f"{kind}::{rest}" if "=" in kind else rest, hosts.get(kind, "github.com"), None, None)
    return package(rest, BIOCONDUCTOR if kind == "bioc" else None)


def notations(values: Values, _: list[str]) -> Iterator[Item]:
    given = [value for name, value in values.items() if name in {"pkg", "packages", ""}]
    if not given:
        yield Item(what="path", name=".")
    yield from (notation(text) for value in given for text in value or [])


def groundhog(values: Values, _: list[str]) -> Iterator[Item]:
    yield from (notation(text) for text in values["pkg"] or [])


def of_path(default: str, *names: str, what: str = "path") -> Callable[[Values, list[str]], Iterator[Item]]:
    def meaning(values: Values, _: list[str]) -> Iterator[Item]:
        given = next((values[name] for name in names if name in values), None) or [default]
        yield from (Item(what=what, name=path) for path in given)

    return meaning


def program(values: Values, _: list[str]) -> Iterator[Item]:
    words = " ".join((values.get("command") or []) + (values.get("args") or [])).split()
    if words[:3] == ["R", "CMD", "INSTALL"]:
        yield from (Item(what="path", name=word) for word in words[3:] if not word.startswith("-"))


def renv_lock(values: Values) -> str:
    project = one(values, "project")
    return one(values, "lockfile") or (f"{project}/renv.lock" if project else "renv.lock")


MEANINGS: dict[str, Callable[[Values, list[str]], Iterator[Item]]] = {
    "install.packages": install_packages,
    "repos": lambda values, _: repos(values[""] or []),
    **{name: of_host(host) for name, host in HOSTS.items()},
    "install_git": git,
    "install_url": lambda values, _: (local(url) for url in values.get("url") or []),
    "install_version": version,
    "install_cran": lambda values, _: (package(name) for name in values.get("pkgs") or []),
    "install_bioc": bioconductor,
    "bioconductor": bioconductor,
    "pak": notations,
    "names": notations,
    "names_github": notations,
    "groundhog": groundhog,
    "install_local": of_path(".", "path", "root", "pkgdir"),
    "install_deps": of_path(".", "pkgdir", "root"),
    "renv_restore": lambda values, _: iter([Item(what="list", name=renv_lock(values))]),
    "pak_lock": of_path("pkg.lock", "lockfile", what="list"),
    "source": of_path("", "file", what="script"),
    "read": of_path("", "", what="list"),
    "system": program,
}

"""What a URL in a requirement line makes: a dependency, a reference where it is local, and what is wrong with it."""

import re

from packaging.requirements import Requirement

from depnorm.model import ReferenceKind
from depnorm.model.redact import redact
from depnorm.read.assemble import Item
from depnorm.read.requirement_links import URL_SCHEMES, Link, archive_extension, is_windows_path, parse_link
from depnorm.read.requirement_mistakes import find_mistake
from depnorm.read.requirement_path import machine_path_problems, wheel_name
from depnorm.read.requirement_text import LOCAL_IN_INTENT, RequirementLine, quoted

_LOCAL_HOSTS = frozenset({"", "localhost"})


def direct_url(line: RequirementLine, link: Link, *, marker: str | None, hashes: tuple[str, ...]) -> list[Item]:
    """`https://…/x.whl`, `git+https://…#egg=x`, `file:x`."""
    name, problems = wheel_name(line, link.filename) if link.is_wheel else (link.name, [])
    return linked(line, link, name=name, marker=marker, hashes=hashes) + problems


def named_url(
    line: RequirementLine,
    requirement: Requirement,
    *,
    extras: tuple[str, ...],
    marker: str | None,
    hashes: tuple[str, ...] = (),
) -> list[Item]:
    """`name @ URL`; where the URL is a path, as uv allows and pip does not, a reference and a problem."""
    name, url = requirement.name, requirement.url or ""
    link = parse_link(url)
    if link.scheme in URL_SCHEMES or url.startswith("${"):
        return linked(line, link, name=name, extras=extras, marker=marker, hashes=hashes)
    mistake = find_mistake(f"{name}@{url}") or find_mistake(url)
    if mistake and not url.startswith((".", "/")):
        return [line.problem(f"{quoted(url)} {mistake.message}", mistake.hint)]
    kind = ReferenceKind.ARCHIVE if archive_extension(url) else ReferenceKind.PATH
    target = url.replace("\\", "/") if is_windows_path(url) else url
    hint = f"Write `{name} @ file:{target}`."
    return [
        line.dependency(name, extras=extras, marker=marker, url=url, hashes=hashes),
        line.reference(kind, target, extras=extras, marker=marker),
        line.problem(f"{quoted(url)} is a path, and pip wants a URL behind the @", hint, rule=LOCAL_IN_INTENT),
        *machine_path_problems(line, url),
    ]


def linked(
    line: RequirementLine,
    link: Link,
    *,
    name: str | None,
    extras: tuple[str, ...] = (),
    marker: str | None = None,
    hashes: tuple[str, ...] = (),
    editable: bool = False,
) -> list[Item]:
    """The dependency and the reference that a URL makes. A local URL without a name is a reference only."""
    items: list[Item] = []
    if name or not link.is_local:
        items.append(
            line.dependency(name, extras=extras, marker=marker, url=link.url, editable=editable, hashes=hashes)
        )
    if link.is_local:
        target = link.url if link.netloc in _LOCAL_HOSTS else link.netloc + link.path
        kind = ReferenceKind.ARCHIVE if archive_extension(link.path) else ReferenceKind.PATH
        items.append(line.reference(ReferenceKind.EDITABLE if editable else kind, target, extras=extras, marker=marker))
        items += _local_url_problems(line, link)
    return items if link.has_valid_egg else [*items, _egg_problem(line, link)]


def _relative(path: str) -> str:
    return path if path.startswith(".") else f"./{path}"


def _egg_problem(line: RequirementLine, link: Link) -> Item:
    match = re.match(r"[\w.-]+(\[[\w\s,.-]*\])?", link.egg or "")
    requirement = match.group() if match else "NAME"
    url = redact(link.url.partition("#")[0])
    return line.problem(
        f"{quoted(f'#egg={link.egg}')} is more than a name, and pip refuses it",
        f"Write `{requirement} @ {url}`; a version is the URL's own business.",
    )


def _local_url_problems(line: RequirementLine, link: Link) -> list[Item]:
    url = quoted(link.url)
    if link.netloc not in _LOCAL_HOSTS:
        message = f"{url}: behind file:// comes a host, and {quoted(link.netloc)} is none"
        return [line.problem(message, f"Write `file:{redact(link.netloc + link.path)}`.", rule=LOCAL_IN_INTENT)]
    if link.is_vcs and not link.path.startswith("/"):
        message = f"{url}: a version control system clones an absolute path only"
        return [
            line.problem(message, f"Write `{_relative(link.path)}` to install what is there.", rule=LOCAL_IN_INTENT)
        ]
    if not link.is_vcs and not link.url.startswith("file:"):
        return [line.problem(f"{url}: pip wants the scheme in lower case", "Write `file:`.", rule=LOCAL_IN_INTENT)]
    return machine_path_problems(line, link.url)

"""What an installer was given, into the record: packages by name or origin, archives, directories."""

from collections.abc import Callable

from depnorm.model import ReferenceKind
from depnorm.read.r.call import Site
from depnorm.read.r.origins import Origin, is_archive, is_url, of_url
from depnorm.read.r.record import StatementClass
from depnorm.read.r.values import NULL, Item, Unknown, Value, as_vector

Handler = Callable[[Site], Value]
Reader = Callable[[str], Origin | None]


def items_of(site: Site, value: Value | None) -> tuple[Item, ...]:
    """The elements that name packages; what is not known about them is noted."""
    flat = as_vector(value or NULL)
    if isinstance(flat, Unknown):
        site.record.unknown_argument(flat, argument_source(site), site.span)
        return ()
    known: list[Item] = []
    for item in flat.items:
        if isinstance(item.value, str):
            known.append(item)
        elif isinstance(item.value, Unknown):
            site.record.unknown_argument(item.value, argument_source(site), site.span)
    return tuple(known)


def argument_source(site: Site) -> str:
    """The call as it stands, for a reference to what is computed in it."""
    return site.source.strip()


def span_of(site: Site, item: Item) -> tuple[int, int]:
    """The lines of an element's literal, or of the call where it has none."""
    return (item.line, item.end_line) if item.line else site.span


def install_local(site: Site, item: Item) -> None:
    """A path, an archive, or the URL of one."""
    target = str(item.value)
    site.record.effect(StatementClass.INSTALL_OTHER)
    if is_url(target) and not target.startswith("file:"):
        install(site, item, of_url(target))
    elif is_archive(target):
        site.record.reference(ReferenceKind.ARCHIVE, target, *span_of(site, item))
    else:
        kind = ReferenceKind.SELF_INSTALL if target in {".", "./"} else ReferenceKind.PATH
        site.record.reference(kind, target, *span_of(site, item))


def install(site: Site, item: Item, origin: Origin | None) -> None:
    """Note one package by its origin; None is a notation that the installer would not understand."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    if origin is None:
        message = f'{site.name}() does not understand "{item.value}"'
        site.record.problem(message, "Write owner/repository or a package's name.", span_of(site, item))
    elif origin.local is not None:
        install_local(site, Item(origin.local, item.line, item.end_line))
    else:
        site.record.dependency(
            origin.name, item, site.span, spec=origin.spec, url=origin.url, channel=origin.channel, known=False
        )


def install_each(site: Site, formal: str, read: Reader) -> Value:
    """Install every element of an argument."""
    site.record.effect(StatementClass.INSTALL_OTHER)
    for item in items_of(site, site.value(formal)):
        install(site, item, read(str(item.value)))
    return NULL


def table(packages: str, names: str, handler: Handler) -> dict[str, Handler]:
    """Entries for functions that several packages have: `package::name` for each of both."""
    return {f"{package}::{name}": handler for package in packages.split() for name in names.split()}

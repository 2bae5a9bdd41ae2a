"""What was read of each spec file, for people."""

from collections.abc import Iterable, Iterator

from rich.text import Text

from depnorm import model
from depnorm.report import wording
from depnorm.report.display import Display
from depnorm.report.redact import hide_value, printable


def inspect_text(files: Iterable[model.SpecFile], display: Display) -> str:
    """One block a file: a line for each thing found, by line number."""
    lines = [line for file in files for line in _file_lines(file)]
    return display.render_lines(lines or [Text("No spec file is here; `depnorm plan` lists the names it looks for.")])


def _file_lines(file: model.SpecFile) -> Iterator[Text]:
    yield Text.assemble((printable(file.path), "bold"), printable(f" ({file.format.value}, {file.encoding})"))
    found = sorted(file.items(), key=lambda item: item.location.line)
    for item in found:
        kind, text = _describe(item)
        yield Text(f"{item.location.line:>6}  {kind:<12}{printable(text)}")
    if not found:
        yield Text("        nothing")


def _describe(item: model.Dependency | model.RepoReference | model.Option | model.Problem) -> tuple[str, str]:
    match item:
        case model.Dependency():
            return item.ecosystem.value, _dependency(item)
        case model.RepoReference():
            resolved = f" -> {item.resolved}" if item.resolved is not None else ""
            return "reference", f"{item.kind.value} {item.target}{resolved} (needs: {item.scope.value})"
        case model.Option():
            return "option", f"{item.name} {hide_value(item).value}"
        case model.Problem():
            return "problem", f"{item.rule} {item.message}"


def _dependency(dependency: model.Dependency) -> str:
    extras = f"[{','.join(dependency.extras)}]" if dependency.extras else ""
    parts = [
        f"{dependency.channel}::" if dependency.channel else "",
        "-e " if dependency.editable else "",
        dependency.name or "(unnamed)",
        extras,
        wording.joined(dependency.ecosystem, "", dependency.spec),
        f" @ {dependency.url}" if dependency.url else "",
        f" ; {dependency.marker}" if dependency.marker else "",
        f" ({dependency.group})" if dependency.group else "",
    ]
    return "".join(parts)

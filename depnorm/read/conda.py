"""environment.yml, as `conda env create` reads it (conda/env/env.py, tried with conda 24.7.1)."""

import re
from collections.abc import Iterable, Iterator, Sequence

from depnorm.model import Ecosystem, Problem, ReferenceKind, SpecFile
from depnorm.read.conda_items import Reading
from depnorm.read.conda_pip import read_pip_lists
from depnorm.read.match_spec import MatchedSpec, RejectedSpec, parse_match_spec
from depnorm.read.text import Text, decode
from depnorm.read.yaml_document import parse_yaml
from depnorm.read.yaml_node import Kind, Node, Source

# The largest real file known has 18 kB; a quarter of a mebibyte takes the YAML parser two seconds.
MAX_ENVIRONMENT_CHARACTERS = 256 * 1024
# No release series of Python has had more than 25 releases.
MAX_PYTHON_MICRO = 40

_CONDA_ENCODINGS = {"utf-8", "utf-8-sig", "utf-16"}
_OTHER_TOOLS_KEYS = {"platforms"}  # conda-lock's
_LOCAL_CHANNEL = re.compile(r"file:|\.\.?([/\\]|$)|~|/|[a-zA-Z]:[/\\]|\\\\", re.IGNORECASE)  # conda/common/path.py
_VARIABLE = re.compile(r"\$(\w+|\{[^}]{1,100}\})")


def parse_environment(data: bytes, path: str) -> SpecFile:
    """What an environment.yml declares: conda specs, the requirements of its `pip:` lists, channels and other keys.

    Never raises. Every line with content is in the span of some item; syntax that belongs to nothing else is an option
    `yaml`. Local package files and channels are relative to the directory conda runs in, requirements of `pip:` to that
    of the file (conda/env/installers/pip.py).
    """
    text = _decode(data)
    reading = Reading(path=path, source=Source(text.text))
    _check_encoding(reading, text)
    if len(text.text) > MAX_ENVIRONMENT_CHARACTERS:
        reading.nothing_read(f"it has more than {MAX_ENVIRONMENT_CHARACTERS} characters", "List dependencies only.")
    else:
        _read_document(reading)
    reading.cover_rest()
    return reading.spec_file(text.encoding)


def python_minor(spec_file: SpecFile, available: Sequence[str]) -> str | None:
    """The newest `X.Y` of `available` of which one release satisfies every `python` spec of the file.

    None where the file declares no python, and also where none of `available` fits: a file whose `dependencies` name
    python then asks for one that is not available.
    """
    specs = [d.spec for d in spec_file.dependencies if d.ecosystem is Ecosystem.CONDA and d.name == "python"]
    if not specs:
        return None
    from rattler import Version, VersionSpec  # noqa: PLC0415  heavy; only conda files need it

    wanted = [VersionSpec(spec) for spec in specs if spec]
    for minor in sorted(available, key=Version, reverse=True):
        releases = [Version(f"{minor}.{micro}") for micro in range(MAX_PYTHON_MICRO + 1)]
        if any(all(spec.matches(release) for spec in wanted) for release in releases):
            return minor
    return None


def _decode(data: bytes) -> Text:
    """UTF-8 whatever a cookie says, as conda does; else as other spec files are, and a problem says so."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return decode(data)
    return Text(text=text.removeprefix("\ufeff"), encoding="utf-8-sig" if text.startswith("\ufeff") else "utf-8")


def _check_encoding(reading: Reading, text: Text) -> None:
    if text.damaged or text.encoding not in _CONDA_ENCODINGS:
        message = "conda stops at what is neither UTF-8 nor UTF-16 with a byte order mark"
        reading.line_problem(1, message, "Save the file as UTF-8.")


def _read_document(reading: Reading) -> None:
    document = parse_yaml(reading.source.text)
    if document.complaints:  # a loader stops at the first
        complaint = min(document.complaints, key=lambda complaint: complaint.offset)
        line = reading.source.line(complaint.offset)
        reading.line_problem(
            line, f"conda rejects the whole file: {complaint.message}", "Write plain YAML, each key once."
        )
    if document.broken:
        line = reading.source.line(document.broken.offset)
        reading.line_problem(line, f"this is no YAML: {document.broken.message}", "Correct this line.")
        reading.nothing_read("it is no YAML", f"Correct line {line} first.")
    elif document.root is None or document.root.is_null:
        reading.nothing_read("it is empty", "List dependencies, or remove the file.")
    elif document.root.kind is not Kind.MAPPING:
        reading.nothing_read("conda expects a mapping of keys", "Begin with `dependencies:`.")
    else:
        _read_keys(reading, document.root)


def _read_keys(reading: Reading, root: Node) -> None:
    for key, value in _once(root.pairs()):
        match key.value:
            case "dependencies":
                _read_dependencies(reading, key, value)
            case "channels":
                _read_channels(reading, key, value)
            case "variables":
                _read_variables(reading, key, value)
            case _:
                _read_other(reading, key, value)
    _report_builds(reading)


def _once(pairs: Iterable[tuple[Node, Node]]) -> Iterator[tuple[Node, Node]]:
    """Leave out what an alias repeats: a list read a thousand times says no more, and takes the square of its size."""
    seen: set[tuple[str, int]] = set()
    for key, value in pairs:
        identity = (key.value, id(value.children))
        if not value.children or identity not in seen:
            seen.add(identity)
            yield key, value


def _read_other(reading: Reading, key: Node, value: Node) -> None:
    name = key.value
    reading.option(name or "yaml", "" if value.is_null else value.value, key, end=value.end)
    if name == "prefix":
        message = "a path of its author's machine, which conda ignores as soon as -p or -n is given"
        reading.problem(key, message, "Remove the line.", rule="DN306", end=value.end)
    elif name != "name" and name not in _OTHER_TOOLS_KEYS:
        reading.problem(key, "conda ignores this key and all below it", "Remove it, or correct its spelling.")


def _read_channels(reading: Reading, key: Node, value: Node) -> None:
    if value.kind is not Kind.SEQUENCE:
        message = (
            "conda stops at channels that are no list" if value.is_null else "conda expects a list of channels here"
        )
        reading.problem(key, message, "Write a list: `channels: [conda-forge]`.", end=value.end)
        return
    for item in value.children:
        if not item.is_text:
            reading.problem(
                item, "conda stops at a channel that is no text", "Write its name or URL, such as conda-forge."
            )
            continue
        reading.option("channels", item.value, item)
        _refer_channel(reading, item.value, item)


def _refer_channel(reading: Reading, channel: str, node: Node) -> None:
    """To conda, a relative channel is a path from the directory it runs in; it expands variables."""
    if _LOCAL_CHANNEL.match(channel):
        reading.reference(ReferenceKind.CHANNEL, channel, node)
    if variable := _VARIABLE.search(channel):
        reading.reference(ReferenceKind.VARIABLE, variable.group(), node)


def _read_variables(reading: Reading, key: Node, value: Node) -> None:
    reading.option("variables", "", key)
    if value.kind is Kind.MAPPING:
        for name, setting in value.pairs():
            reading.option(f"variables.{name.value}", setting.value, name, end=setting.end)
    elif not value.is_null:
        reading.problem(value, "conda expects NAME: VALUE pairs here", "Write a mapping instead of a list.")


def _read_dependencies(reading: Reading, key: Node, value: Node) -> None:
    reading.option("dependencies", "", key)
    if value.is_null:
        reading.problem(
            key, "several versions of conda stop at an empty list of dependencies", "Write `dependencies: []`."
        )
    elif value.kind is not Kind.SEQUENCE:
        is_number = value.kind is Kind.SCALAR and not value.is_text
        message = f"conda {'stops, for it ' if is_number else ''}expects a list of dependencies here"
        reading.problem(value, message, "Begin each with a dash: `- numpy`.")
    else:
        items = [item for _, item in _once((item, item) for item in value.children)]
        pip_lists = [pip for item in items for pip in _read_dependency(reading, item)]
        read_pip_lists(reading, pip_lists)


def _read_dependency(reading: Reading, node: Node) -> list[tuple[Node, Node]]:
    """Read an item; gives the pip lists in it."""
    if node.kind is Kind.MAPPING:
        return [pip for pip in node.pairs() if _is_pip_list(reading, *pip)]
    if node.is_text:
        _read_spec(reading, node)
    else:
        what = "a list" if node.kind is Kind.SEQUENCE else "no text"
        message = f"conda rejects the whole file: this item is {what}"
        if node.is_null:
            message = "conda rejects the whole file, or takes this empty item for any package"
        reading.problem(node, message, "Write a package, such as `- python=3.12`.")
    return []


def _is_pip_list(reading: Reading, key: Node, value: Node) -> bool:
    if key.value == "pip":
        reading.option("pip", "", key)
        return not value.is_null
    if key.value.startswith("sel("):
        message = "a selector of micromamba, for which conda stops"
        reading.problem(key, message, "Keep one file per platform.", rule="DN303", end=value.end)
    elif value.is_null:
        message = "conda takes this for an installer, because of the colon, and stops"
        reading.problem(key, message, "Remove the colon.", end=value.end)
    else:
        message = "conda knows no such installer and stops"
        reading.problem(
            key, message, "Only `pip:` may hold a list; a spec such as pip=24 is an item of its own.", end=value.end
        )
    return False


def _read_spec(reading: Reading, node: Node) -> None:
    spec = parse_match_spec(node.value)
    if isinstance(spec, RejectedSpec):
        reading.problem(node, spec.message, spec.hint, rule="DN301")
    else:
        raw = _add_dependency(reading, node, spec)
        if spec.remark:
            reading.problem(node, spec.remark, spec.hint, rule="DN301")
        elif "\n" in raw:
            reading.problem(node, "YAML joins these lines into one spec", "Begin each spec with a dash.", rule="DN301")
    reading.report_selector(node)


def _add_dependency(reading: Reading, node: Node, spec: MatchedSpec) -> str:
    """Add what a spec asks for; gives its raw text."""
    location, raw = reading.place(node.start, node.end)
    reading.dependencies.append(spec.dependency(location, raw))
    if spec.url and spec.is_path:
        reading.reference(ReferenceKind.ARCHIVE, spec.url, node)
    if spec.channel:
        _refer_channel(reading, spec.channel, node)
    return raw


def _report_builds(reading: Reading) -> None:
    """One problem on the first of them: an export names hundreds. `pyh…` are builds for every platform."""
    builds = [d for d in reading.dependencies if d.build and not d.url and not re.match(r".*\*|pyh", d.build)]
    pinned = [d for d in builds if d.spec.startswith("==")]
    if pinned:
        message = f"{len(pinned)} specs of this file name a build, which exists on one platform and may vanish"
        hint = "Export with `conda env export --no-builds`, or `--from-history`."
        first = pinned[0]
        reading.problems.append(
            Problem(location=first.location, raw=first.raw, message=message, hint=hint, rule="DN303")
        )

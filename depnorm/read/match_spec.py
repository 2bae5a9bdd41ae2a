"""A conda match spec, as `conda env create` reads it.

rattler's `MatchSpec` is the arbiter of the syntax. Where it differs from conda's own parser
(conda/models/match_spec.py, tried with conda 24.7.1), conda counts: `_rewrite` and `_differs` list the differences.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from depnorm.model import Dependency, Ecosystem, Location


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedSpec:
    """What a spec asks for.

    `version` is canonical, "" for any. `url` is a package file given by URL or by path (`is_path`); its `name` is None
    where the file name does not tell it. `remark` and `hint` say what conda silently makes of the text.
    """

    name: str | None
    version: str = ""
    build: str | None = None
    channel: str | None = None
    subdir: str | None = None
    url: str | None = None
    is_path: bool = False
    hashes: tuple[str, ...] = ()
    remark: str = ""
    hint: str = ""

    def dependency(self, location: Location, raw: str) -> Dependency:
        """What it asks for, from where it stands."""
        return Dependency(
            ecosystem=Ecosystem.CONDA,
            name=self.name,
            location=location,
            raw=raw,
            spec=self.version,
            url=self.url,
            hashes=self.hashes,
            channel=self.channel,
            subdir=self.subdir,
            build=self.build,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedSpec:
    """Why conda cannot use a spec, and what to write instead."""

    message: str
    hint: str


_ARCHIVE = re.compile(r"\.(conda|tar\.bz2)$")
_DIST = re.compile(r"([a-z0-9_][a-z0-9_.-]*)-([^-]+)-([^-]+)", re.IGNORECASE)
_SUBDIR = re.compile(r"noarch|(linux|osx|win|freebsd|emscripten|wasi|zos)-[a-z0-9_]+")
_NAME = re.compile(r"(?=.*[a-z0-9])[a-z0-9_][a-z0-9_.-]*", re.IGNORECASE)
# conda/models/match_spec.py `_parse_version_plus_build`: what a build outside brackets is made of.
_BUILD = re.compile(r"[^-=,|<>~;]+")

MAX_SPEC_CHARACTERS = 1_000

# NAME, NAME=1.2, NAME==1.2, NAME>=1.2 and NAME=1.2=BUILD, with versions that are canonical as they stand.
_COMMON = re.compile(
    r"(?:([a-z][a-z0-9_-]*+)::)?(_?[A-Za-z0-9][A-Za-z0-9_-]*+)"
    r"(?:(==?|[<>]=?)((?:0|[1-9][0-9]{0,8})(?:\.(?:0|[1-9][0-9]{0,8}))*+[a-z]?)(?:=([A-Za-z0-9_]++))?)?"
)

# What a spec looks like that conda cannot use, why, and what to write. Each is looked for before rattler is asked,
# which takes these.
_REFUSED = (
    (r"^\s|=\s+$", "a blank stands where conda allows none", "Write the spec without blanks around it."),
    (
        r"[^\S ]",
        "a tab, a line break or a no-break space stands in it",
        "Type plain blanks instead: to conda, these belong to the name.",
    ),
    (r"^[^\[]*(\s::|::\s)", "a blank stands beside the colons", "Write CHANNEL::NAME."),
    (
        r"^(git|hg|svn|bzr)\+|^[^\[]*://(?!.*::)",
        "it is a URL, but not of a conda package",
        "Move it to the pip: section.",
    ),
    (r"~=[^.,|]*($|[,|])", "~= needs a version of two parts or more", "Write ~=1.0, or a range such as >=1,<2."),
    (r"\.\*\.\w", "a star stands inside the version", "Write a range such as >=1.2,<2."),
    (r"(<=?|>|!=|~=)\s*\*", "a star is no version to compare with", "Write only the name for any version."),
)
# The same for what rattler refuses too, or what `_differs` finds out: the first that is found says why.
_REASONS = (
    (r"://", "it is a URL, but not of a conda package", "Move it to the pip: section."),
    (r"^-", "an environment file has no options", "A channel goes under channels:, an option of pip under pip:."),
    (
        r"^\.{0,2}/|^\.+$",
        "it is a path",
        "Move it to the pip: section; conda takes only .conda and .tar.bz2 files by path.",
    ),
    (r";", "an environment marker is pip's syntax", "Drop it, or move the line to the pip: section."),
    (r"\s@\s", "it is pip's syntax for a URL", "Move it to the pip: section."),
    (r"['\"]", "the version is quoted", "Write the version without quotes, such as NAME=1.2."),
    (r"[<>=!~^]\s*$", "an operator lacks its version", "Write a version behind it, or only the name."),
    (r"(<|>|=)[^,|<>=!~]+(<|>|!=|~=|==)", "two constraints run together", "Put a comma between them: >=1.2,<2."),
    (r"\^", "a caret is another tool's syntax", "Write a range such as >=1.2,<2."),
    (r"^[^\s=<>!~]*[*@]", "it is a pattern, not a name", "Name one package."),
)
_NOTHING = "conda finds no package by this spec"
_FORMS = "Write NAME, NAME=VERSION, NAME>=VERSION,<VERSION or NAME=VERSION=BUILD."


def parse_match_spec(text: str) -> MatchedSpec | RejectedSpec:
    """What conda makes of one item of `dependencies`. Never raises."""
    common = _COMMON.fullmatch(text)
    if common and len(text) <= MAX_SPEC_CHARACTERS:
        return _common(*common.groups())
    return parse_any_match_spec(text)


def _common(channel: str | None, name: str, operator: str | None, version: str, build: str | None) -> MatchedSpec:
    """Most specs, without rattler."""
    if operator is None:
        version = ""
    elif operator == "=":
        version = f"=={version}" if build else f"{version}.*"
    else:
        version = operator + version
    return MatchedSpec(name=name.lower(), version=version, build=build, channel=channel)


def parse_any_match_spec(text: str) -> MatchedSpec | RejectedSpec:
    """The same by rattler."""
    uncommented = text.partition("#")[0].partition(" if ")[0]  # conda drops both
    spec = uncommented.strip(" ")
    if not spec:
        return RejectedSpec(message="an empty item names no package", hint="Remove it, or name a package.")
    if len(spec) > MAX_SPEC_CHARACTERS:
        return RejectedSpec(message=f"a spec has at most {MAX_SPEC_CHARACTERS} characters here", hint=_FORMS)
    if _ARCHIVE.search(spec):
        return _parse_archive(spec)
    if refused := _reason(uncommented, _REFUSED):
        return refused
    rewritten, remark, hint = _rewrite(spec)
    matched = _match(rewritten)
    if matched is None or _differs(rewritten, matched):
        return _reason(spec, _REASONS) or RejectedSpec(
            message=f"{_NOTHING}: it is no package name with a version", hint=_FORMS
        )
    if not remark:
        remark, hint = _channel_remark(rewritten, matched)
    return replace(matched, remark=remark, hint=hint)


def _channel_remark(spec: str, matched: MatchedSpec) -> tuple[str, str]:
    if re.match(r"[^:\[]*[^:\[]:[^:]", spec) and not matched.channel:
        return "conda ignores what stands before a single colon", "A channel is followed by two: CHANNEL::NAME."
    if "://" in spec:
        return (
            f"conda keeps only the end of a channel's URL: it looks for a channel {matched.channel}",
            "List the URL under channels:, and leave it out here.",
        )
    return "", ""


def _parse_archive(spec: str) -> MatchedSpec | RejectedSpec:
    is_path = not re.match(r"(https?|ftp|s3)://", spec, re.IGNORECASE)
    path = spec if is_path else _path_of(spec)
    if path is None:
        return RejectedSpec(message=f"{_NOTHING}: its URL has no valid host", hint="Correct the URL.")
    *folders, filename = re.split(r"[/\\]", unquote(path))
    dist = _DIST.fullmatch(_ARCHIVE.sub("", filename))
    subdir = folders[-1] if folders and _SUBDIR.fullmatch(folders[-1]) else None
    if dist is None and subdir:
        message = f"{_NOTHING}: a package file is called NAME-VERSION-BUILD"
        return RejectedSpec(message=message, hint="Give the file its own name.")
    if dist is None:
        return MatchedSpec(name=None, url=spec, is_path=is_path, subdir=subdir)
    name, version, build = dist.groups()
    return MatchedSpec(name=name.lower(), version=f"=={version}", build=build, subdir=subdir, url=spec, is_path=is_path)


def _path_of(url: str) -> str | None:
    try:
        return urlsplit(url).path
    except ValueError:  # a malformed host
        return None


def _rewrite(spec: str) -> tuple[str, str, str]:
    """The spec that means to rattler what the original means to conda, and a remark and a hint where that surprises."""
    if ignored := re.search(r"\[[^\[\]=]*\]", spec):
        hint = "Extras are pip's: name the packages that the extra needs, or move the line to the pip: section."
        return spec.replace(ignored.group(), ""), "conda ignores the extra in brackets", hint
    if "[" in spec:
        return re.sub(r"(?<=['\"]) +(?=\w+=)", ",", spec), "", ""  # conda separates keys by blanks, too
    if ignored := re.search(r"\(.*\)", spec):
        hint = "Write the version without parentheses, such as NAME>=1.2."
        return spec.replace(ignored.group(), ""), "conda ignores what stands in parentheses", hint
    plain, remark, hint = _rewrite_operator(spec)
    return _complete(_unstar(plain)), remark, hint


def _rewrite_operator(spec: str) -> tuple[str, str, str]:
    if three := re.fullmatch(r"([^=<>!~\s]+)\s*===([^=*]*[^=*.])", spec):
        return "=".join(three.groups()), "conda reads === as =: 1.2.3 satisfies ===1.2", "Write == for one version."
    if swapped := re.fullmatch(r"([^=<>!~\s]+)\s*=([<>])\s*([^=,|<>!~\s]+)", spec):
        name, operator, version = swapped.groups()
        starred = f"{name}{operator}{version}" + ("" if version.endswith("*") else "*")
        return starred, f"conda reads ={operator} in its own way", f"Write {operator}={version}."
    if _unstar(spec) != spec:
        return spec, "conda compares with a version that ends in a star", "Write the version without it."
    return spec, "", ""


def _unstar(spec: str) -> str:
    """Without the star of `>=1.2*`. To conda, `1.2*` is older than 1.2 and its pre-releases, and none of them."""
    version = r"(\s*[^\s,|=<>!~*]*[^\s,|=<>!~*.])\*+"
    spec = re.sub(rf",\s*!={version}|!={version}(,\s*)?", "", spec)
    spec = re.sub("<=?" + version, r"<\1", spec)
    return re.sub(">=?" + version, r">=\1", spec)


def _complete(spec: str) -> str:
    if build := re.fullmatch(r"([^=<>!~\s]+)\s*=\s*([^\s=<>!~,|]+)\s*=\s*([^\s=]+)", spec):
        return "=".join(build.groups())
    if plain := re.fullmatch(r"([^=<>!~\s]+)=", spec):  # conda takes `numpy=` for any version
        return plain.group(1)
    if dotted := re.fullmatch(
        r"([^=<>!~\s]+\s*=[^=<>!~,|\s]*[^=<>!~,|\s.])\.", spec
    ):  # and `numpy=1.2.` for `numpy=1.2`
        return dotted.group(1)
    # It drops `.*` behind these operators; rattler makes >= of >.
    return re.sub(r"(?<=[<>])(=?\s*[^\s,|=<>]+?)\.\*", r"\1", spec)


def _match(spec: str) -> MatchedSpec | None:
    from rattler import MatchSpec  # noqa: PLC0415  heavy; only conda files need it
    from rattler.exceptions import InvalidChannelError, InvalidMatchSpecError, InvalidPackageNameError  # noqa: PLC0415

    try:
        match = MatchSpec(spec)
    except (InvalidMatchSpecError, InvalidChannelError, InvalidPackageNameError, ValueError):  # ValueError: surrogates
        return None
    version = str(match.version) if match.version is not None else ""
    hashes = {"md5": match.md5, "sha256": match.sha256}
    return MatchedSpec(
        name=match.name.normalized if match.name else None,
        version="" if version == "*" else version,
        build=match.build,
        channel=_channel(match.channel.name) if match.channel else None,
        subdir=match.subdir,
        hashes=tuple(f"{algorithm}:{digest.hex()}" for algorithm, digest in hashes.items() if digest),
    )


def _channel(name: str | None) -> str | None:
    """The name of a channel without a token, None for any."""
    return None if name in {None, "", "*"} else re.sub(r"^t/[^/]+/", "", str(name))


def _differs(spec: str, matched: MatchedSpec) -> bool:
    """Whether rattler took what conda refuses, or what can name no package."""
    if not matched.name or not _NAME.fullmatch(matched.name):
        return True
    if re.search(r"~=[^,|]*\*", spec):
        return True
    if "[" in spec or matched.build is None:
        return spec.endswith("=")
    # rattler takes what follows the version without a separator for a build: `>=1.2<2`, `1.2é`.
    separated = re.search(r"[\s=]" + re.escape(matched.build) + "$", spec)
    return not (_BUILD.fullmatch(matched.build) and separated)


def _reason(spec: str, reasons: Iterable[tuple[str, str, str]]) -> RejectedSpec | None:
    for pattern, reason, hint in reasons:
        if re.search(pattern, spec):
            return RejectedSpec(message=f"{_NOTHING}: {reason}", hint=hint)
    return None

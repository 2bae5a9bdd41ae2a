"""What pip itself makes of a requirement line: an adapter to its internal API, for tests that compare."""

import os
from dataclasses import dataclass
from typing import Any

from packaging.utils import canonicalize_name
from pip._internal.cli import cmdoptions
from pip._internal.req.constructors import install_req_from_parsed_requirement
from pip._internal.req.req_file import (
    ParsedLine,
    _decode_req_file,
    get_line_parser,
    handle_requirement_line,
    preprocess,
)
from pip._internal.req.req_install import check_invalid_constraint_type

VCS = ("git", "hg", "bzr", "svn")
FETCHED = {"http", "https", "file", "ftp"}
LISTS = {
    "extra_index_urls": "--extra-index-url",
    "trusted_hosts": "--trusted-host",
    "features_enabled": "--use-feature",
}
FLAGS = {
    "no_index": "--no-index",
    "prefer_binary": "--prefer-binary",
    "require_hashes": "--require-hashes",
    "no_require_hashes": "--no-require-hashes",
    "pre": "--pre",
}


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One line in pip's eyes; `refused` is pip's reason, empty where it accepts the line."""

    refused: str = ""
    name: str | None = None
    spec: str = ""
    extras: tuple[str, ...] = ()
    marker: str | None = None
    url: str | None = None
    editable: bool = False
    path: str | None = None
    hashes: tuple[str, ...] = ()
    options: frozenset[tuple[str, str]] = frozenset()
    include: tuple[str, str] | None = None


def decode(data: bytes) -> str:
    text: str = _decode_req_file(data, "requirements.txt")
    return text


def lines(text: str) -> list[tuple[int, str]]:
    return list(preprocess(text))


def judge(line: str, *, constraint: bool = False) -> Verdict:
    cmdoptions.use_new_feature.keywords["default"].clear()  # pip appends to this list, so it grows from line to line
    try:
        return _judge(line, constraint=constraint)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever stops pip
        return Verdict(refused=str(error) or type(error).__name__)


def _judge(line: str, *, constraint: bool) -> Verdict:
    args, opts = get_line_parser(None)(line)
    parsed = ParsedLine("requirements.txt", 1, args, opts, constraint)
    if parsed.requirement is None:
        return _judge_options(opts)
    requirement = install_req_from_parsed_requirement(handle_requirement_line(parsed))
    if constraint and (problem := check_invalid_constraint_type(requirement)):
        return Verdict(refused=problem)
    return _judge_requirement(requirement, opts)


def _judge_requirement(requirement: Any, opts: Any) -> Verdict:
    link, req = requirement.link, requirement.req
    # What follows fails when pip fetches; it is known before, so it counts as a refusal here.
    if link and link.scheme not in FETCHED and not link.is_vcs:
        return Verdict(refused=f"no such scheme: {link.url}")
    is_local = link is not None and (link.scheme == "file" or link.scheme.endswith("+file"))
    if is_local and link.is_vcs and not (link.path.startswith("/") and not link.netloc):
        return Verdict(refused=f"cannot be cloned: {link.url}")
    # The version of a wheel's file name becomes its specifier in pip; the URL says it already.
    spec = str(req.specifier) if req and not (link and link.is_wheel) else ""
    hashes = requirement.hash_options or {}
    return Verdict(
        name=canonicalize_name(req.name) if req else None,
        spec=spec,
        extras=tuple(sorted({canonicalize_name(extra) for extra in requirement.extras})),
        marker=str(requirement.markers) if requirement.markers else None,
        url=link.url if link and not is_local else None,
        editable=requirement.editable,
        path=os.path.realpath(link.file_path if link.is_file else link.path) if is_local else None,
        hashes=tuple(sorted({f"{kind}:{digest}" for kind, digests in hashes.items() for digest in digests})),
        options=frozenset(_controls(opts) | _settings(opts)),
    )


def _judge_options(opts: Any) -> Verdict:
    if opts.requirements or opts.constraints:
        include = ("-r", opts.requirements[0]) if opts.requirements else ("-c", opts.constraints[0])
        return Verdict(include=include, options=frozenset(_controls(opts)))
    options = _controls(opts)
    options |= {(name, value) for dest, name in LISTS.items() for value in getattr(opts, dest)}
    options |= {(name, "") for dest, name in FLAGS.items() if getattr(opts, dest)}
    if opts.index_url:
        options.add(("--index-url", opts.index_url))
    if opts.find_links:
        options.add(("--find-links", opts.find_links[0]))
    return Verdict(options=frozenset(options))


def _controls(opts: Any) -> set[tuple[str, str]]:
    """The options that pip applies while it parses, so wherever they stand."""
    sets = {
        "--no-binary": opts.format_control.no_binary,
        "--only-binary": opts.format_control.only_binary,
        "--all-releases": opts.release_control.all_releases,
        "--only-final": opts.release_control.only_final,
    }
    return {(name, ",".join(sorted(packages))) for name, packages in sets.items() if packages}


def _settings(opts: Any) -> set[tuple[str, str]]:
    settings = opts.config_settings or {}
    return {("--config-settings", f"{key}={value}") for key, value in settings.items()}

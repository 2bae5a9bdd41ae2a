"""JSON: values to the documents of the contract."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import TypeVar

from msgspec import UNSET

from depnorm import model
from depnorm.report import documents
from depnorm.report.encode import encode_json
from depnorm.report.redact import hide_value
from depnorm.report.sharing import own_bytes

Item = TypeVar("Item", model.Dependency, model.RepoReference, model.Option, model.Problem)


def inspect_json(files: Iterable[model.SpecFile]) -> str:
    """What was read of each spec file (`depnorm schema inspect`)."""
    return encode_json(documents.InspectDocument(schema=1, files=tuple(_file(file) for file in files)))


def findings_json(findings: Iterable[model.Finding], ignored: Iterable[model.Finding] = (), gone: int = 0) -> str:
    """The findings in the order given (`depnorm schema check`), and what a review has beside them."""
    return encode_json(
        documents.CheckDocument(
            schema=1, findings=tuple(map(_finding, findings)), ignored=tuple(map(_finding, ignored)), gone=gone
        )
    )


def plan_json(plan: model.Plan) -> str:
    """A plan (`depnorm schema plan`)."""
    return encode_json(
        documents.PlanDocument(
            schema=1,
            mode=plan.mode,
            builder=plan.choice.builder,
            as_of=plan.as_of,
            target=_target(plan.target),
            spec_files=documents.SpecFiles(
                used=tuple(_chosen(file) for file in plan.choice.used),
                ignored=tuple(_chosen(file) for file in plan.choice.ignored),
            ),
            findings=tuple(_finding(finding) for finding in plan.findings),
            stages=tuple(_stage(stage) for stage in plan.stages),
            layers=tuple(_layer(layer) for layer in plan.layers),
            slim=plan.slim,
            sharing=documents.Sharing(shared_bytes=plan.shared_bytes, own_bytes=own_bytes(plan)),
            left_out=left_out(plan.left_out),
            lock_file=plan.lock_file or None,
        )
    )


def left_out(found: Iterable[model.LeftOut]) -> tuple[documents.LeftOut, ...]:
    """What a lock cannot stand for."""
    return tuple(
        documents.LeftOut(name=each.name, version=each.version, kind=each.kind, why=each.why) for each in found
    )


def _file(file: model.SpecFile) -> documents.File:
    return documents.File(
        path=file.path,
        format=file.format,
        encoding=file.encoding,
        dependencies=tuple(_dependency(dependency) for dependency in _without_repeated_raw(file.dependencies)),
        references=tuple(_reference(reference) for reference in _without_repeated_raw(file.references)),
        options=tuple(_option(option) for option in _without_repeated_raw(file.options)),
        problems=tuple(_problem(problem) for problem in _without_repeated_raw(file.problems)),
    )


def _without_repeated_raw(items: Iterable[Item]) -> Iterator[Item]:
    """The items; a long line is in full with its first item, so that the document grows with the file."""
    previous = None
    for item in items:
        repeated = len(item.raw) > documents.MAX_REPEATED_RAW and item.raw == previous
        yield replace(item, raw=documents.REPEATED_RAW) if repeated else item
        previous = item.raw


def _option(option: model.Option) -> documents.Option:
    shown = hide_value(option)
    return documents.Option(name=shown.name, value=shown.value, line=shown.location.line, raw=shown.raw)


def _dependency(dependency: model.Dependency) -> documents.Dependency:
    conda = dependency.ecosystem is model.Ecosystem.CONDA
    return documents.Dependency(
        ecosystem=dependency.ecosystem,
        name=dependency.name,
        spec=dependency.spec,
        extras=dependency.extras,
        marker=dependency.marker,
        url=dependency.url,
        editable=dependency.editable,
        hashes=dependency.hashes,
        channel=dependency.channel if conda else UNSET,
        subdir=dependency.subdir if conda else UNSET,
        build=dependency.build if conda else UNSET,
        group=dependency.group,
        line=dependency.location.line,
        raw=dependency.raw,
    )


def _reference(reference: model.RepoReference) -> documents.Reference:
    return documents.Reference(
        kind=reference.kind,
        target=reference.target,
        resolved=reference.resolved,
        scope=reference.scope,
        entry=reference.entry,
        files=reference.files,
        extras=reference.extras,
        marker=reference.marker,
        line=reference.location.line,
        raw=reference.raw,
    )


def _problem(problem: model.Problem) -> documents.Problem:
    return documents.Problem(
        rule=problem.rule,
        line=problem.location.line,
        message=problem.message,
        hint=problem.hint,
        raw=problem.raw,
    )


def _finding(finding: model.Finding) -> documents.Finding:
    return documents.Finding(
        rule=finding.rule,
        severity=finding.severity,
        path=finding.path,
        line=finding.line,
        message=finding.message,
        hint=finding.hint,
        target=finding.target,
        end_line=finding.end_line or finding.line,
        fingerprint=finding.fingerprint,
        ignored=_ignored(finding.ignored) if finding.ignored else None,
    )


def _ignored(ignored: model.Ignored) -> documents.Ignored:
    return documents.Ignored(by=ignored.by, reason=ignored.reason, line=ignored.line)


def _target(target: model.Target) -> documents.Target:
    return documents.Target(
        implementation=target.implementation,
        python=target.python,
        python_patch=target.python_patch,
        platform=target.platform,
        base_image=target.base_image,
        r_version=target.r_version,
        r_snapshot=target.r_snapshot,
        conda_subdir=target.conda_subdir,
        prefix=target.prefix,
        user=target.user,
        uid=target.uid,
        gid=target.gid,
    )


def _chosen(file: model.ChosenFile) -> documents.ChosenFile:
    return documents.ChosenFile(path=file.path, why=file.why, format=file.format)


def _stage(stage: model.Stage) -> documents.Stage:
    return documents.Stage(
        kind=stage.kind,
        name=stage.name,
        key=stage.key,
        needs=stage.needs,
        packages=tuple(
            documents.StagePackage(
                ecosystem=package.ecosystem,
                name=package.name,
                version=package.version,
                spec=package.spec,
                why=package.why,
            )
            for package in stage.packages
        ),
        bytes=stage.bytes,
        seen_in=stage.seen_in,
        why=stage.why,
        image=stage.image,
    )


def _layer(layer: model.LayerDecision) -> documents.LayerDecision:
    return documents.LayerDecision(name=layer.name, admitted=layer.admitted, why=layer.why)

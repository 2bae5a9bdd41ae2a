"""Values to report on, made by hand: everything a report shows, and text that attacks it."""

from depnorm.model import (
    Builder,
    ChosenFile,
    CopyRepository,
    Dependency,
    Ecosystem,
    Finding,
    LayerDecision,
    Location,
    Mode,
    Option,
    Plan,
    Problem,
    ReferenceKind,
    RepoReference,
    Scope,
    Severity,
    SpecChoice,
    SpecFile,
    SpecFormat,
    Stage,
    StageKind,
    StagePackage,
    Target,
)

SECRET = "hunter2"  # noqa: S105  a sample
URL = f"https://me:{SECRET}@packages.example.org/simple"

HOSTILE = (
    "[red]bold[/red]",
    "[link=https://evil.example.org]x[/link]",
    "\x1b[31mred\x1b]0;title\x07",
    "line\nbreak\r\n::error::injected",
    "right\u202eto left",
    "\udcff surrogate",
    "| cell | `code` <script>alert(1)</script>",
    "%0A::warning::x,y:z",
    "]8;;https://evil.example.org\x1b\\",
    "é ☃ \U0001f600",
    ":smile: @someone #1",
)


def finding(text: str = "numpy", *, rule: str = "DN101", severity: Severity = Severity.WARNING) -> Finding:
    return Finding(rule=rule, severity=severity, path=text, line=4, message=text, hint=text, target=text)


def spec_file(text: str = "numpy") -> SpecFile:
    place = Location(path=text, line=3)
    return SpecFile(
        path=text,
        format=SpecFormat.CONDA,
        dependencies=(
            Dependency(ecosystem=Ecosystem.PYPI, name=text, location=place, raw=text, spec=">=1", marker=text, url=URL),
            Dependency(ecosystem=Ecosystem.CONDA, name=text, location=place, raw=text, channel=text, build="py_0"),
            Dependency(ecosystem=Ecosystem.PYPI, name=None, location=place, raw=URL, url=URL),
        ),
        references=(
            RepoReference(kind=ReferenceKind.INCLUDE, target=text, location=place, raw=text, scope=Scope.FILES),
        ),
        options=(Option(name="--index-url", value=URL, location=place, raw=f"--index-url {URL}"),),
        problems=(Problem(location=place, raw=text, message=text, hint=text),),
    )


def stage_package(text: str, version: str | None = None) -> StagePackage:
    return StagePackage(ecosystem=Ecosystem.PYPI, name=text, version=version, spec="" if version else ">=1")


def plan(text: str = "numpy", *, mode: Mode = Mode.DECLARED, findings: tuple[Finding, ...] | None = None) -> Plan:
    """A plan that has one of everything; `text` stands wherever a repository's text may stand."""
    return Plan(
        mode=mode,
        as_of="2026-10-01",
        target=Target(base_image="docker.io/library/debian:12-slim", python="3.12"),
        choice=SpecChoice(
            builder=Builder.PYTHON,
            config_directory="",
            used=(ChosenFile(path=text, format=SpecFormat.REQUIREMENTS, why=f"pip installs {text}"),),
            ignored=(ChosenFile(path=text, format=SpecFormat.PIPFILE, why=f"{text} wins"),),
        ),
        findings=(finding(text), Finding(rule="DN011", severity=Severity.INFO, path="", line=0, message=text))
        if findings is None
        else findings,
        stages=(
            stage(StageKind.BASE, "base"),
            stage(
                StageKind.SHARED,
                "scipy",
                key="0123",
                packages=tuple(stage_package(f"package{number}", "1.0") for number in range(20)),
                size=48_123_456,
                seen_in=312,
            ),
            stage(StageKind.EARLY, text, needs=(text,), packages=(stage_package(text),)),
            stage(StageKind.COPY, "repository", needs=(".",)),
        ),
        layers=(
            LayerDecision(name="scipy", admitted=True, why="asked for"),
            LayerDecision(name="geo", admitted=False, why=f"{text} excludes shapely 2.1"),
        ),
        repo_dir="/home/jovyan",
    )


def stage(
    kind: StageKind,
    name: str,
    *,
    key: str | None = None,
    needs: tuple[str, ...] = (),
    packages: tuple[StagePackage, ...] = (),
    size: int | None = None,
    seen_in: int | None = None,
) -> Stage:
    return Stage(
        kind=kind,
        name=name,
        why=f"because of {name}",
        step=CopyRepository(),
        key=key,
        needs=needs,
        packages=packages,
        bytes=size,
        seen_in=seen_in,
    )

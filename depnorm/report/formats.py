# ruff: noqa: PLC0415  formats are imported when asked for
"""Which formats there are, one table for each thing that is reported.

A format's module is imported when it is asked for: rich and msgspec each cost a part of the time budget of a plan.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, assert_never

from depnorm import model
from depnorm.report.display import Display
from depnorm.report.rule_text import RuleText

if TYPE_CHECKING:
    from depnorm.model.bake import Bake
    from depnorm.model.corpus_report import CorpusReport
    from depnorm.model.diff import PlanDiff
    from depnorm.model.facts_summary import FactsSummary
    from depnorm.model.fixed import FixedFile
    from depnorm.model.mined import MinedCatalog
    from depnorm.model.rebuilds import Rebuilds
    from depnorm.model.score import Assigned, Score
    from depnorm.model.verification import Verification


class Format(StrEnum):
    """What every command offers."""

    TEXT = "text"
    JSON = "json"


class PlanFormat(StrEnum):
    """The formats of a plan."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class FindingsFormat(StrEnum):
    """The formats of findings."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    GITLAB = "gitlab"


class SchemaFormat(StrEnum):
    """The format of a JSON Schema."""

    JSON = "json"


class SchemaName(StrEnum):
    """The documents that have a JSON Schema, by the command that prints them."""

    INSPECT = "inspect"
    PLAN = "plan"
    CHECK = "check"
    FIX = "fix"
    BASELINE = "baseline"
    CONFIG = "config"
    LOCK = "lock"
    LOCK_CRAN = "lock-cran"
    CATALOG = "catalog"
    CATALOG_LIST = "catalog-list"
    CATALOG_BAKE = "catalog-bake"
    DOCKERFILE = "dockerfile"
    EXPLAIN = "explain"
    VERIFY = "verify"
    DIFF = "diff"
    CORPUS_FACTS = "corpus-facts"
    CORPUS_REBUILDS = "corpus-rebuilds"
    CORPUS_REPORT = "corpus-report"
    CORPUS_MINE = "corpus-mine"
    CORPUS_SCORE = "corpus-score"
    CORPUS_ASSIGN = "corpus-assign"


def format_plan(plan: model.Plan, name: PlanFormat, display: Display, repository: str = "", next_step: str = "") -> str:
    """A plan in one of the formats.

    `repository` is the name that a page has in its title; text for people ends with `next_step`, if there is one.
    """
    match name:
        case PlanFormat.TEXT:
            from depnorm.report.terminal_plan import plan_text

            return plan_text(plan, display, next_step)
        case PlanFormat.JSON:
            from depnorm.report.as_json import plan_json

            return plan_json(plan)
        case PlanFormat.MARKDOWN:
            from depnorm.report.markdown import plan_markdown

            return plan_markdown(plan, next_step)
        case PlanFormat.HTML:
            from depnorm.report.plan_page import plan_page

            return plan_page(plan, repository)
        case _:
            assert_never(name)


def format_review(review: model.Review, name: FindingsFormat, display: Display, rules: Mapping[str, RuleText]) -> str:
    """Findings in one of the formats, in the order given; `rules` by code, for formats that describe them."""
    match name:
        case FindingsFormat.TEXT:
            from depnorm.report.terminal_findings import review_text

            return review_text(review, display)
        case FindingsFormat.JSON:
            from depnorm.report.as_json import findings_json

            return findings_json(review.findings, review.ignored, review.gone)
        case FindingsFormat.SARIF:
            from depnorm.report.sarif import findings_sarif

            return findings_sarif(review.findings, rules, review.ignored, review.baseline)
        case FindingsFormat.GITHUB:
            from depnorm.report.github import findings_github

            return findings_github(review.findings)
        case FindingsFormat.GITLAB:
            from depnorm.report.gitlab import findings_gitlab

            return findings_gitlab(review.findings)
        case _:
            assert_never(name)


def format_fix(files: Sequence["FixedFile"], name: Format, *, written: bool, diff: bool) -> str:
    """What was fixed, or would be, in one of the formats; as text with `diff` how."""
    from depnorm.report import fix

    match name:
        case Format.TEXT:
            return (fix.diff_text(files) if diff else "") + fix.fix_text(files, written=written)
        case Format.JSON:
            return fix.fix_json(files, written=written)
        case _:
            assert_never(name)


def format_inspection(files: Sequence[model.SpecFile], name: Format, display: Display) -> str:
    """What was read of spec files, in one of the formats."""
    match name:
        case Format.TEXT:
            from depnorm.report.terminal_inspect import inspect_text

            return inspect_text(files, display)
        case Format.JSON:
            from depnorm.report.as_json import inspect_json

            return inspect_json(files)
        case _:
            assert_never(name)


def format_dockerfile(dockerfile: str, name: Format) -> str:
    """A Dockerfile, untouched, in one of the formats."""
    match name:
        case Format.TEXT:
            return dockerfile
        case Format.JSON:
            from depnorm.report.documents import DockerfileDocument
            from depnorm.report.encode import encode_json_verbatim

            return encode_json_verbatim(DockerfileDocument(schema=1, dockerfile=dockerfile))
        case _:
            assert_never(name)


def format_lock(lock: model.Lock | model.CranLock, name: Format) -> str:
    """A lock: the text of a pylock.toml (of conda packages: a conda-lock.yml; of R packages: a renv.lock), or JSON."""
    if isinstance(lock, model.CranLock):
        return _format_cran_lock(lock, name)
    match name:
        case Format.TEXT if lock.ecosystem is model.Ecosystem.CONDA:
            from depnorm.report.conda_lock import render_conda_lock

            return render_conda_lock(lock)
        case Format.TEXT:
            from depnorm.report.pylock import render_pylock

            return render_pylock(lock)
        case Format.JSON:
            from depnorm.report.lock import lock_json

            return lock_json(lock)
        case _:
            assert_never(name)


def _format_cran_lock(lock: model.CranLock, name: Format) -> str:
    match name:
        case Format.TEXT:
            from depnorm.report.renv import render_renv_lock

            return render_renv_lock(lock)
        case Format.JSON:
            from depnorm.report.lock import cran_lock_json

            return cran_lock_json(lock)
        case _:
            assert_never(name)


def format_rules(rules: Sequence[RuleText], name: Format, families: Mapping[str, str]) -> str:
    """The list of rules in one of the formats, by family."""
    from depnorm.report import explain

    match name:
        case Format.TEXT:
            return explain.rule_list_text(rules, families)
        case Format.JSON:
            return explain.rules_json(rules)
        case _:
            assert_never(name)


def format_rule(rule: RuleText, name: Format, rules: Mapping[str, RuleText]) -> str:
    """The page of a rule in one of the formats; `rules` has all of them by code."""
    from depnorm.report import explain

    match name:
        case Format.TEXT:
            return explain.rule_page_text(rule, rules)
        case Format.JSON:
            return explain.rules_json([rule])
        case _:
            assert_never(name)


def format_catalog_list(catalogs: Sequence[model.Catalog], name: Format) -> str:
    """Which catalogs there are, in one of the formats."""
    from depnorm.report import catalog

    match name:
        case Format.TEXT:
            return catalog.catalog_list_text(catalogs)
        case Format.JSON:
            return catalog.catalog_list_json(catalogs)
        case _:
            assert_never(name)


def format_catalog(catalog: model.Catalog, snapshot: model.Snapshot, name: Format, display: Display) -> str:
    """A catalog with the packages of one Python, in one of the formats."""
    from depnorm.report import catalog as formats

    match name:
        case Format.TEXT:
            return formats.catalog_text(catalog, snapshot, display)
        case Format.JSON:
            return formats.catalog_json(catalog, snapshot)
        case _:
            assert_never(name)


def format_bake(bake: "Bake", directory: str, name: Format) -> str:
    """What of a catalog becomes images, and how, in one of the formats; `directory` has the files."""
    from depnorm.report import bake as formats

    match name:
        case Format.TEXT:
            return formats.bake_text(bake, directory)
        case Format.JSON:
            return formats.bake_json(bake, directory)
        case _:
            assert_never(name)


def format_verification(verification: "Verification", name: Format, display: Display) -> str:
    """What was compared, and what differs, in one of the formats."""
    from depnorm.report import verification as formats

    match name:
        case Format.TEXT:
            return formats.verification_text(verification, display)
        case Format.JSON:
            return formats.verification_json(verification)
        case _:
            assert_never(name)


def format_diff(found: "PlanDiff", name: Format, display: Display) -> str:
    """What two plans share, in one of the formats."""
    from depnorm.report import diff as formats

    match name:
        case Format.TEXT:
            return formats.diff_text(found, display)
        case Format.JSON:
            return formats.diff_json(found)
        case _:
            assert_never(name)


def format_rebuilds(rebuilds: "Rebuilds", name: Format, display: Display) -> str:
    """What commits make run again, in one of the formats."""
    from depnorm.report import rebuilds as formats

    match name:
        case Format.TEXT:
            return formats.rebuilds_text(rebuilds, display)
        case Format.JSON:
            return formats.rebuilds_json(rebuilds)
        case _:
            assert_never(name)


def format_facts(summary: "FactsSummary", name: Format) -> str:
    """Which files the facts of a corpus are in, and what was read, in one of the formats."""
    from depnorm.report import corpus

    match name:
        case Format.TEXT:
            return corpus.facts_text(summary)
        case Format.JSON:
            return corpus.facts_json(summary)
        case _:
            assert_never(name)


def format_mined(file: str, catalog: "MinedCatalog", name: Format, display: Display) -> str:
    """What a mined catalog holds, in one of the formats."""
    from depnorm.report import score

    match name:
        case Format.TEXT:
            return score.mined_text(file, catalog, display)
        case Format.JSON:
            return score.mined_json(catalog)
        case _:
            assert_never(name)


def format_score(found: "Score", name: Format, display: Display) -> str:
    """How much images share, in one of the formats."""
    from depnorm.report import score

    match name:
        case Format.TEXT:
            return score.score_text(found, display)
        case Format.JSON:
            return score.score_json(found)
        case _:
            assert_never(name)


def format_assigned(file: str, found: "Assigned", name: Format) -> str:
    """What was given out, in one of the formats."""
    from depnorm.report import score

    match name:
        case Format.TEXT:
            return score.assigned_text(file, found)
        case Format.JSON:
            return score.assigned_json(file, found)
        case _:
            assert_never(name)


def format_corpus_report(file: str, report: "CorpusReport", name: Format) -> str:
    """Where the page is, and its figures, in one of the formats."""
    from depnorm.report import corpus_figures as formats

    match name:
        case Format.TEXT:
            return formats.report_text(file, report)
        case Format.JSON:
            return formats.report_json(file, report)
        case _:
            assert_never(name)

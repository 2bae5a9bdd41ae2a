"""The figures of a report on many repositories: a line for people, and a document."""

from depnorm.model import Emitter
from depnorm.model.corpus_report import CorpusReport
from depnorm.model.score import Score
from depnorm.report.corpus_documents import ReportDocument
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes


def repository_count(report: CorpusReport) -> int:
    """Environments that are scored; without any, repositories that declare something."""
    declared = report.declarations
    return report.origin.environments or (declared.repositories if declared else 0)


def stored_with(report: CorpusReport, score: Score) -> int:
    """Bytes stored with the catalog under its own cap, at the level that its layers are for."""
    way = next(way for way in score.ways if way.name == report.way and way.cap == report.origin.max_layers)
    return way.blobs if report.origin.emitter is Emitter.LINK else way.chain


def report_text(file: str, report: CorpusReport) -> str:
    """Where the page is, and what it says first."""
    head = f"{printable(file)}: {count(repository_count(report), 'repository')}"
    if report.score is None:
        return f"{head}; no environment is known, so nothing is said of what they share.\n"
    stored = stored_with(report, report.score)
    return (
        f"{head}, {megabytes(report.score.total)} if nothing is shared, {megabytes(stored)} stored, "
        f"{report.score.attained(stored):.1f} % of the attainable saving.\n"
    )


def report_json(file: str, report: CorpusReport) -> str:
    """The same for programs (`depnorm schema corpus-report`)."""
    score = report.score
    stored = stored_with(report, score) if score else None
    return encode_json(
        ReportDocument(
            schema=1,
            file=file,
            repositories=repository_count(report),
            level="registry" if report.origin.emitter is Emitter.LINK else "build-cache",
            total_bytes=score.total if score else None,
            stored_bytes=stored,
            ideal_bytes=score.ideal if score else None,
            attained=round(score.attained(stored), 2) if score and stored is not None else None,
        )
    )

"""A plan as a fragment of HTML, for a notebook: the tables of its page, without a script and without a page."""

from depnorm import model
from depnorm.report.page import render_fragment
from depnorm.report.plan_page import lead, sections, title

_OPENED = 2
"""The stages and the findings; what else there is opens at a click."""


def plan_fragment(plan: model.Plan) -> str:
    """The fragment: the same text for the same plan, deaf to what a repository says, and without a request."""
    values = {"lead": list(lead(plan)), "sections": list(sections(plan)), "opened": _OPENED}
    return render_fragment("plan_fragment.html.j2", title(plan), values)

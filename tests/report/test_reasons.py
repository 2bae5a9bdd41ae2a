"""Why something is not shared: in the words of a plan for people."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

import depnorm
from depnorm.report.display import Display
from depnorm.report.terminal_plan import plan_text
from depnorm.report.wording import nothing_shared

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.mark.parametrize(
    ("files", "options", "why"),
    [
        ({"requirements.txt": "# nothing\n"}, {}, "it asks for no package"),
        ({"environment.yml": "dependencies: [numpy]\n"}, {}, "what conda chooses is known with --lock only"),
        ({"requirements.txt": "no-such-package\n"}, {}, "the catalog does not know it"),
        ({"requirements.txt": "-i https://pypi.example.org/simple\nnumpy\n"}, {}, "names its own index"),
        ({"requirements.txt": "numpy\n"}, {"python": "3.8"}, "no layers for this version of Python"),
        ({"requirements.txt": "numpy<2\n"}, {}, "(numpy: see above why not)"),
        ({"requirements.txt": "numpy\n"}, {"max_layers": 0}, "(numpy: see above why not)"),
        ({"requirements.txt": "no-such-package\nx @ https://example.org/x.whl\n"}, {}, "no shared layer holds what"),
    ],
)
def test_nothing_is_never_said_without_a_reason(
    make_repository: MakeRepository, files: Mapping[str, str], options: dict[str, Any], why: str
) -> None:
    """The one that holds for all that is asked for, or where it stands."""
    plan = depnorm.plan(make_repository(files), **options)
    assert why in nothing_shared(plan)
    assert " ".join(nothing_shared(plan).split()) in " ".join(plan_text(plan, Display(width=80)).split())


def test_each_package_has_its_reason(make_repository: MakeRepository) -> None:
    """In the stage that installs it; those of layers that are not taken stand with the layers."""
    lines = "numpy\nno-such-package\nx @ https://example.org/x.whl\npandas<1\npyyaml\n"
    plan = depnorm.plan(make_repository({"requirements.txt": lines}))
    (early,) = (stage for stage in plan.stages if stage.name == "requirements.txt")
    whys = {each.name: each.why for each in early.packages}
    assert whys["no-such-package"] == "the catalog does not know it"
    assert whys["x"] == "it does not come from an index"
    assert whys["pandas"].startswith("layer pandas: pandas<1 (requirements.txt:4) excludes ")
    assert whys["pyyaml"].startswith("layer ")
    text = plan_text(plan, Display(width=200))
    assert "not shared: a layer has it that is not taken (see below): numpy, pandas" in text
    assert "not shared: the catalog does not know it: no-such-package" in text


def test_a_layer_that_builds_on_another_says_so(make_repository: MakeRepository) -> None:
    """What speaks against the layer below is a reason only together with that."""
    plan = depnorm.plan(make_repository({"requirements.txt": "pandas\nnumpy==1.26.4\n"}), python="3.10")
    reasons = {layer.name: layer.why for layer in plan.layers if not layer.admitted}
    assert reasons["numpy"].startswith("numpy==1.26.4 (requirements.txt:2) excludes ")
    assert reasons["pandas"].startswith("it needs layer numpy, and numpy==1.26.4 (requirements.txt:2) excludes ")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_lines_hang_below_what_they_say(make_repository: MakeRepository, width: int) -> None:
    """Text that wraps goes on below itself, not at the edge of the tree; where there is no room it does."""
    plan = depnorm.plan(make_repository({"requirements.txt": "numpy\n" * 2 + "-e .\n", "setup.py": ""}))
    lines = plan_text(plan, Display(width=width)).splitlines()
    assert max(map(len, lines)) <= width
    first = next(number for number, line in enumerate(lines) if " base " in line)
    if width == 80:
        assert lines[first].index("python:") == len(lines[first + 1]) - len(lines[first + 1].lstrip(" │"))

"""Repositories made of hostile spec files: every command answers, or says in one sentence why it does not."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz_seeds import PATHS, dictionary, seeds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import depnorm
from depnorm.errors import DepnormError
from depnorm.report.as_json import findings_json, inspect_json, plan_json

NAMES = (
    *PATHS.values(), "runtime.txt", "start", "base.txt", "a.R", "binder/requirements.txt", "binder/environment.yml",
    ".binder/postBuild", "requirements/dev.txt", "p/pyproject.toml", "p/setup.py", "p/setup.cfg", ".dockerignore",
    "pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock", "conda-lock.yml", "renv.lock", "Dockerfile",
    "wheels/a.whl",
)  # fmt: skip
TARGETS = {path: target for target, path in PATHS.items()}
GLUE = (
    b"\n-r base.txt\n", b"\n-c constraints.txt\n", b"\n-e ./p\n", b"\n-r binder/requirements.txt\n", b"\n-e .\n",
    b'\nsource("a.R")\n', b"\n- pip:\n  - -r base.txt\n", b"\n--find-links wheels\n", b"\npip install -r base.txt\n",
    b"\n-r ../../etc/passwd\n", b"\n-r link\n", b"\x00", b"\xff", b"${A}", b"$(touch x)", b"\\", b"'\"`\n",
)  # fmt: skip
LINKS = ("base.txt", "../outside", "/etc/passwd", "/dev/zero", ".", "link", "p", "requirements.txt", "missing")
SECONDS = 10
"""Of processor time for one repository of at most some ten kilobytes: a hang, not a benchmark."""


def texts(name: str) -> st.SearchStrategy[bytes]:
    """Pieces of real files of the format, its words, and what leads to the other files."""
    target = TARGETS.get(name.rpartition("/")[2], "requirements")
    real = [data for data in seeds(target) if len(data) <= 2_000][::7] or [b""]
    words = sorted(word for word in dictionary(target) if word)
    piece = st.one_of(st.sampled_from(real), st.sampled_from(words), st.sampled_from(GLUE), st.binary(max_size=8))
    return st.lists(piece, max_size=8).map(b"".join)


TEXTS = {name: texts(name) for name in NAMES}
REPOSITORIES = st.fixed_dictionaries({}, optional=TEXTS)


def write(root: Path, files: dict[str, bytes], link: tuple[str, str] | None) -> None:
    for name, data in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    if link and not (root / link[0]).exists() and (root / link[0]).parent.is_dir():
        (root / link[0]).symlink_to(link[1])


def answers(ask: Callable[[], str]) -> bool:
    """Whether a command answered, with a document or with the sentence of an error that is raised on purpose."""
    try:
        return bool(ask())
    except DepnormError as error:
        return bool(str(error).strip())


@given(
    REPOSITORIES, st.none() | st.tuples(st.sampled_from((*NAMES, "link", "wheels/b", "binder")), st.sampled_from(LINKS))
)
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_command_answers(files: dict[str, bytes], link: tuple[str, str] | None) -> None:
    """`inspect`, `check`, `plan` and `dockerfile` raise nothing but the error tree, and soon."""
    with TemporaryDirectory() as place:
        root = Path(place)
        write(root, files, link)
        start = time.process_time()
        assert answers(lambda: inspect_json(depnorm.inspect(root)))
        assert answers(lambda: findings_json(depnorm.check(root)))
        assert answers(lambda: json.dumps(json.loads(plan_json(depnorm.plan(root)))))
        assert answers(lambda: plan_json(depnorm.plan(root, all_specs=True)))
        assert answers(lambda: depnorm.dockerfile(root))
        assert time.process_time() - start < SECONDS

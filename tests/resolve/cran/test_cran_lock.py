"""Locks of R packages: the closure of what is asked for, at the versions of a dated index. R itself is the oracle."""

import gzip
import json
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from cran_repository import DATE, INDEX, RUNTIME, Snapshots, published, record, run_r, serve

import depnorm
from depnorm.errors import ResolutionError, UsageError
from depnorm.model import CranLock, Dependency, Ecosystem, Location
from depnorm.report.formats import Format, format_lock
from depnorm.resolve.cran import lock_cran
from depnorm.resolve.cran_index import parse_index, parse_version, satisfies
from depnorm.resolve.cran_request import CranRequest

MakeRepository = Callable[[Mapping[str, str]], Path]


@pytest.fixture
def snapshots(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Snapshots]:
    with published(monkeypatch, tmp_path / "cache") as served:
        yield served


def locked(root: Path) -> CranLock:
    lock = depnorm.lock(root)
    assert isinstance(lock, CranLock)
    return lock


def pins(lock: CranLock) -> list[str]:
    return [f"{each.name} {each.version}" for each in lock.packages]


def left_out(lock: CranLock) -> dict[str, str]:
    return {each.name: each.kind.value for each in lock.left_out}


@pytest.mark.parametrize(
    ("script", "expected", "left"),
    [
        ('install.packages("alpha")', ["alpha 1.2.3", "beta 1.10", "delta 2.0", "gamma 0.9-1"],
         {"MASS": "other-target"}),
        ('install.packages("MASS")', ["MASS 7.3-60"], {}),  # asked for, R installs it, whatever it brings
        ('install.packages("twice")', ["twice 1.1"], {}),
        ('install.packages(c("beta",\n  "delta"))', ["beta 1.10", "delta 2.0"], {}),
        ('install.packages("beta", dependencies = FALSE)', ["beta 1.10"], {}),
        ('x <- c("sugar")\ninstall.packages(x)', ["delta 2.0", "sugar 1.0"], {}),
        ('install.packages("utils")', [], {}),
        ('install.packages("no.such")', [], {"no.such": "not-found"}),
        ('install.packages("newer")', [], {"newer": "not-found"}),
        ('install.packages("orphan")', ["orphan 1.0"], {"no.such": "not-found"}),
        ('remotes::install_version("beta", "1.10")', ["beta 1.10", "delta 2.0"], {}),
        ('remotes::install_version("beta", ">= 1.2")', ["beta 1.10", "delta 2.0"], {}),
        ('remotes::install_version("beta", "1.9")', [], {"beta": "archive"}),
        ('remotes::install_github("owner/beta")', [], {"beta": "vcs"}),
        ('install.packages("alpha")\nremotes::install_github("owner/beta")', ["alpha 1.2.3", "gamma 0.9-1"],
         {"MASS": "other-target", "beta": "vcs"}),
        ('BiocManager::install("beta")', [], {"beta": "repository"}),
        ('install.packages("beta", repos = "https://example.org/other")', [], {"beta": "repository"}),
        ('install.packages("beta", repos = "https://cran.example.org")', [], {"beta": "repository"}),
        (f'install.packages("delta", repos = "https://cran.example.org/{DATE}")', ["delta 2.0"], {}),
        ('options(repos = "https://cran.example.org")\ninstall.packages("beta")', [], {"beta": "repository"}),
        ('groundhog::groundhog.library("beta", "2020-01-01")', [], {"beta": "repository"}),
        ('install.packages("https://example.org/beta_1.0.tar.gz", repos = NULL)', [],
         {"beta": "archive"}),
        ('install.packages("delta")\ninstall.packages(Sys.getenv("MORE"))', ["delta 2.0"],
         {"MORE": "computed"}),
    ],
)  # fmt: skip
def test_a_script(
    snapshots: Snapshots, make_repository: MakeRepository, script: str, expected: list[str], left: dict[str, str]
) -> None:
    """Packages of the snapshot are locked with what they need; everything else is left out, by name and kind."""
    assert snapshots
    lock = locked(make_repository({"install.R": f"{script}\n", **RUNTIME}))
    assert pins(lock) == expected
    assert left_out(lock) == left


DESCRIPTION = "Package: mine\nVersion: 1\nTitle: T\nImports: beta{}, other\nRemotes: owner/other\nSuggests: sugar\n"


def test_a_package_of_its_own(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """What a DESCRIPTION always needs is locked, not what it suggests; the package itself and its remotes are not."""
    assert snapshots
    lock = locked(make_repository({"DESCRIPTION": DESCRIPTION.format(" (>= 1.0)"), **RUNTIME}))
    assert pins(lock) == ["beta 1.10", "delta 2.0"]
    assert left_out(lock) == {"mine": "directory", "other": "vcs"}


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"DESCRIPTION": DESCRIPTION.format(" (>= 2.0)")}, "DESCRIPTION:4: asks for beta >=2.0, and"),
        ({"DESCRIPTION": DESCRIPTION.format(" (< 1.10)")}, "DESCRIPTION:4: asks for beta <1.10, and the snapshot has"),
        ({"DESCRIPTION": "Package: mine\nVersion: 1\nDepends: R (>= 4.3)\n"}, "DESCRIPTION:3: asks for R >=4.3"),
        ({"install.R": '\nremotes::install_version("beta", "1.11")\n'}, "install.R:2: asks for beta ==1.11"),
        ({"install.R": 'install.packages("broken")\n'}, "broken 1.0 needs beta >=2.0, and the snapshot"),
    ],
)  # fmt: skip
def test_what_no_snapshot_can_give_is_refused(
    snapshots: Snapshots, make_repository: MakeRepository, files: dict[str, str], message: str
) -> None:
    """A version that the snapshot excludes is named with its line, or with the package that needs it."""
    assert snapshots
    with pytest.raises(ResolutionError, match=message.replace("(", r"\(")):
        depnorm.lock(make_repository({**files, **RUNTIME}))


def test_suggested_packages(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """`dependencies = TRUE` brings what the asked packages suggest and the index has, not what those suggest."""
    assert snapshots
    lock = locked(make_repository({"install.R": 'install.packages("alpha", dep = TRUE)\n', **RUNTIME}))
    assert pins(lock) == ["alpha 1.2.3", "beta 1.10", "delta 2.0", "gamma 0.9-1", "sugar 1.0"]
    assert left_out(lock) == {"MASS": "other-target"}


# For each directory: what install.packages() would install, on an R with an empty library.
ORACLE = r"""
for (place in strsplit(Sys.getenv("PLACES"), " ")[[1]]) {
  found <- available.packages(contriburl = paste0("file://", place))
  asked <- readLines(file.path(place, "asked"))
  for (dependencies in c(NA, TRUE, FALSE)) {
    needed <- suppressWarnings(utils:::getDependencies(asked, dependencies, found, tempdir()))
    cat(sort(paste(needed, found[needed, "Version"]), method = "radix"), sep = ";")
    cat("\n")
  }
  strong <- tools::package_dependencies(intersect(asked, rownames(found)), found, "strong", recursive = TRUE)
  cat(sort(intersect(as.character(unlist(strong)), rownames(found)), method = "radix"), sep = ";")
  cat("\n")
}
"""


def random_index(random: Random) -> list[str]:
    """Packages that need each other, base packages and what is not there, in several versions for several R."""
    names = [f"p{letter}{number}" for letter in "ab.Z" for number in range(6)]
    records = []
    for name in random.sample(names, 20):
        for _ in range(random.choice((1, 1, 1, 2, 3))):
            version = (
                f"{random.randint(0, 2)}{random.choice('.-')}{random.randint(0, 12)}{random.choice(('', '.1', '-3'))}"
            )
            fields = {
                key: ", ".join(random.sample(names, random.randint(0, 3)))
                for key in ("Imports", "LinkingTo", "Suggests")
            }
            r = random.choice(
                ("R (>= 3.5.0)", "R (>= 4.2.1), stats", "R (>= 4.2.3)", "R(>= 99)", "R (< 4.0)", "R", "utils")
            )
            fields["Depends"] = ",\n\t".join((r, *random.sample(names, random.randint(0, 1))))
            fields["OS_type"] = random.choice(("", "", "", "unix", "windows"))
            records.append(record(name, version, **{key: value for key, value in fields.items() if value}))
    return records


def test_real_r_finds_the_same(tmp_path: Path) -> None:
    """On random indexes: the packages, and their versions, that install.packages() of a real R would install."""
    if shutil.which("Rscript") is None:
        pytest.skip("no R")
    r_version = run_r("cat(as.character(getRversion()))", {})
    random = Random(7)  # noqa: S311  no secret
    places, cases = [], []
    for number in range(40):
        place = tmp_path / str(number)
        place.mkdir()
        records = random_index(random)
        asked = random.sample([f"p{letter}{number}" for letter in "ab.Z" for number in range(6)], 4)
        (place / "PACKAGES").write_text("\n".join(records), encoding="utf-8")
        (place / "asked").write_text("\n".join(asked) + "\n", encoding="utf-8")
        places.append(str(place))
        cases.append((records, asked))
    lines = run_r(ORACLE, {"PLACES": " ".join(places)}).splitlines()
    assert sum(map(len, lines)) > 5_000
    with serve() as served:
        found = [line for records, asked in cases for line in told(served, records, asked, r_version, tmp_path)]
    assert found == lines


def told(served: Snapshots, records: list[str], asked: list[str], r_version: str, cache: Path) -> Iterator[str]:
    date = f"{2000 + len(served.files)}-01-01"
    served.publish(date, *records)
    request = CranRequest(
        asked=tuple(ask(name) for name in asked),
        repository=f"{served.url}/{date}",
        r_version=r_version,
        as_of=date,
    )
    for chosen in (
        request,
        replace(request, with_suggested=frozenset(asked)),
        replace(request, alone=frozenset(asked)),
    ):
        yield ";".join(pins(lock_cran(chosen, cache)))
    lock = lock_cran(request, cache)
    needed = [name for each in lock.packages if each.name in asked for name in each.requires]
    yield ";".join(each.name for each in lock.closure(needed))


def ask(name: str, spec: str = "") -> Dependency:
    return Dependency(
        ecosystem=Ecosystem.CRAN, name=name, location=Location(path="install.R", line=1), raw=name, spec=spec
    )


@pytest.mark.parametrize(
    "text", ["1.0", "1.0.0", "1.0-1", "0.10", "0.9", "1", "1.0.10", "2024.1.10", "7.3-60", "7.3.60"]
)
def test_versions_are_ordered_as_r_orders_them(text: str) -> None:
    """A version compares with others as R's `numeric_version` does."""
    if shutil.which("Rscript") is None:
        pytest.skip("no R")
    others = ["1.0", "1.0.0", "0.9-1", "7.3-60", "1.0-1", "2", "1.0.9"]
    code = (
        'cat(as.integer(sapply(strsplit(Sys.getenv("O"), " ")[[1]], function(o) compareVersion(Sys.getenv("V"), o))))'
    )
    expected = [int(each) for each in run_r(code, {"V": text, "O": " ".join(others)}).split()]
    version = parse_version(text)
    assert version is not None
    found = [satisfies(version, f">{other}") - satisfies(version, f"<{other}") for other in others]
    assert found == expected


HOSTILE = (
    "Package: ../../etc\nVersion: 1.0\n",
    "Package: $(id)\nVersion: 1.0\n",
    "Package: a b\nVersion: 1.0\n",
    "Package: good\nVersion: 1.0; rm\n",
    "Package: good\nVersion: " + "9" * 50 + ".1\n",
    "Package: good\nVersion: 1.0\nImports: ../x, '; rm -rf, `id`, delta (>= 1.0', (, ,, delta (=> 1)\n",
    "Package: good\nVersion: 0.9\nImports: x" + "y" * 5000 + "\n",
    "Package\nVersion\n: :\n\x00\x01\ufffd\n \n\t\nImports: a\n",
    " continued: from nothing\nPackage: good\n",
)  # fmt: skip


def test_a_hostile_index_names_nothing_else(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """What is no name and no version of R is in no lock; what is well formed beside it is found."""
    snapshots.publish(DATE, *HOSTILE, record("delta", "2.0"), record("good", "0.1", Imports="delta"))
    lock = locked(make_repository({"install.R": 'install.packages("good")\n', **RUNTIME}))
    assert pins(lock) == ["delta 2.0", "good 1.0"]


def test_a_long_field_is_read_in_linear_time() -> None:
    """A field of a million lines takes no longer than a line of that length."""
    start = time.perf_counter()
    entry = parse_index(record("good", "1.0", Imports="delta" + ",\n delta" * 1_000_000), "4.2").find("good")
    assert entry is not None
    assert [each.name for each in entry.needs("Imports")] == ["delta"]
    assert time.perf_counter() - start < 30  # 400 times as long where the field grows line by line


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"<html>Not found</html>", "cannot be read"),
        (gzip.compress(b"Package: delta\nVersion: 1.0\n" * 99)[:-20], "cannot be read"),
        (gzip.compress(b"\n" * (129 * 2**20), 1), "cannot be read"),  # more than any index holds
        (b"\0" * (33 * 2**20), "larger than any"),
    ],
    ids=["no gzip", "cut short", "bomb", "too large"],
)
def test_an_index_that_cannot_be_read(
    snapshots: Snapshots, make_repository: MakeRepository, data: bytes, message: str
) -> None:
    """It is an error that names the repository, and nothing of it is kept."""
    snapshots.files[f"/{DATE}/src/contrib/PACKAGES.gz"] = data
    root = make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME})
    with pytest.raises(ResolutionError, match=message):
        depnorm.lock(root)
    snapshots.publish(DATE, *INDEX)
    assert pins(locked(root)) == ["delta 2.0"]


def test_the_index_is_asked_for_once(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """After a failure again; a second lock takes what was kept."""
    snapshots.failures = 1
    root = make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME})
    first = locked(root)
    assert snapshots.requested == [f"/{DATE}/src/contrib/PACKAGES.gz"] * 2
    assert locked(root) == first
    assert len(snapshots.requested) == 2


def test_an_index_without_compression(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """Where there is no PACKAGES.gz, PACKAGES tells; where there is neither, the date is named."""
    snapshots.files = {f"/{DATE}/src/contrib/PACKAGES": record("delta", "2.0").encode()}
    root = make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME})
    assert pins(locked(root)) == ["delta 2.0"]
    (root / "runtime.txt").write_text("r-4.2-2024-01-11\n", encoding="utf-8")
    with pytest.raises(ResolutionError, match="no index of R packages as of 2024-01-11"):
        depnorm.lock(root)


def test_a_date_by_option(snapshots: Snapshots, make_repository: MakeRepository) -> None:
    """Where the repository names no date, that of the lock counts, also for the image."""
    snapshots.publish("2025-06-13", record("delta", "3.0"))
    root = make_repository({"DESCRIPTION": "Package: mine\nVersion: 1\nImports: delta\n"})
    lock = depnorm.lock(root, as_of="2025-06-13")
    assert isinstance(lock, CranLock)
    assert pins(lock) == ["delta 3.0"]
    plan = depnorm.plan(root, lock=True, as_of="2025-06-13")
    assert (plan.target.r_snapshot, plan.as_of) == ("2025-06-13", "2025-06-13")


def test_a_renv_lock_is_read_back(snapshots: Snapshots, make_repository: MakeRepository, tmp_path: Path) -> None:
    """The text of a lock is a renv.lock: JSON with R, its repositories, and packages, which reads as the same lock."""
    lock = locked(make_repository({"install.R": 'install.packages(c("alpha", "sugar"))\n', **RUNTIME}))
    text = format_lock(lock, Format.TEXT)
    document = json.loads(text)
    assert document["R"]["Repositories"] == [{"Name": "CRAN", "URL": f"{snapshots.url}/{DATE}"}]
    assert document["Packages"]["alpha"]["Source"] == "Repository"
    assert document["depnorm"]["left-out"] == [{"name": "MASS", "kind": "other-target", "why": "comes with R"}]
    (tmp_path / "renv.lock").write_text(text, encoding="utf-8")
    assert depnorm.read_lock(tmp_path / "renv.lock") == replace(lock, left_out=())
    assert depnorm.inspect(tmp_path / "renv.lock")[0].problems == ()
    assert "***" not in text


def test_credentials_are_sent_and_not_told(
    snapshots: Snapshots, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The password of the URL goes to the server alone, and what was asked with one is not kept."""
    snapshots.authorization = "Basic dXNlcjpodW50ZXIy"
    root = make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME})
    with pytest.raises(ResolutionError, match="401"):
        depnorm.lock(root)
    monkeypatch.setenv("DEPNORM_CRAN", snapshots.url.replace("//", "//user:hunter2@"))
    lock = locked(root)
    assert pins(lock) == ["delta 2.0"]
    assert "hunter2" not in repr(lock) + format_lock(lock, Format.JSON) + format_lock(lock, Format.TEXT)
    assert not list((tmp_path / "cache").rglob("*.gz"))


def test_credentials_go_to_no_other_server(
    snapshots: Snapshots, make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a server leads elsewhere, the password stays behind; on the same server it goes along."""
    snapshots.authorization = "Basic dXNlcjpodW50ZXIy"
    root = make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME})
    monkeypatch.setenv("DEPNORM_CRAN", f"{snapshots.url.replace('//', '//user:hunter2@')}/old")
    snapshots.leads[f"/old/{DATE}/src/contrib/PACKAGES.gz"] = f"/{DATE}/src/contrib/PACKAGES.gz"
    assert pins(locked(root)) == ["delta 2.0"]
    other = snapshots.url.replace("127.0.0.1", "localhost")
    snapshots.leads[f"/old/{DATE}/src/contrib/PACKAGES.gz"] = f"{other}/{DATE}/src/contrib/PACKAGES.gz"
    with pytest.raises(ResolutionError, match="401"):
        locked(root)


def test_only_line_feeds_end_a_line() -> None:
    """As R has it: a form feed or a line separator in a field begins no other field."""
    text = "Package: good\nVersion: 1.0\nLicense: x\x0cVersion: 9.0\u2028Version: 8.0\r\n\r\n"
    assert [each.version for each in parse_index(text, "4.2").entries["good"]] == ["1.0"]


@pytest.mark.parametrize(
    "url", ["", "/srv/cran", "file:///srv/cran", "https://example.org/a b", "https://example.org/\n"]
)
def test_where_snapshots_are_has_to_be_said(
    make_repository: MakeRepository, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Without a URL there is an error that says which variable holds it."""
    monkeypatch.setenv("DEPNORM_CRAN", url)
    with pytest.raises(UsageError, match="DEPNORM_CRAN"):
        depnorm.lock(make_repository({"install.R": 'install.packages("delta")\n', **RUNTIME}))

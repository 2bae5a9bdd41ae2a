"""What R scripts are read as."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from depnorm.model import Dependency, ReferenceKind, SpecFile, SpecFormat
from depnorm.read.r import StatementClass, is_pure_install_list, parse_r_script

SCRIPTS = sorted((Path(__file__).parent / "r_scripts").glob("*.R"))


def read(source: str) -> SpecFile:
    return parse_r_script(source.encode("utf-8"), "install.R")


def statements(spec_file: SpecFile) -> list[str]:
    return [option.value for option in spec_file.options if option.name == "statement"]


def short(dependency: Dependency) -> str:
    """`name`, `name==1.2`, `name @ url`, `name [channel]`."""
    url = f" @ {dependency.url}" if dependency.url else ""
    channel = f" [{dependency.channel}]" if dependency.channel else ""
    return f"{dependency.name}{dependency.spec}{url}{channel}"


GITHUB = "git+https://github.com"
INSTALLS = [
    ('install.packages("ggplot2")', "install", ["ggplot2"]),
    ("utils::install.packages('a1', quiet = TRUE, Ncpus = 4)", "install", ["a1"]),
    ('install.packages(c("a1", "b1"), dep = T)', "install", ["a1", "b1"]),
    ('install.packages(c(x = "a1", c("b1", list("c1"))))', "install", ["a1", "b1", "c1"]),
    ('install.packages("a1", repos = "https://cran.example.org")', "install", ["a1"]),
    ('install.packages("a1", type = "source")', "install", ["a1"]),
    ('install.packages("a1", lib = "/opt/lib")', "install-other", ["a1"]),
    ('install.packages("a1", type = "binary")', "install-other", ["a1"]),
    ('install.packages("a1", INSTALL_opts = "--no-lock")', "install-other", ["a1"]),
    (
        'install.packages("a1", repos = "https://u:secret@forge.example.org")',
        "install-other",
        ["a1 [https://forge.example.org]"],
    ),
    ("install.packages(NULL)", "install", []),
    ("install.packages(character(0))", "install", []),
    ('if (!require(a1)) install.packages("a1")', "install", ["a1"]),
    ('if (!require("a1", quietly = TRUE)) { install.packages("a1"); library(a1) }', "install", ["a1"]),
    ('if (!requireNamespace("a1")) install.packages("a1") else message("there")', "install", ["a1"]),
    ('if (!"a1" %in% rownames(installed.packages())) install.packages("a1")', "install", ["a1"]),
    ('if (!("a1" %in% installed.packages()[, 1])) install.packages("a1")', "install", ["a1"]),
    ('if (!is.element("a1", installed.packages()[, 1])) install.packages("a1")', "install", ["a1"]),
    ('if (system.file(package = "a1") == "") install.packages("a1")', "install", ["a1"]),
    ('if (!nzchar(system.file(package = "a1"))) install.packages("a1")', "install", ["a1"]),
    ('if (length(find.package("a1", quiet = TRUE)) == 0) install.packages("a1")', "install", ["a1"]),
    ('if (isFALSE(require(a1))) install.packages("a1")', "install", ["a1"]),
    ('if (TRUE || unknown_thing) install.packages("a1")', "install", ["a1"]),
    ('(function(p) install.packages(p))("a1")', "install", ["a1"]),
    ('x <- "a1"; install.packages(x, character.only = TRUE)', "install", ["a1"]),
    ('for (p in c("a1", "b1")) install.packages(p)', "install", ["a1", "b1"]),
    ('x <- c("a1", "b1"); for (i in seq_along(x)) install.packages(x[i])', "install", ["a1", "b1"]),
    ('x <- c("a1", "b1"); for (i in 1:length(x)) install.packages(x[[i]])', "install", ["a1", "b1"]),
    ('x <- c("a1", "b1", "c1"); install.packages(x[-2])', "install", ["a1", "c1"]),
    ('x <- c("a1", "b1", "c1"); install.packages(x[x != "b1"])', "install", ["a1", "c1"]),
    ('x <- c("a1", "b1"); x <- x[!sapply(x, requireNamespace)]; install.packages(x)', "install", ["a1", "b1"]),
    ('install.packages(Filter(function(p) !require(p, character.only = TRUE), c("a1")))', "install", ["a1"]),
    (
        'x <- "a1"; x <- append(x, "b1"); x <- union(x, c("a1", "c1")); install.packages(x)',
        "install",
        ["a1", "b1", "c1"],
    ),
    ('x <- list(); x$k <- "a1"; install.packages(x$k)', "install", ["a1"]),
    ('x <- c("a1"); x[2] <- "b1"; install.packages(x)', "install", ["a1", "b1"]),
    ('f <- function(p = "a1") install.packages(p); f()', "install", ["a1"]),
    ('f <- function(p) { if (require(p)) return(TRUE); install.packages(p) }; f("a1")', "install", ["a1"]),
    ('f <- function(p) { ready <<- p; install.packages(ready) }; f("a1")', "install", ["a1"]),
    ('assign("x", "a1"); install.packages(get("x"))', "install", ["a1"]),
    ('mapply(function(a, b) install.packages(c(a, b)), c("a1", "c1"), "b1")', "install", ["a1", "c1", "b1"]),
    ('sapply("a1", "install.packages")', "install", ["a1"]),
    ('do.call("install.packages", list("a1", quiet = TRUE))', "install", ["a1"]),
    ('suppressMessages({ library(stats); install.packages("a1") })', "install", ["a1"]),
    ('withCallingHandlers(install.packages("a1"), warning = function(w) stop(w))', "install", ["a1"]),
    ('install.packages(trimws(" a1 ")); install.packages(basename("x/b1"))', "install", ["a1", "b1"]),
    ('install.packages(unlist(strsplit("a1,b1", ",")))', "install", ["a1", "b1"]),
    ("# only\n\n", None, []),
    ('remotes::install_github("o/r@v1")', "install-other", [f"r @ {GITHUB}/o/r@v1"]),
    ('library(remotes); install_github("o/r", ref = "dev")', "install-other", [f"r @ {GITHUB}/o/r@dev"]),
    ('install_github("https://github.com/o/r.git")', "install-other", [f"r @ {GITHUB}/o/r"]),
    ('install_github("o/r/sub/pkg")', "install-other", [f"pkg @ {GITHUB}/o/r#subdirectory=sub/pkg"]),
    ('install_github("nice=o/r", subdir = "p")', "install-other", [f"nice @ {GITHUB}/o/r#subdirectory=p"]),
    ('install_github("o/r", host = "git.example.org")', "install-other", ["r @ git+https://git.example.org/o/r"]),
    ('devtools::install_bitbucket("o/r")', "install-other", ["r @ git+https://bitbucket.org/o/r"]),
    ('remotes::install_version("a1", "1.2")', "install-other", ["a1==1.2"]),
    ('remotes::install_version("a1", version = ">= 1.2")', "install-other", ["a1>=1.2"]),
    ('remotes::install_version("a1", version = NULL)', "install-other", ["a1"]),
    ('remotes::install_cran(c("a1", "b1"))', "install-other", ["a1", "b1"]),
    ('BiocManager::install(c("a1", "o/r"))', "install-other", ["a1 [bioconductor]", f"r @ {GITHUB}/o/r"]),
    ('library(BiocManager); install("a1")', "install-other", ["a1 [bioconductor]"]),
    ('remotes::install_bioc("a1")', "install-other", ["a1 [bioconductor]"]),
    ('pak::pak(c("a1", "o/r", "a2@1.0", "a3@>=2"))', "install-other", ["a1", f"r @ {GITHUB}/o/r", "a2==1.0", "a3>=2"]),
    ('pak::pkg_install("any::a1?source")', "install-other", ["a1"]),
    ('pacman::p_load(a1, "b1", char = c("c1"))', "install-other", ["a1", "b1", "c1"]),
    ('x <- c("a1"); pacman::p_load(x, character.only = TRUE)', "install-other", ["a1"]),
    ('groundhog::groundhog.library(c("a1", "b1"), "2024-01-01")', "install-other", ["a1", "b1"]),
    ('library(groundhog); groundhog.library(a1, "2024-01-01")', "install-other", ["a1"]),
    ('BiocManager::install("a1", version = "3.18")', "install-other", ["a1 [bioconductor]"]),
    (
        'x <- c("a1", "2.0", "b1", "3.0"); for (i in seq(1, length(x), 2)) remotes::install_version(x[i], x[i + 1])',
        "install-other",
        ["a1==2.0", "b1==3.0"],
    ),
    ('f <- function(p) if (missing(p)) install.packages("a1") else install.packages(p); f()', "install", ["a1"]),
    ("install.packages(names(which(c(a1 = TRUE, b1 = FALSE))))", "install", ["a1"]),
    ('install.packages(gsub("-", ".", "a-1")); install.packages(substr("b1x", 1, 2))', "install", ["a.1", "b1"]),
    ('"a1" %>% { install.packages(.) }', "install", ["a1"]),
    ('pacman::p_load_gh("o/r")', "install-other", [f"r @ {GITHUB}/o/r"]),
]


@pytest.mark.parametrize(("source", "kind", "expected"), INSTALLS)
def test_what_a_statement_installs(source: str, kind: str | None, expected: list[str]) -> None:
    """Each way to install packages gives its packages, and the last statement its class."""
    spec_file = read(source)
    assert sorted(map(short, spec_file.dependencies)) == sorted(expected)
    assert (statements(spec_file)[-1] if kind else None) == kind
    assert not spec_file.references
    assert not spec_file.problems


K = ReferenceKind
REFERENCES = [
    ("remotes::install_local()", "install-other", K.SELF_INSTALL, "."),
    ('remotes::install_local("pkg")', "install-other", K.SELF_INSTALL, "pkg"),
    ("devtools::install()", "install-other", K.SELF_INSTALL, "."),
    ("library(devtools); install()", "install-other", K.SELF_INSTALL, "."),
    ("remotes::install_deps()", "install-other", K.SELF_INSTALL, "."),
    ("pak::pak()", "install-other", K.SELF_INSTALL, "."),
    ('pak::pak("local::.")', "install-other", K.SELF_INSTALL, "."),
    ("renv::install()", "install-other", K.SELF_INSTALL, "."),
    ('install.packages(".", repos = NULL, type = "source")', "install-other", K.SELF_INSTALL, "."),
    ("install.packages(getwd(), repos = NULL)", "install-other", K.SELF_INSTALL, "."),
    ('install.packages("sub/pkg", repos = NULL)', "install-other", K.PATH, "sub/pkg"),
    ('install.packages("../out", repos = NULL)', "install-other", K.PATH, "../out"),
    ('install.packages("a_1.0.tar.gz")', "install-other", K.ARCHIVE, "a_1.0.tar.gz"),
    ('install.packages(file.path("d", "a.zip"), repos = NULL)', "install-other", K.ARCHIVE, "d/a.zip"),
    ("renv::restore()", "install-other", K.PACKAGE_LIST, "renv.lock"),
    ('renv::restore("sub")', "install-other", K.PACKAGE_LIST, "sub/renv.lock"),
    ('renv::restore(lockfile = "x/renv.lock")', "install-other", K.PACKAGE_LIST, "x/renv.lock"),
    ('install.packages(readLines("p.txt"))', "dynamic", K.PACKAGE_LIST, "p.txt"),
    ('f <- "p.txt"; install.packages(readLines(file(f, "r")))', "dynamic", K.PACKAGE_LIST, "p.txt"),
    ('x <- read.csv("p.csv")$name', "assign", K.PACKAGE_LIST, "p.csv"),
    ('for (p in readLines("p.txt")) install.packages(p)', "dynamic", K.PACKAGE_LIST, "p.txt"),
    ('install.packages(Sys.getenv("P"))', "dynamic", K.VARIABLE, "P"),
    ("install.packages(f(1))", "dynamic", K.DYNAMIC, "install.packages(f(1))"),
    ("install.packages(commandArgs(TRUE))", "dynamic", K.DYNAMIC, "install.packages(commandArgs(TRUE))"),
    ("setup_everything()", "dynamic", K.DYNAMIC, "setup_everything()"),
    (
        'if (file.exists("x")) install.packages("a1")',
        "dynamic",
        K.DYNAMIC,
        'if (file.exists("x")) install.packages("a1")',
    ),
    ('setwd("sub")', "dynamic", K.DYNAMIC, 'setwd("sub")'),
    ('source("x.R")', "source", K.SCRIPT, "x.R"),
    ('source("https://example.org/x.R")', "source", K.SCRIPT, "https://example.org/x.R"),
    ("source(paste0(dir, '.R'))", "dynamic", K.DYNAMIC, "source(paste0(dir, '.R'))"),
    ('system("R CMD INSTALL .")', "system", K.SELF_INSTALL, "."),
    ('system("R CMD INSTALL sub/pkg")', "system", K.PATH, "sub/pkg"),
    ('system("pip install -r req.txt")', "system", K.INCLUDE, "req.txt"),
    ('system2("Rscript", "other.R")', "system", K.SCRIPT, "other.R"),
    ('system("frobnicate --all")', "system", K.DYNAMIC, "frobnicate --all"),
    ('reticulate::virtualenv_install(requirements = "r.txt")', "other-effect", K.PACKAGE_LIST, "r.txt"),
]


@pytest.mark.parametrize(("source", "kind", "reference", "target"), REFERENCES)
def test_what_a_statement_refers_to(source: str, kind: str, reference: ReferenceKind, target: str) -> None:
    """Each way to refer to the repository is a reference of its kind with its target."""
    spec_file = read(source)
    found = [(each.kind, each.target) for each in spec_file.references]
    assert (reference, target) in found
    assert statements(spec_file)[-1] == kind


PLAIN = [
    ("library(dplyr)", "library"),
    ("require('dplyr')", "library"),
    ("suppressPackageStartupMessages(library(dplyr))", "library"),
    ('lapply(c("a1", "b1"), library, character.only = TRUE)', "library"),
    ('message("hello ", Sys.time())', "message"),
    ('cat("x\\n"); print(R.version.string)', "message"),
    ('if (!require(a1)) stop("no a1")', "library"),
    ("x <- 1", "assign"),
    ("f <- function() remotes::install_local()", "assign"),
    ("options(timeout = 300)", "options"),
    ('Sys.setenv(A = "b")', "options"),
    ("IRkernel::installspec()", "other-effect"),
    ("tinytex::install_tinytex()", "other-effect"),
    ("update.packages(ask = FALSE)", "install-other"),
    ("BiocManager::install()", "install-other"),
]


@pytest.mark.parametrize(("source", "kind"), PLAIN)
def test_statements_without_packages(source: str, kind: str) -> None:
    """A statement that installs nothing has its class and nothing else."""
    spec_file = read(source)
    assert statements(spec_file)[-1] == kind
    assert not spec_file.dependencies
    assert not spec_file.references


DOUBTFUL = [
    ('if (getRversion() < "4") install.packages("a1")', ["a1"]),
    ('if (getRversion() < "4") install.packages("a1") else install.packages("b1")', ["a1", "b1"]),
    ('tryCatch(install.packages("a1"), error = function(e) install.packages("b1"))', ["a1", "b1"]),
    ('if (!require(a1)) message("no") else install.packages("b1")', ["b1"]),
    ('switch(R.version$major, "3" = install.packages("a1"), install.packages("b1"))', ["a1", "b1"]),
    ('while (Sys.time() < 5) install.packages("a1")', ["a1"]),
    ('for (p in c("a1", "b1")) { if (Sys.time() > 5) next; install.packages(p) }', ["a1", "b1"]),
    ('f <- function() { if (Sys.time() > 5) return(1); install.packages("a1") }; f()', ["a1"]),
    ('quit(); install.packages("a1")', ["a1"]),
    ('x <- "a1"; if (Sys.time() > 5) x <- "b1"; install.packages(x)', []),
]


@pytest.mark.parametrize(("source", "expected"), DOUBTFUL)
def test_what_may_not_happen_is_named_and_not_trusted(source: str, expected: list[str]) -> None:
    """Packages under a condition that reading cannot decide are listed, and the script may not be split."""
    spec_file = read(source)
    assert sorted(map(short, spec_file.dependencies)) == expected
    assert "dynamic" in statements(spec_file)
    assert not is_pure_install_list(spec_file)


@dataclass(frozen=True)
class Place:
    line: int
    raw: str


def test_each_package_stands_where_its_string_does() -> None:
    """A package's line and text are those of its own string, however far from the call that installs it."""
    source = 'wanted <- c("a1",  # first\n  "b1"\n)\nf <- function(p)\n  install.packages(p)\nf(wanted)\n'
    places = {each.name: Place(each.location.line, each.raw) for each in read(source).dependencies}
    assert places == {"a1": Place(1, 'wanted <- c("a1",  # first'), "b1": Place(2, '  "b1"')}


def test_a_computed_package_stands_at_the_call() -> None:
    """A package whose name is put together has the lines of the call."""
    (dependency,) = read('x <- 1\ninstall.packages(\n  paste0("a", "1")\n)\n').dependencies
    assert (dependency.location.line, dependency.raw) == (2, 'install.packages(\n  paste0("a", "1")\n)')


def test_repositories_in_a_list_of_options_are_options() -> None:
    """`options()` takes its settings in a list too."""
    options = [(each.name, each.value) for each in read('options(list(repos = "https://own.example.org"))').options]
    assert ("repos", "https://own.example.org") in options


def test_the_day_of_groundhog_is_an_option() -> None:
    """The day that the packages are taken from, and the release of Bioconductor, are noted beside them."""
    source = 'groundhog::groundhog.library("a1", "2024-01-01"); BiocManager::install("b1", version = "3.18")'
    options = [(each.name, each.value) for each in read(source).options if each.name != "statement"]
    assert options == [("date", "2024-01-01"), ("bioconductor", "3.18")]


def test_repositories_and_dependencies_are_options() -> None:
    """Where packages come from and how much of their dependencies is noted beside them."""
    source = 'options(repos = c(CRAN = "https://cran.example.org/2024"))\ninstall.packages("a1", dependencies = TRUE)\n'
    options = [(each.name, each.value, each.location.line) for each in read(source).options if each.name != "statement"]
    assert options == [("repos", "https://cran.example.org/2024", 1), ("dependencies", "TRUE", 2)]


PURE = [
    ('install.packages("a1")', True),
    ('pkgs <- "a1"\nlibrary(stats)\nmessage("x")\noptions(timeout = 1)\ninstall.packages(pkgs)', True),
    ('install.packages("a1")\nremotes::install_github("o/r")', False),
    ('install.packages("a1")\nsource("x.R")', False),
    ('install.packages("a1")\nunknown()', False),
    ('install.packages("a1"', False),
    ('install.packages("a1", "b1")', False),
]


@pytest.mark.parametrize(("source", "pure"), PURE)
def test_only_a_script_understood_throughout_is_a_pure_list(source: str, pure: bool) -> None:  # noqa: FBT001  a column
    """One statement that does more, or that is not understood, keeps a script whole."""
    assert is_pure_install_list(read(source)) is pure


PROBLEMS = [
    ('install.packages("a1", "b1")', 1, 'takes "b1" for the library'),
    ('install.packages("o/r")', 1, "not the name of an R package"),
    ('install.packages("a 1")', 1, "not the name of an R package"),
    ('remotes::install_github("r")', 1, "does not understand"),
    ('x <- 1\nx <- c("a"\n"b")\n', 3, "unexpected string constant"),
    ("x <- 1\n\nif (x) y\nelse z\n", 4, "unexpected 'else'"),
    ('install.packages(c("a1",\n"b1"\n', 2, "unexpected end of input"),
    ("install.packages(\u201ca1\u201d)", 1, "unexpected input"),
    ("\ufeffinstall.packages('a1')", 1, "byte order mark"),
    ("f(" * 60 + ")" * 60, 1, "open brackets"),
]


@pytest.mark.parametrize(("source", "line", "message"), PROBLEMS)
def test_what_r_rejects_is_a_problem_at_its_line(source: str, line: int, message: str) -> None:
    """A line that R would reject is a problem with R's line; the message says what is wrong, the hint what to do."""
    problem = read(source).problems[0]
    assert problem.location.line == line
    assert message in problem.message
    assert problem.hint
    assert problem.rule == "DN301"


def test_nothing_after_a_syntax_error_is_installed() -> None:
    """What stands before a syntax error counts, what stands after it does not: R never gets there."""
    spec_file = read('install.packages("a1")\nx <- (\ninstall.packages("b1")\n')
    assert [each.name for each in spec_file.dependencies] == ["a1"]
    assert statements(spec_file) == ["install", "dynamic"]


@pytest.mark.parametrize(
    ("data", "encoding", "broken"),
    [
        ('install.packages("a1") # é\n'.encode(), "utf-8", False),
        ('install.packages("a1") # é\n'.encode("latin-1"), "latin-1", False),
        ('install.packages("a1")\n\n# é\n\n# é\nx <- 1\n'.encode("latin-1"), "latin-1", False),
        ('x <- "é"\n'.encode("latin-1"), "latin-1", True),
        ('install.packages("a1")\n'.encode("utf-16"), "utf-16", True),
        (b'install.packages("a1")\r\n', "utf-8", False),
        (b'install.packages("a1")\rx\n', "utf-8", True),
        (b"", "utf-8", False),
        (b"\0", "utf-8", True),
    ],
)
def test_encodings(data: bytes, encoding: str, broken: bool) -> None:  # noqa: FBT001  a column
    """R reads UTF-8; other bytes matter only outside comments, and marked encodings not at all."""
    spec_file = parse_r_script(data, "install.R")
    assert spec_file.format is SpecFormat.R_SCRIPT
    assert spec_file.encoding == encoding
    assert bool(spec_file.problems) is broken


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_statement_of_the_samples_has_one_class(path: Path) -> None:
    """The sample scripts are understood but for those named after what cannot be."""
    spec_file = parse_r_script(path.read_bytes(), path.name)
    assert set(statements(spec_file)) <= {value.value for value in StatementClass}
    assert bool(spec_file.problems) is (path.stem.startswith("error_") or path.stem == "a_second_package_as_library")

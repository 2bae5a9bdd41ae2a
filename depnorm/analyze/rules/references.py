"""DN1xx: lines that refer back to the repository, or past it."""

from depnorm.analyze.rules.rule import Rule
from depnorm.model import Severity

RULES = (
    Rule(
        code="DN101",
        name="installs-repository",
        severity=Severity.WARNING,
        summary="The line installs the repository itself, so it waits for it.",
        related=("DN102", "DN113", "DN117"),
        page="""\
`-e .`, `.` or `file:.` installs the project in the repository. pip needs all
its files for that, so this line can only run after the repository was copied.

Why it matters: whatever runs after the copy runs again at each commit.
repo2docker sees one such line and installs the *whole* file late, so that a
typo in the README downloads numpy and every other package again. depnorm moves
only this line, and installs the rest of the file and the project's own
dependencies early.

Before
    numpy
    -e .
After: with a pyproject.toml or setup.py in the root (no config directory) the
project is installed anyway, without a line
    numpy

Ignore it when the project has to be importable and lies in the root: the plan
handles the line, at the price of one short step per commit. `-e .` costs less
than `.` where the sources change often.
""",
    ),
    Rule(
        code="DN102",
        name="installs-directory",
        severity=Severity.WARNING,
        summary="The line installs a directory, which may read anything.",
        related=("DN101", "DN103"),
        page="""\
`./mypkg`, `-e mypkg` or `mypkg/` installs a project in a subdirectory. Its
build may read files anywhere in the repository, so depnorm treats it as in need
of all of it.

Why it matters: this line runs again at each commit. Its dependencies, where
they are static, and the rest of the file do not: they are installed early.

Before
    setup.py            install_requires=read_requirements()
    requirements.txt    ./mypkg
After: say the dependencies where they can be read without running code
    mypkg/pyproject.toml    [project]
                            dependencies = ["numpy"]
    requirements.txt        ./mypkg

Ignore it when the package changes together with the notebooks anyway.
""",
    ),
    Rule(
        code="DN103",
        name="local-archive",
        severity=Severity.INFO,
        summary="The line installs an archive that is kept in the repository.",
        related=("DN102", "DN105"),
        page="""\
`wheels/tool-1.0-py3-none-any.whl` or `vendor/tool.tar.gz` is one known file, so
the install step copies just that file and runs early.

Why it matters: a commit that leaves the archive alone rebuilds nothing. But no
other repository can share it, and a source archive (.tar.gz, .zip) is built,
which needs a build backend.

Before
    wheels/tool-1.0-py3-none-any.whl
After, where the package is published
    tool==1.0

Ignore it when the archive is published nowhere else.
""",
    ),
    Rule(
        code="DN104",
        name="includes-file",
        severity=Severity.INFO,
        summary="The line includes another file of the repository.",
        related=("DN011", "DN110", "DN111", "DN115"),
        page="""\
`-r base.txt` reads more requirements, `-c constraints.txt` limits versions.
Both paths are relative to the file that contains the line. Only the first file
of a line counts.

Why it matters: the install step copies exactly these files, not the repository,
so a change elsewhere rebuilds nothing; a change of any of them repeats the
whole step. A `-r` inside a constraints file installs its lines as well, which
surprises most people.

Before
    requirements.txt    -r base.txt -r plots.txt         (plots.txt is ignored)
                        jupyterlab
After
    requirements.txt    -r base.txt
                        -r plots.txt
                        jupyterlab

Ignore it always, if you like: it says what the plan copies, nothing is wrong.
""",
    ),
    Rule(
        code="DN105",
        name="index-in-repository",
        severity=Severity.INFO,
        summary="Packages are looked for in a directory of the repository.",
        related=("DN103", "DN203"),
        page="""\
`--find-links wheels`, `--index-url file:simple` or a channel that is a
directory of the repository offers packages beside the public index.
--find-links is relative to the file if that path exists, otherwise to the
directory pip runs in.

Why it matters: any requirement of the file may come from there, so the step
needs the whole directory, runs again when a file in it changes, and shared
layers of the same packages are not admitted.

Before
    --find-links wheels
    numpy
    mytool
After: name the one archive, and the rest is free
    numpy
    wheels/mytool-1.0-py3-none-any.whl

Ignore it when the directory holds many packages and rarely changes.
""",
    ),
    Rule(
        code="DN106",
        name="sources-script",
        severity=Severity.INFO,
        summary="The R script runs another script of the repository.",
        related=("DN107", "DN108"),
        page="""\
`source("helpers.R")` runs a second file, and that one may source a third.
depnorm follows them and copies exactly these files before it runs install.R.

Why it matters: with the closed set of files known, install.R runs early and a
commit elsewhere does not repeat it.

Before
    install.R       source("R/helpers.R")
                    install_all()
After: what install.R needs stands in it
    install.R       install.packages(c("dplyr", "ggplot2"))

A script whose every statement is understood can use shared layers; one that
sources others stays whole.

Ignore it when the helper is short and rarely changes.
""",
    ),
    Rule(
        code="DN107",
        name="script-installs-repository",
        severity=Severity.WARNING,
        summary="The R script installs the repository, so it waits for it.",
        related=("DN101", "DN106"),
        page="""\
`remotes::install_local()`, `devtools::install()` or `R CMD INSTALL .` builds
the R package in the repository, and needs all of its files.

Why it matters: the script runs again at each commit, with every package it
installs.

Before
    install.R       install.packages(c("dplyr", "sf"))
                    remotes::install_local(".")
After: with a DESCRIPTION in the root (no config directory) repo2docker installs
the package itself, after everything else
    install.R       install.packages(c("dplyr", "sf"))
    DESCRIPTION     Imports: dplyr, sf

Ignore it when the package lies in a subdirectory and is meant to be installed.
""",
    ),
    Rule(
        code="DN108",
        name="dynamic",
        severity=Severity.WARNING,
        summary="Only running it tells what is installed.",
        related=("DN106", "DN116"),
        page="""\
The packages are computed: a variable in R, a loop over files, an environment
variable, setup.py code that builds install_requires, metadata marked as
dynamic. depnorm runs no code of a repository, so it does not know.

Why it matters: the step is tried early, softly, in case it needs nothing of the
repository, and repeated late where it fails. It gets no shared layer, and if
the early try fails each commit repeats it.

Before
    pkgs <- scan("packages.txt", what = "")
    if (Sys.getenv("FULL") != "") pkgs <- c(pkgs, "sf")
    install.packages(pkgs)
After
    install.packages(c("dplyr", "ggplot2", "sf"))

Ignore it when the list really has to be computed.
""",
    ),
    Rule(
        code="DN109",
        name="outside-repository",
        severity=Severity.ERROR,
        summary="The line refers to a path outside the repository.",
        related=("DN110", "DN304", "DN311", "DN402"),
        page="""\
`-e ../other`, `/home/me/tool` or a symbolic link that leads out: only the
repository is in the build context, so there is nothing at that path. depnorm
never opens it.

Why it matters: the build fails, or, worse, finds something else there.

Before
    -e ../tool
After: publish it, or point at its own repository
    tool @ git+https://git.example.org/me/tool@v1.2

or add it as a submodule inside the repository
    -e vendor/tool

Ignore it when the path is one that the base image provides.
""",
    ),
    Rule(
        code="DN110",
        name="missing-target",
        severity=Severity.ERROR,
        summary="The line refers to what is not there, or is no project.",
        related=("DN104", "DN109"),
        page="""\
Nothing stands at the path. It may be misspelled, not committed, written by a
step that has not run yet, or meant relative to another directory: `-r` and `-c`
are relative to the file with the line, `-e` and `./path` to the directory pip
runs in, the root. Or `-e .` names a directory without a project: pip installs
one that has a pyproject.toml or a setup.py, and refuses any other.

Why it matters: the install fails at this line.

Before: binder/requirements.txt
    -r requirements-base.txt      (looks in binder/)
After
    -r ../requirements-base.txt

Ignore it when a script creates the file before the line is read, for example
postBuild.
""",
    ),
    Rule(
        code="DN111",
        name="include-cycle",
        severity=Severity.WARNING,
        summary="Files include each other in a circle.",
        related=("DN104",),
        page="""\
base.txt includes dev.txt, and dev.txt includes base.txt. Recent pip stops with
an error, older versions recurse until they are stopped. depnorm reads each file
once.

Why it matters: whether there is an image at all depends on the version of pip.

Before
    base.txt    numpy
                -r dev.txt
    dev.txt     pytest
                -r base.txt
After: includes point one way
    base.txt    numpy
    dev.txt     pytest
                -r base.txt

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN112",
        name="target-not-copyable",
        severity=Severity.WARNING,
        summary="The target cannot be copied alone, so the line waits.",
        related=("DN104", "DN113"),
        page="""\
The file exists, but COPY of it would fail or copy something else: .dockerignore
leaves it out of the build context, its path goes through a symbolic link or
holds a control character, or it is a socket, a device or a pipe; or it is a
directory with such files in it, or with very many.

Why it matters: such a COPY fails before any fallback could run. The plan
therefore sends the line late, where it runs again at each commit.

Before
    .dockerignore       requirements
    requirements.txt    -r requirements/base.txt
After
    .dockerignore       requirements
                        !requirements/base.txt
    requirements.txt    -r requirements/base.txt

Ignore it when the step is short.
""",
    ),
    Rule(
        code="DN113",
        name="git-hidden",
        severity=Severity.WARNING,
        summary="The build reads .git, and .dockerignore hides it.",
        related=("DN101", "DN112"),
        page="""\
The project's build backend (setuptools-scm, hatch-vcs, versioneer and the like)
asks git for the version. With .git left out of the build context, the build of
the project fails or gives version 0.0.

Why it matters: it works on your machine and fails in the image.

Before
    .dockerignore       .git
    pyproject.toml      dynamic = ["version"]
After: keep .git in the context
    .dockerignore       (no .git)

or give a fallback
    [tool.setuptools_scm]
    fallback_version = "0.0"

Ignore it when the version does not matter and a fallback exists.
""",
    ),
    Rule(
        code="DN114",
        name="rejected-by-pip",
        severity=Severity.ERROR,
        summary="The line means the repository in a form that pip rejects.",
        related=("DN101", "DN301"),
        page="""\
The intention is clear, the spelling is not valid: `pkg @ ./x` needs an absolute
URL (uv accepts it, pip does not), and `git+file:.` lacks the slashes and the
absolute path.

Why it matters: pip stops at the line and installs nothing of the file.

Before
    mypkg @ ./mypkg
    git+file:.
After
    ./mypkg
    -e .

`mypkg @ file:./mypkg` is accepted by pip, relative to the directory it runs in.

Ignore it when only uv reads this file.
""",
    ),
    Rule(
        code="DN115",
        name="remote-include",
        severity=Severity.WARNING,
        summary="The line includes requirements or constraints from a URL.",
        related=("DN104", "DN203"),
        page="""\
`-r https://…` or `-c https://…` is downloaded when the build runs. depnorm uses
no network here, so it does not know what it says.

Why it matters: the same commit gives another image tomorrow, without a change
that a build cache could see; and since the file may ask for other versions, no
shared layer can be taken (DN203).

Before
    -c https://example.org/constraints-3.12.txt
After: keep a copy, and update it on purpose
    -c constraints-3.12.txt

Ignore it when the URL names a fixed version and its host is reliable.
""",
    ),
    Rule(
        code="DN116",
        name="package-list",
        severity=Severity.INFO,
        summary="The script reads names of packages from a file.",
        related=("DN108",),
        page="""\
`install.packages(readLines("packages.txt"))`: the names stand in a file beside
the script. depnorm copies both and runs the script early.

Why it matters: a commit that leaves the two files alone rebuilds nothing. The
packages get no shared layer, because the list is the script's to interpret.

Before
    install.R       install.packages(readLines("packages.txt"))
After
    install.R       install.packages(c("dplyr", "ggplot2"))

Ignore it when another tool needs the list as well.
""",
    ),
    Rule(
        code="DN117",
        name="post-build-installs",
        severity=Severity.WARNING,
        summary="postBuild or start installs packages, again and again.",
        related=("DN101",),
        page="""\
postBuild runs after the repository was copied, so everything in it runs again
at each commit. start runs each time a container starts: what it installs makes
every user wait.

Why it matters: these packages are downloaded again and again, and no layer
holds them for other repositories.

Before
    postBuild           pip install jupyterlab-git
                        jupyter lab build
After
    requirements.txt    jupyterlab-git
    postBuild           jupyter lab build

Ignore it when the package can only be installed after the repository's own
files were prepared.
""",
    ),
)

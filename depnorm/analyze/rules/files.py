"""DN0xx: which files count."""

from depnorm.analyze.rules.rule import Rule
from depnorm.model import Severity

RULES = (
    Rule(
        code="DN001",
        name="shadowed-by-config-directory",
        severity=Severity.WARNING,
        summary="A config directory exists, so this file is not read.",
        related=("DN002", "DN011"),
        page="""\
With a binder/ or .binder/ directory, repo2docker reads spec files from there
and from nowhere else, even if that directory holds only a postBuild. The file
this finding names lies in the root and installs nothing.

Why it matters: the image is built without these packages, and the first sign is
an ImportError in a running notebook.

Before
    requirements.txt          numpy
    binder/postBuild
After: move the file, or include it from there
    binder/requirements.txt   -r ../requirements.txt
    binder/postBuild

Ignore it when the root file serves another purpose, such as a package's own
development tools.
""",
    ),
    Rule(
        code="DN002",
        name="two-config-directories",
        severity=Severity.ERROR,
        summary="Both binder/ and .binder/ exist; repo2docker refuses to build.",
        related=("DN001",),
        page="""\
repo2docker looks for spec files in binder/ or in .binder/. When both exist it
cannot tell which one you mean, and stops before the build begins.

Why it matters: there is no image at all, however right both directories are.

Before
    .binder/environment.yml
    binder/postBuild
After: one directory holds everything
    binder/environment.yml
    binder/postBuild

There is no reason to ignore this one.
""",
    ),
    Rule(
        code="DN003",
        name="environment-over-requirements",
        severity=Severity.WARNING,
        summary="environment.yml wins; requirements.txt beside it is not read.",
        related=("DN001", "DN004", "DN011"),
        page="""\
When a config directory holds both an environment.yml and a requirements.txt,
repo2docker builds the conda environment and never opens requirements.txt.

Why it matters: packages that only requirements.txt names are missing from the
image, without any message during the build.

Before
    environment.yml     dependencies: [python=3.12, numpy]
    requirements.txt    seaborn
After: name the file in the pip section
    dependencies:
      - python=3.12
      - numpy
      - pip
      - pip:
        - -r requirements.txt

Ignore it when environment.yml already lists everything.
""",
    ),
    Rule(
        code="DN004",
        name="environment-yml-over-yaml",
        severity=Severity.WARNING,
        summary="environment.yml wins; environment.yaml beside it is not read.",
        related=("DN003",),
        page="""\
Both spellings of the name are accepted, and environment.yml is looked for
first. The other file is then ignored as a whole; the two are not merged.

Why it matters: whoever edits environment.yaml will wonder why nothing changes.

Before
    environment.yaml    (edited last week)
    environment.yml     (from 2021, the one that is built)
After
    environment.yml     (the only one)

Ignore it when other tools need environment.yaml and the two are kept equal.
""",
    ),
    Rule(
        code="DN005",
        name="r-script-without-r",
        severity=Severity.WARNING,
        summary="install.R is not run, since nothing else here asks for R.",
        related=("DN010", "DN107"),
        page="""\
repo2docker runs install.R only in an R image, and it builds one only where
runtime.txt names a date of R packages, or a DESCRIPTION lies in the root
(without a config directory). Otherwise install.R is silently skipped.

Why it matters: the image has no R at all, and nothing in the build log says so.

Before
    install.R       install.packages("dplyr")
After
    install.R       install.packages("dplyr")
    runtime.txt     r-4.4-2026-01-15

The date picks the package versions, so the same date gives the same image next
year. Repositories that use the same date can share layers.

Ignore it when R comes from elsewhere, such as r-base in environment.yml, and
install.R is run by hand or by postBuild.
""",
    ),
    Rule(
        code="DN006",
        name="dockerfile-wins",
        severity=Severity.INFO,
        summary="A Dockerfile wins; the other spec files are not read.",
        related=("DN007",),
        page="""\
A Dockerfile in the config directory comes before every other file: it is built
as it stands, and requirements.txt, environment.yml and postBuild do nothing
unless it uses them itself. depnorm plans no stages for such a repository; with
--all-specs it plans the other files all the same.

Why it matters: nothing in the image is shared with other repositories by
depnorm, and a `COPY .` in front of the install repeats it at each commit.

Before
    Dockerfile          FROM python:3.12
                        COPY . /app
                        RUN pip install -r /app/requirements.txt
    requirements.txt    numpy
After: let the spec file speak
    requirements.txt    numpy

Ignore it when the Dockerfile does what spec files cannot, such as compiling a
library.
""",
    ),
    Rule(
        code="DN007",
        name="unplanned-format",
        severity=Severity.WARNING,
        summary="A spec file wins for which depnorm has no stages.",
        related=("DN006",),
        page="""\
repo2docker builds this repository from a Pipfile, a Julia project or a Nix
expression. depnorm recognizes the file, so that it does not plan from the wrong
one, but it has no stages for it.

Why it matters: there is no plan, and no layer is shared.

Before
    Pipfile             [packages]
                        numpy = "*"
    Pipfile.lock
After: export the same packages
    requirements.txt    numpy==2.3.4

(`pipenv requirements > requirements.txt` writes one from Pipfile.lock; remove
the Pipfile, or put the result into binder/.)

Ignore it when repo2docker's own build of the repository is good enough.
""",
    ),
    Rule(
        code="DN008",
        name="no-spec-file",
        severity=Severity.WARNING,
        summary="No spec file: the image has the base and the repository alone.",
        related=("DN001", "DN011"),
        page="""\
Neither the root nor a config directory holds a requirements.txt,
environment.yml, install.R, runtime.txt, apt.txt, pyproject.toml, setup.py or
DESCRIPTION. Names count exactly: Requirements.txt and requirements/base.txt are
not found.

Why it matters: every import beyond the standard library fails.

Before
    analysis.ipynb      import pandas
After
    analysis.ipynb
    requirements.txt    pandas

If the file exists in a subdirectory, give that one: depnorm plan REPO --subdir
DIR.

Ignore it when the repository needs nothing.
""",
    ),
    Rule(
        code="DN009",
        name="python-version",
        severity=Severity.WARNING,
        summary="The Python version is contradictory, old or unknown.",
        related=("DN010", "DN012", "DN303"),
        page="""\
The version can be asked for in runtime.txt, in environment.yml and in a
project's requires-python, and they may disagree. Or it is one that nobody
builds images for any more, or one for which the catalog has no snapshot. Or
--python names another one: it decides only where the repository leaves it open.
The message says which it is, and which version the plan takes.

Why it matters: shared layers belong to one Python minor version. A repository
on 3.7 shares with nobody, and wheels of current packages no longer exist for
it.

Before
    runtime.txt         python-3.8
    pyproject.toml      requires-python = ">=3.11"
After
    runtime.txt         python-3.12
    pyproject.toml      requires-python = ">=3.11"

Ignore it when an old version is the point, such as a paper's original
environment.
""",
    ),
    Rule(
        code="DN010",
        name="runtime-form",
        severity=Severity.WARNING,
        summary="runtime.txt has a form that repo2docker does not understand.",
        related=("DN005", "DN009"),
        page="""\
runtime.txt holds one line: python-3.12, or r-4.4-2026-01-15 (the version of R
is optional, the date is not). A patch release is fatal or misread, depending on
the version of repo2docker.

Why it matters: the build stops, or silently uses the default version.

Before
    python-3.11.4
    Python 3.11
    r-2016-01-01        (dates before the snapshots begin no longer exist)
After
    python-3.11
    r-4.4-2026-01-15

Ignore it when the file is written for another platform (Heroku's wants the
patch release) and repo2docker never sees it: a binder/ directory with its own
runtime.txt serves both.
""",
    ),
    Rule(
        code="DN011",
        name="other-requirement-files",
        severity=Severity.INFO,
        summary="A requirements file that no file in use refers to.",
        related=("DN001", "DN104"),
        page="""\
Only requirements.txt is installed, with what it includes. Files such as
requirements-dev.txt or requirements/docs.txt are not read unless a line names
them.

Why it matters: usually it does not, and that is the intention. Sometimes the
notebook needs what only requirements-viz.txt lists, and fails with an
ImportError.

Before
    requirements.txt        numpy
    requirements-viz.txt    bokeh
After, if the image needs both
    requirements.txt        numpy
                            -r requirements-viz.txt
    requirements-viz.txt    bokeh

Ignore it when those files are for development, tests or documentation.
""",
    ),
    Rule(
        code="DN012",
        name="base-image-python",
        severity=Severity.ERROR,
        summary="The base image has another Python than the plan is for.",
        related=("DN009",),
        page="""\
`--base-image python:3.9-slim` says which Python the image has, by its tag. The
repository, or --python, asks for another one. A plan cannot follow both: which
packages are chosen, and which layers are shared, depends on the Python. Where
only the base image says it, the plan is for its Python.

Why it matters: the first step of the build looks for the Python of the plan,
and stops.

Before
    runtime.txt         python-3.11
    the command         depnorm plan . --base-image python:3.9-slim
After
    runtime.txt         python-3.11
    the command         depnorm plan . --base-image python:3.11-slim

Ignore it when the tag does not tell the Python of the image.
""",
    ),
)

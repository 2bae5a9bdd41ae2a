"""DN3xx: input that is broken or not portable."""

from depnorm.analyze.rules.rule import Rule
from depnorm.model import Severity

RULES = (
    Rule(
        code="DN301",
        name="unreadable-line",
        severity=Severity.ERROR,
        summary="The line cannot be read by the tool that owns the file.",
        related=("DN114", "DN306"),
        page="""\
The line is not a requirement, an option, a match spec or a comment in the
file's own format. depnorm reports it and reads on; pip or conda stops here.

Why it matters: the whole file is not installed because of this line.

Before
    numpy = 1.26                                            requirements.txt
    scipy>=1.11 <2
    pip install pandas
    - dask[complete]                                        environment.yml
After
    numpy==1.26
    scipy>=1.11,<2
    pandas
    - dask              (conda packages have no extras; pip's go below `- pip:`)

Ignore it when the file is a template that is completed before use.
""",
    ),
    Rule(
        code="DN302",
        name="encoding",
        severity=Severity.WARNING,
        summary="The file is not plain UTF-8, or holds bytes without meaning.",
        related=("DN301",),
        page="""\
PowerShell's `pip freeze > requirements.txt` writes UTF-16; an editor on an old
system writes Latin-1. pip reads UTF-16 with its byte order mark, most other
tools do not, and bytes that fit no encoding depend on the machine that reads
them.

Why it matters: the file works on one machine and fails on another, or a name
with an accent becomes another name.

Before
    pip freeze > requirements.txt                       (Windows PowerShell 5)
After
    pip freeze | Out-File -Encoding ascii requirements.txt

or save the file as UTF-8 in the editor.

Ignore it when only pip reads the file and it carries a byte order mark.
""",
    ),
    Rule(
        code="DN303",
        name="platform-specific",
        severity=Severity.WARNING,
        summary="The spec holds on one platform only.",
        related=("DN304", "DN009"),
        page="""\
`conda env export` writes every package with its build
(numpy=1.26.4=py311h64a7726_0). Builds differ between Linux, macOS and Windows
and vanish from channels. Comments such as `# [win]` look like selectors, but
environment files have none. Packages such as pywin32 or vs2015_runtime do not
exist for Linux at all.

Why it matters: the solve fails in the image, or in a year.

Before
    - numpy=1.26.4=py311h64a7726_0
    - vs2015_runtime=14.27
After
    - numpy=1.26.4

`conda env export --from-history` writes only what you asked for.

Ignore it when the file was exported on Linux and is meant as a lock.
""",
    ),
    Rule(
        code="DN304",
        name="machine-path",
        severity=Severity.ERROR,
        summary="The line names a path of the machine that wrote the file.",
        related=("DN109", "DN303"),
        page="""\
`pip freeze` in a conda environment writes where conda once built a package
(`certifi @ file:///opt/conda/conda-bld/...`), and an editable install its place
on the author's disk. Those paths exist nowhere else.

Why it matters: pip stops at the line, and installs nothing of the file.

Before
    certifi @ file:///opt/conda/conda-bld/certifi_1630/work
    -e /home/me/project
After
    certifi==2021.5.30
    -e .

`pip list --format=freeze` writes versions instead of paths.

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN305",
        name="yaml-structure",
        severity=Severity.WARNING,
        summary="The environment file is YAML, but not an environment.",
        related=("DN301", "DN306"),
        page="""\
`dependencies` must be a list of match specs, with at most one mapping in it:
`pip:` with a list. Typical mistakes are an empty `dependencies:`, a mapping
instead of a list, two `pip:` lists, a key written twice, and tabs.

Why it matters: conda fails, or takes one half and drops the other without a
word.

Before
    dependencies:
      numpy: 1.26
      - pip: seaborn
After
    dependencies:
      - numpy=1.26
      - pip
      - pip:
        - seaborn

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN306",
        name="ignored-part",
        severity=Severity.WARNING,
        summary="The tool accepts the line and ignores it, or a part of it.",
        related=("DN301",),
        page="""\
pip reads one requirement, or one `-r`, `-c`, `-e` or `-f`, from a line, and
drops what else stands there without a word: a second `-r`, an option behind a
package, a dash in front of a name. A comment that ends in a backslash swallows
the next line. conda ignores `prefix:` as soon as the command names an
environment.

Why it matters: a package that the file seems to ask for is not in the image.

Before
    -r base.txt -r extra.txt
    - requests
    numpy --pre
After
    -r base.txt
    -r extra.txt
    requests
    --pre
    numpy

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN307",
        name="unreadable-file",
        severity=Severity.ERROR,
        summary="The file is too large, no regular file, or cannot be read.",
        related=("DN402",),
        page="""\
A spec file is a list of dependencies of some kilobytes. This one is larger than
depnorm reads (the message says how much that is), a directory, a device, a
symbolic link to nothing, or not readable by the user who runs depnorm, so it
was not read, or not all of it.

Why it matters: nothing in it is part of the plan, and the image has none of it.

Before
    requirements.txt    a Git LFS download, or a dump of everything
    environment.yml     mode 000
After
    requirements.txt    the packages, one a line
    environment.yml     mode 644

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN308",
        name="invalid-apt-name",
        severity=Severity.ERROR,
        summary="The line of apt.txt is not the name of a package.",
        related=("DN301", "DN311"),
        page="""\
Debian names consist of lower-case letters, digits, `+`, `-` and `.`, at least
two of them, and begin with a letter or digit. apt.txt takes such names only,
one a line. Other text is never passed on: it would become part of a shell
command.

Why it matters: repo2docker's build fails at this line; depnorm leaves it out
and says so.

Before
    apt-get install -y libgdal-dev
    LibGL1
After
    libgdal-dev
    libgl1

There is no good reason to ignore it.
""",
    ),
    Rule(
        code="DN309",
        name="broken-ignore-comment",
        severity=Severity.WARNING,
        summary="A comment asks to ignore something, in words without sense.",
        related=("DN310", "DN011", "DN101", "DN103"),
        page="""\
`# depnorm: ignore[DN103] reason` on a line ignores what is found on it; alone
on a line, on the next one. Several rules are separated by commas; the beginning
of codes and names (local-archive) will do, too.
`# depnorm: ignore-file[DN011] reason` above the first line with content ignores
what is found in the whole file. A comment without rules, with an unknown one or
in another place ignores nothing.

Why it matters: somebody wanted a finding not to count, and it counts.

Before
    -e .                  # depnorm: ignore
    ./wheels/a-1.0.whl    # depnorm: ignore[local-archiv]
After
    -e .                  # depnorm: ignore[DN101] the notebooks need it
    ./wheels/a-1.0.whl    # depnorm: ignore[DN103] no index has it

Ignore it when the comment is meant for something else that is called depnorm.
""",
    ),
    Rule(
        code="DN310",
        name="unused-ignore-comment",
        severity=Severity.INFO,
        summary="A comment ignores a rule of which nothing is found there.",
        related=("DN309", "DN301"),
        page="""\
The line that the comment is about was changed, or never had this finding.
`depnorm check` of a whole repository tells so; of one file it cannot know.

Why it matters: it does no harm today. It would hide the finding if that came
back.

Before
    numpy>=2              # depnorm: ignore[DN301] a template
After
    numpy>=2

Ignore it when the finding comes and goes, for example with a file that is
generated.
""",
    ),
    Rule(
        code="DN311",
        name="program-missing",
        severity=Severity.ERROR,
        summary="pip needs git for the line, and the base image has none.",
        related=("DN308", "DN204"),
        page="""\
pip runs git for a line such as `git+https://…`, as it runs hg, svn or bzr for
theirs. Small base images, python:3.12-slim among them, have none of these
programs; the images that repo2docker builds on have git. Only `plan` knows the
image, so `check` does not tell.

Why it matters: the build stops at this line with "Cannot find command 'git'",
after everything before it was installed.

Before
    requirements.txt    tool @ git+https://git.example.org/me/tool@v1.2
After: bring the program along
    requirements.txt    tool @ git+https://git.example.org/me/tool@v1.2
    apt.txt             git

or do without it: an archive needs no git, and a release can be shared
    tool @ https://git.example.org/me/tool/archive/v1.2.tar.gz
    tool==1.2

Ignore it when the base image that really builds has the program; --base-image
says so to depnorm.
""",
    ),
)

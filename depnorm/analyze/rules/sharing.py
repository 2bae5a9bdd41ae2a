"""DN2xx: sharing and normalization."""

from depnorm.analyze.rules.rule import Rule
from depnorm.model import Severity

RULES = (
    Rule(
        code="DN201",
        name="duplicate-merged",
        severity=Severity.INFO,
        summary="A package is declared more than once, and the specs agree.",
        related=("DN202",),
        page="""\
The same package stands on several lines, perhaps in two spellings (PyYAML,
pyyaml) or in an included file. All of the specs hold at once, so together they
mean one requirement.

Why it matters: it does no harm to the build. A later edit of one line easily
forgets the other, and then they conflict (DN202). And two repositories that ask
for the same look different.

Before
    PyYAML>=6
    pyyaml
After
    pyyaml>=6

Ignore it when the lines are in two files that are also used alone.
""",
    ),
    Rule(
        code="DN202",
        name="conflicting-specs",
        severity=Severity.ERROR,
        summary="A package is declared twice, and no version satisfies both.",
        related=("DN201",),
        page="""\
Two lines (or a line and a constraint) ask for versions that exclude each other.

Why it matters: pip and conda stop with a conflict, after minutes of downloading
in the worst case. No shared layer can be admitted for such a package.

Before
    numpy==1.26.4
    numpy>=2
After
    numpy>=2

Ignore it when the lines can never apply together and depnorm misread their
markers (and please report that).
""",
    ),
    Rule(
        code="DN203",
        name="own-index",
        severity=Severity.INFO,
        summary="A line decides what all names mean, so nothing is shared.",
        related=("DN105", "DN403"),
        page="""\
Some lines change what every name in the file stands for: `--index-url` (or
`-i`) replaces the public index, `--no-index` leaves none, `--no-binary` builds
from source, a local index is a directory. And a `-r` or `-c` that cannot be
read, from a URL or a path with a variable, may ask for anything. The same name
and version may then be another file than the public one, so depnorm does not
put the public one underneath.

Why it matters: nothing of this repository's environment is shared, not even
numpy, and each build downloads all of it. `--extra-index-url` and
`--find-links` only add a place; they do not keep layers away, but any package
may come from there.

Before
    --index-url https://pypi.example.org/simple
    numpy
    internal-tool
After: only the one package comes from there, by its URL
    numpy
    internal-tool @ https://pypi.example.org/internal_tool-1-py3-none-any.whl

Where the index is a mirror of the public one, name it where the build runs (pip
reads PIP_INDEX_URL), not in the file.

Ignore it when policy asks for the index in the file.
""",
    ),
    Rule(
        code="DN204",
        name="nearest-shareable-pin",
        severity=Severity.INFO,
        summary="A near version of a pinned package would be shared.",
        related=("DN202", "DN205"),
        page="""\
A pin, or a narrow range, is all that keeps the repository from a shared layer:
at the catalog's version of the package, which is newer and of the same release
series, the plan would take the layer. The figures say how much more would be
shared, and how many repositories ask for that layer. The series is what `~=`
reads as compatible: the major version, of 0.x the minor one. Where several pins
have to move together, one finding at the first of them names all. Only `plan`
knows layers, so `check` does not tell. With `--lock` a proposal was resolved
together with all other lines.

Why it matters: a layer that others share is downloaded, stored and built once
for all. Nothing is changed by itself: which version you ask for is yours to
say.

Before
    matplotlib==3.10.8
After
    matplotlib==3.11.2

Ignore it when the exact version matters, to reproduce published results for
example.
""",
    ),
    Rule(
        code="DN205",
        name="lock-file-not-used",
        severity=Severity.WARNING,
        summary="A lock file does not fit the spec files, so it is not used.",
        related=("DN204",),
        page="""\
The spec files say what is wanted, a lock file that fits says which artifacts.
This one misses a package that they need, or has a version that a line excludes,
or was made for another Python, R, platform or channel, or is newer than the
`--as-of` that was given. So `--lock` resolves anew.

That goes for pylock.toml and uv.lock beside what pip reads, for conda-lock.yml
(and names that end so) beside environment.yml, and for renv.lock beside
install.R, DESCRIPTION or alone. A conda-lock.yml needs the sha256 of each
package; a renv.lock fits where one dated snapshot of CRAN has exactly its
versions, for that is what an image installs from.

Why it matters: who installs from the lock file gets another environment than
who builds the image. repo2docker never reads these lock files beside a spec
file.

Before
    requirements.txt    numpy>=2
    pylock.toml         numpy 1.26.4
After: `depnorm lock . -o pylock.toml` (of a pyproject.toml: `uv lock`)
    requirements.txt    numpy>=2
    pylock.toml         numpy 2.5.4

Ignore it when the lock file belongs to something else than the image.
""",
    ),
    Rule(
        code="DN206",
        name="option-without-effect",
        severity=Severity.INFO,
        summary="An option is about what pip installs, and it installs nothing.",
        related=("DN007",),
        page="""\
`--slim`, `--layers-from`, `--allow-builds` and `--installer uv` are about the
wheels that pip, or uv in its place, installs in the image's own prefix. Where
conda or R installs, or where the catalog has no layers for the image's Python,
they change nothing.

Why it matters: the image is neither smaller nor built faster than without the
option, though the command looks as if it were.

Before: beside an environment.yml
    depnorm plan . --slim
After
    depnorm plan .

Ignore it when the same options are given for many repositories.
""",
    ),
)

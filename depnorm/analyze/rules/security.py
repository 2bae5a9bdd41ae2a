"""DN4xx: security."""

from depnorm.analyze.rules.rule import Rule
from depnorm.model import Severity

RULES = (
    Rule(
        code="DN401",
        name="credential-in-url",
        severity=Severity.ERROR,
        summary="A line holds a password or a token.",
        related=("DN403",),
        page="""\
A credential in a spec file is public to everyone who can read the repository,
stays in its history after the line is gone, and would end up in image layers
and build logs. depnorm writes `***` in its place everywhere.

Why it matters: whoever reads it can use it. Treat it as published: revoke it
first.

Before
    --extra-index-url https://me:s3cret@packages.example.org/simple
After: the address alone; the credential is given to the build
    --extra-index-url https://packages.example.org/simple

    docker build --secret id=netrc,src=$HOME/.netrc …

Variables (`https://${USER}:${TOKEN}@…`) keep the secret out of the file, and
have to be set when the build runs.

Ignore it when the credential is public by design.
""",
    ),
    Rule(
        code="DN402",
        name="path-leaves-repository",
        severity=Severity.ERROR,
        summary="A spec file lies outside the repository.",
        related=("DN109", "DN307"),
        page="""\
The path of a file to be read leads out of the repository, for example
requirements.txt -> /etc/passwd. A service that builds other people's
repositories would show its own files to them. depnorm does not open such a
path.

Why it matters: what stands there is not part of the repository, so it differs
on each machine, and may be none of the repository's business. The image has
nothing of it.

Before
    requirements.txt -> ../../shared/requirements.txt
After
    requirements.txt    a regular file, or a link that stays inside

There is no good reason to ignore it in a service; on your own machine, copy the
file.
""",
    ),
    Rule(
        code="DN403",
        name="insecure-index",
        severity=Severity.WARNING,
        summary="Packages come over a connection that nobody checks.",
        related=("DN401", "DN203"),
        page="""\
With an http:// index or `--trusted-host`, anyone between the build and the host
can replace a package, and with it run code in the image.

Why it matters: the packages run with the rights of everyone who opens the
image.

Before
    --index-url http://packages.example.org/simple
    --trusted-host packages.example.org
After
    --index-url https://packages.example.org/simple

A private certificate authority belongs into the base image (or PIP_CERT), not
into a switch that turns checking off. Hashes (`--hash=sha256:…`) protect single
lines.

Ignore it when the index is on the same machine as the build.
""",
    ),
)

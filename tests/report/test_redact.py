"""Credentials and control characters never reach an output."""

import time

import pytest
from patience import BUSY

from depnorm.report.redact import encodable, printable, redact

CREDENTIALS = [
    ("https://me:hunter2@host/simple", "https://***@host/simple"),
    ("https://hunter2@host/simple", "https://***@host/simple"),
    ("--index-url=https://me:hunter2@host/simple", "--index-url=https://***@host/simple"),
    ("git+https://hunter2:x-oauth-basic@github.com/o/r@v1", "git+https://***@github.com/o/r@v1"),
    ("pkg @ git+https://hunter2@host/r.git@main#egg=pkg", "pkg @ git+https://***@host/r.git@main#egg=pkg"),
    ("https://me:hunt@er2@host/x", "https://***@host/x"),
    ("https://me:hunt/er2@host/x", "https://***@host/x"),
    ("https://me:hunt#er2@host/x", "https://***@host/x"),
    ("https://me:12hunter2/@host/x", "https://***@host/x"),
    ("HTTPS://ME:hunter2@HOST/", "HTTPS://***@HOST/"),
    ("ftp://me:hunter2@host", "ftp://***@host"),
    ("http:/me:hunter2@host/g.git", "http:/***@host/g.git"),
    ("//me:hunter2@host/x", "//***@host/x"),
    ('install_url("https://me:hunter2@host/x.tar.gz")', 'install_url("https://***@host/x.tar.gz")'),
    ("https://a:hunter2@h/1 https://b:hunter2@h/2", "https://***@h/1 https://***@h/2"),
    ("https://${USER}:hunter2@host/x", "https://***@host/x"),
    ("git+ssh://git:hunter2@host/r", "git+ssh://***@host/r"),
    ("https://host/x?token=hunter2", "https://host/x?token=***"),
    ("https://host/x?a=1&access_token=hunter2&b=2", "https://host/x?a=1&access_token=***&b=2"),
    ("https://s3.host/x?X-Amz-Signature=hunter2#egg=x", "https://s3.host/x?X-Amz-Signature=***#egg=x"),
    ("https://host/x?private_token=hunter2", "https://host/x?private_token=***"),
    ('install_github("o/r", auth_token = "hunter2")', 'install_github("o/r", auth_token = "***")'),
    ("token <- 'hunter2'", "token <- '***'"),
    ("PIP_TOKEN=hunter2 pip install x", "PIP_TOKEN=*** pip install x"),
    ("https://conda.anaconda.org/t/tk-1-hunter2/priv", "https://conda.anaconda.org/t/***/priv"),
    ("https://conda.anaconda.org/t/hunter2/c::numpy", "https://conda.anaconda.org/t/***/c::numpy"),
    ("https://repo.example.org/x/t/tk-hunter2/c", "https://repo.example.org/x/t/***/c"),
    ("t/tk-1-hunter2/c::numpy", "t/***/c::numpy"),
    ("https://host/simple?key=hunter2", "https://host/simple?key=***"),
    ("https://host/x?a=1&sas=hunter2", "https://host/x?a=1&sas=***"),
    ("curl -u me:hunter2 https://host", "curl -u me:*** https://host"),
    ("curl -ume:hunter2 https://host", "curl -ume:*** https://host"),
    ('curl --user "me:hunter2" https://host', 'curl --user "me:***" https://host'),
    ("curl --proxy-user=me:hunter2 https://host", "curl --proxy-user=me:*** https://host"),
    ("pip install --password hunter2 x", "pip install --password *** x"),
    ("conda --auth-token 'hunter2' x", "conda --auth-token '***' x"),
    ("wget --password=hunter2 x", "wget --password=*** x"),
    ("--trusted-host me:hunter2@host", "--trusted-host ***@host"),
    ("--proxy me:hunter2@10.0.0.1:8080", "--proxy ***@10.0.0.1:8080"),
    ("--client-cert hunter2", "--client-cert ***"),
    ("MY_TOKEN: hunter2", "MY_TOKEN: ***"),
    ("  password: hunter2", "  password: ***"),
    ("DB_PASSWORD=12345", "DB_PASSWORD=***"),
    ("STRIPE_KEY=hunter2", "STRIPE_KEY=***"),
    ("AWS_SECRET_ACCESS_KEY=hunter2 sh", "AWS_SECRET_ACCESS_KEY=*** sh"),
    ("pkg --config-settings=MY_TOKEN=hunter2", "pkg --config-settings=MY_TOKEN=***"),
    ('curl -H "Authorization: Bearer hunter2" x', 'curl -H "Authorization: Bearer ***" x'),
    ('{"accessToken": "hunter2", "a": 1}', '{"accessToken": "***", "a": 1}'),
    ("google-auth=2.3 MY_TOKEN=hunter2", "google-auth=2.3 MY_TOKEN=***"),
    ("ghp_" + "a1B2" * 9, "***"),
    ("machine host login me password hunter2", "machine host login me password ***"),
    ("login me password hunter2 port 1", "login me password *** port 1"),
    ('- "--client-cert hunter2"', '- "--client-cert ***"'),
    ("['--password hunter2']", "['--password ***']"),
    ("glpat-" + "a1B2" * 5, "***"),
]
PUBLIC = [
    "numpy>=1.20",
    "https://host/simple",
    "https://host:8080/simple",
    "https://host:8080/o/r@v1",
    "git+https://github.com/o/r@v1.0#egg=r",
    "git+ssh://git@github.com/o/r.git@main",
    "https://${USER}:${TOKEN}@host/simple",
    "https://${TOKEN}@host/simple",
    "file:///opt/conda/conda-bld/x@y/work",
    "x @ file:./x",
    "conda-forge::numpy=1.26=py_0",
    "--hash=sha256:" + "0a" * 32,
    "Authors@R: person('A')",
    "# see src//old@home",
    "path = 'x'",
    "TOKEN=$PIP_TOKEN",
    'TOKEN="$PIP_TOKEN"',
    "token = ${{ secrets.TOKEN }}",
    'auth_token = Sys.getenv("GITHUB_PAT")',
    'auth_token=Sys.getenv("GITHUB_PAT")',
    "google-auth==2.3",
    "google-auth=2.3=pyh0_0",
    "conda-forge::google-auth=2.3",
    'google-auth = ">=2,<3"',
    "flask-httpauth>=4",
    "TOKENIZERS_PARALLELISM=false",
    'extras_require={"auth": ["requests"]}',
    "https://auth.example.org:8443/simple",
    "git+ssh://me@host/r",
    "git@github.com:o/r",
    "python:3.12@sha256:0a",
    "docker run -u 1000:1000 x",
    "pip install --user git+https://host/r",
    "docker build --secret id=netrc,src=.netrc .",
    "--client-cert certs/me.pem",
    "--token='' --password=''",
    "https://github.com/t/repository/archive/main.zip",
    "bioc::pkg@3.1",
    "monkey=3",
    "login to change the password of the machine",
]


# Made to confuse the patterns when repeated.
PIECES = [
    *["//", "://a:b", "?token", "//a:", "@", "?a", "ghp_", "https://a:b/", "sig=", "a", "token=", "token=1.", "token:"],
    *[
        "tokentoken",
        "u:p@",
        "a:",
        "a=",
        "/t/",
        "//a/t/",
        "t/tk-",
        "?key=",
        "token=$a,",
        'token="',
        "token='\"",
        "token ",
    ],
    *["token=1,", "token=a(", "token<-", "token: \n", "token=Bearer ", "--token ", "--user=a", "-u a:", " \t"],
    *["machine ", "login a ", "machine a password ", "'--token ", "password "],
]


@pytest.mark.parametrize(("text", "shown"), CREDENTIALS)
def test_hides_credentials(text: str, shown: str) -> None:
    """A credential becomes `***`; the rest of the text stays."""
    assert redact(text) == shown


@pytest.mark.parametrize("text", PUBLIC)
def test_leaves_the_rest_alone(text: str) -> None:
    """What holds no credential is not touched: variables, the user of git over SSH, revisions, ports."""
    assert redact(text) == text


@pytest.mark.parametrize("text", [text for text, _ in CREDENTIALS] + PUBLIC)
def test_redacting_twice_is_redacting_once(text: str) -> None:
    """Text may pass through several reports."""
    assert redact(redact(text)) == redact(text)


@pytest.mark.parametrize("piece", PIECES)
def test_takes_linear_time(piece: str) -> None:
    """A megabyte made to confuse the patterns takes less than two seconds."""
    text = "A_TOKEN=x " + piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    printable(text)
    assert time.perf_counter() - start < 2 * BUSY


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb", "a\\nb"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\r", "\\r"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\u2028", "\\u2028"),
        ("\udcff", "\\udcff"),
        ("é ☃ 😀", "é ☃ 😀"),
    ],
)
def test_shows_what_does_not_print(text: str, shown: str) -> None:
    """Control characters, direction marks and undecodable bytes are visible, letters of any script stay."""
    assert printable(text) == shown


def test_undecodable_names_fit_utf8() -> None:
    """A file name that is not UTF-8 can be written to any JSON reader."""
    assert encodable("\udcff.txt\n").encode() == b"\\udcff.txt\n"

"""Tricky lines, one by one: pip says what each means, on a disk where every path in them exists."""

from pathlib import Path

import pip_oracle
import pytest
from requirement_verdict import verdict

from depnorm.model import Dependency, Option, PathBase, Problem, ReferenceKind, RepoReference
from depnorm.read.assemble import Item
from depnorm.read.requirements import parse_requirements

SHA = "a" * 64
WHEEL = "numpy-1.0-py3-none-any.whl"
DIRECTORIES = ("mypkg", "sub/pkg", "x", "my pkg", "a,b", "wheels", "c++", "Pkg")
FILES = ("a.tar.gz", "wheels/b.zip", f"wheels/{WHEEL}", WHEEL, "numpy-1.0.tar.gz", "d.tar.bz2", "E.ZIP", "f.tgz")

PACKAGES = [
    "numpy",
    "numpy==1.0",
    "numpy == 1.0",
    "numpy\t==\t1.0",
    "  numpy==1.0  ",
    "NumPy.Core_X==1.0",
    "numpy>=1.0,<2",
    "numpy<2,>=1.0",
    "numpy (>=1.0)",
    "numpy(>=1.0,<2)",
    "numpy[a]",
    "numpy[b,A_c]>=1",
    "numpy [a] >= 1",
    "numpy[]",
    "numpy[a,]",
    "numpy[a]]",
    "numpy>=1[a]",
    "numpy===1.0",
    "numpy===foo",
    "numpy~=1.0",
    "numpy~=1",
    "numpy!=1.*",
    "numpy==1.*",
    "numpy>=1.*",
    "numpy==1.0rc1",
    "numpy==1.0.post1.dev2+local.1",
    "numpy==v1.0",
    "numpy==1!2.0",
    "numpy>1a1",
    "numpy==1.0,==1.0.0",
    "numpy=1.0",
    "numpy=>1.0",
    "numpy>=",
    "numpy>=1.0,",
    "numpy,",
    "numpy;",
    "numpy ; ",
    "numpy; python_version < '3.8'",
    "numpy;python_version<'3.8' and sys_platform=='win32'",
    'numpy==1.0;extra=="a"',
    "numpy; python_version",
    "numpy; python_version < 3.8",
    "numpy; os_name == 'a' or (os_name == 'b' and os_name == 'c')",
    "; python_version < '3.8'",
    "numpy==1.0 # comment",
    "numpy==1.0 #comment",
    "numpy==1.0# comment",
    "numpy#egg",
    "numpy\t# comment",
    "numpy\u00a0# comment",
    "numpy\u00a0==1.0",
    "six\n\ufeffnumpy",
    "nümpy",
    "-numpy",
    "_numpy",
    "numpy_",
    "n",
    "1",
    "import",
    "numpy pandas",
    "numpy, pandas",
    "numpy@1.0",
    "numpy >= 1.0 < 2",
    "'numpy'",
    '"numpy>=1"',
]
HASHES = [
    f"numpy==1.0 --hash=sha256:{SHA}",
    f"numpy==1.0 --hash sha256:{SHA}",
    f"numpy==1.0  --hash=sha256:{SHA}   --hash=sha512:{SHA}",
    f"numpy==1.0 --hash=md5:{SHA}",
    "numpy==1.0 --hash=sha256",
    f"numpy==1.0; os_name == 'a' --hash=sha256:{SHA}",
    f"numpy==1.0 --hash='sha256:{SHA}'",
    f"numpy[b]==1.0 \\\n    --hash=sha256:{SHA} \\\n    --hash=sha384:{SHA} # done",
    f"--hash=sha256:{SHA}",
    f"-e . --hash=sha256:{SHA}",
    f"https://example.org/{WHEEL} --hash=sha256:{SHA}",
]
URLS = [
    "https://example.org/x",
    "https://example.org/x.zip",
    f"https://example.org/{WHEEL}",
    f"https://example.org/{WHEEL}#sha256={SHA}",
    "https://example.org/torch-1.0%2Bcu118-cp310-cp310-linux_x86_64.whl",
    "https://example.org/bad.whl",
    "https://example.org/x.zip#egg=foo",
    "https://example.org/x.zip#egg=foo&subdirectory=a",
    "https://example.org/x.zip#egg=foo[bar]",
    "https://example.org/x.zip#egg=foo==1.0",
    "https://example.org/x.zip ; python_version < '3.8'",
    "https://example.org/x.zip; python_version < '3.8'",
    "https://example.org/x.zip;a=b",
    "HTTPS://example.org/x.zip",
    "ftp://example.org/x.zip",
    "http://[",
    "http://[x",
    "foo @ https://example.org/x.zip",
    "foo@https://example.org/x.zip",
    "foo[a,B] @ https://example.org/x.zip ; os_name == 'a'",
    "foo @ https://example.org/x.zip;os_name=='a'",
    "foo @ https://example.org/x.zip#egg=foo[a]",
    f"foo @ https://example.org/{WHEEL}",
    "git+https://example.org/x",
    "git+https://example.org/x.git@v1#egg=foo",
    "git+https://example.org/x.git#egg=foo&subdirectory=sub",
    "git+https://example.org/x.git#subdirectory=sub",
    "git+ssh://git@example.org/x.git",
    "git+git://example.org/x.git",
    "git://example.org/x.git",
    "git+git@example.org:x/y.git",
    "git@example.org:x/y.git",
    "ssh://git@example.org/x.git",
    "hg+https://example.org/x#egg=foo",
    "svn+svn://example.org/x#egg=foo",
    "bzr+lp:foo#egg=foo",
    "foo @ git+https://example.org/x.git@main",
    "foo @ git@example.org:x/y.git",
    "foo @ ssh://git@example.org/x.git",
    "s3://bucket/x.whl",
]
EDITABLES = [
    "-e .",
    "-e.",
    "-e ./",
    "-e  .",
    "-e\t.",
    "--editable .",
    "--editable=.",
    '--editable="."',
    "--edit .",
    "-e '.'",
    "-e .[test]",
    "-e .[test,Dev_x]",
    '-e ".[test, dev]"',
    "-e .[test, dev]",
    "-e . [test]",
    "-e mypkg",
    "-e mypkg[a]",
    "--editable mypkg",
    "-e ./mypkg",
    '-e "./mypkg"',
    '-e "my pkg"',
    "-e my\\ pkg",
    "-e file:.",
    "-e file:mypkg#egg=mypkg",
    "-e file:///tmp",
    "-e file://mypkg",
    "-e FILE:.",
    "-e ./x#egg=foo",
    "-e .#egg=foo",
    "-e .;python_version<'3'",
    "-e numpy==1.0",
    "-e https://example.org/x.zip",
    "-e https://example.org/x.zip#egg=foo",
    "-e git+https://example.org/x.git#egg=foo",
    "-e git+https://example.org/x.git",
    "-e git+https://example.org/x.git#egg=foo[a]",
    "-e git+https://example.org/x.git#egg=foo-1.0",
    "-e git+https://example.org/x.git@a/b#egg=foo&subdirectory=s",
    "-e git://example.org/x.git#egg=foo",
    "-e git+git@example.org:x/y.git#egg=foo",
    '-e "foo @ git+https://example.org/x.git"',
    "-e 'foo[a] @ git+https://example.org/x.git ; os_name == \"a\"'",
    "-e foo@git+https://example.org/x.git",
    "-e foo @ git+https://example.org/x.git",
    '-e "foo @ file:./x"',
    '-e "foo @ ./x"',
    '-e "foo @ https://example.org/x.zip"',
    "-e",
    "-e . -e mypkg",
    "-e . numpy",
    "mypkg -e .",
    "--pre -e .",
    "-e . --config-settings a=b",
    "-e .\\mypkg",
    '-e "unclosed',
]
PATHS = [
    ".",
    "./",
    ".[test]",
    ". [test]",
    "./mypkg",
    "./mypkg[a]",
    "mypkg/",
    "mypkg/[a]",
    "sub/pkg",
    "sub/pkg[a,b]",
    "sub/../mypkg",
    "./my pkg",
    "./a,b",
    "./c++",
    "./mypkg;python_version<'3.8'",
    "./mypkg ; python_version < '3.8'",
    "file:mypkg",
    "file:./mypkg",
    "file:.",
    "file:mypkg#egg=foo",
    "file:sub/../mypkg",
    "file://mypkg",
    "file://localhost/tmp",
    "file:///tmp/x",
    "FILE:mypkg",
    "a.tar.gz",
    "./a.tar.gz",
    "a.tar.gz[x]",
    "wheels/b.zip",
    "wheels/a.whl",
    "d.tar.bz2",
    "E.ZIP",
    "f.tgz",
    "missing.zip",
    "numpy-1.0.tar.gz",
    WHEEL,
    f"wheels/{WHEEL}",
    f"./wheels/{WHEEL}[a] ; os_name == 'a'",
    f"file:wheels/{WHEEL}",
    "foo @ file:./x",
    "foo @ file:x",
    "foo@file:x",
    "foo[a] @ file:./x ; os_name == 'a'",
    "foo @ file:///tmp/x",
    "foo @ ./x",
    "foo @ x",
    "foo @ a.tar.gz",
    "foo @ file://./x",
    "git+file:.",
    "-egit+file:.",
    "-e git+file:.#egg=foo",
    "git+file:///srv/x.git#egg=foo",
    "./x#egg=foo",
    ".\\mypkg",
    "C:\\x\\mypkg",
    "${PWD}/mypkg",
    "-e ${PWD}/mypkg",
]
OPTIONS = [
    "-r base.txt",
    "-rbase.txt",
    "-r=base.txt",
    "--requirement base.txt",
    "--requirement=base.txt",
    "--requirements base.txt",
    "--requirem base.txt",
    "--req base.txt",
    '-r "my base.txt"',
    "-r base.txt -r other.txt",
    "-r base.txt -c constraints.txt",
    "-c constraints.txt -r base.txt",
    "-c constraints.txt",
    "--constraint=c.txt",
    "-r base.txt --pre",
    "-r base.txt --no-binary numpy",
    "-r https://example.org/x.txt",
    "-c https://example.org/x.txt",
    "-r",
    "-i https://example.org/simple",
    "-ihttps://example.org/simple",
    "--index-url https://example.org/simple",
    "--index-url=https://example.org/simple",
    "--pypi-url https://example.org/simple",
    "--i https://example.org/simple",
    "--extra-index-url https://example.org/a --extra-index-url https://example.org/b",
    "--extra-index-url https://example.org/simple --find-links ./w",
    "--no-index",
    "--no-index -f wheels",
    "-f wheels",
    "-fwheels",
    "--find-links wheels",
    "--find-links=./wheels",
    "-f wheels -f other",
    "--find-links https://example.org/links.html",
    "--no-binary=.",
    "--no-binary :all:",
    "--no-binary numpy,Foo_Bar",
    "--no-binary --pre",
    "--only-binary numpy",
    "numpy --only-binary numpy",
    "--prefer-binary",
    "--require-hashes",
    "--no-require-hashes",
    "--pre",
    "--pr",
    "--all-releases numpy",
    "--only-final :all:",
    "--trusted-host example.org",
    "--use-feature fast-deps",
    "--use-feature 2020-resolver",
    "numpy --config-settings a=b",
    "numpy -C a=b -Cc=d",
    "numpy --config-settings a",
    "--config-settings a=b",
    "numpy --global-option=x",
    "numpy --install-option='--x'",
    "--allow-external numpy",
    "-Z",
    "numpy --pre",
    "numpy -r base.txt",
    "numpy\t--pre",
    "--pre numpy",
    "-U numpy",
    "--upgrade",
    "--unknown",
    "- numpy",
    "--",
    "---",
    "-----  ----",
    "--no-index=1",
]
JOINED = [
    "numpy\\\n==1.0",
    "numpy \\\n  ==1.0",
    "numpy==1.0 \\",
    "numpy \\\n# comment\npandas",
    "numpy # comment \\\npandas",
    "# comment \\\npandas",
    "numpy \\\n\\\npandas",
    "\\\nnumpy",
    "\\\\numpy\\\\\n",
    "numpy\\\n\npandas",
    "numpy\r\npandas\rscipy\n",
    "numpy\x0cpandas",
    "numpy\x0bpandas\x1cscipy\x85six\u2028attrs",
    " # only\n\t\n",
    "-r \\\nbase.txt",
    "numpy \\ \npandas",
]
TABLE = [*PACKAGES, *HASHES, *URLS, *EDITABLES, *PATHS, *OPTIONS, *JOINED]


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A working directory that holds whatever the lines name."""
    for directory in ("", *DIRECTORIES):
        (tmp_path / directory).mkdir(parents=True, exist_ok=True)
        (tmp_path / directory / "pyproject.toml").touch()
    for file in FILES:
        (tmp_path / file).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PWD", str(tmp_path))


def parsed(text: str, *, constraints: bool = False) -> dict[int, list[Item]]:
    found: dict[int, list[Item]] = {}
    for item in parse_requirements(text.encode(), "requirements.txt", constraints=constraints).items():
        found.setdefault(item.location.line, []).append(item)
    return found


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("text", TABLE)
def test_a_line_means_what_pip_makes_of_it(text: str) -> None:
    """Its own parser agrees on every line: accepted or not, name, specifier, URL, path, hashes, options."""
    found = parsed(text)
    for number, line in pip_oracle.lines(text):
        ours, theirs = verdict(found.get(number, [])), pip_oracle.judge(line)
        assert bool(ours.refused) == bool(theirs.refused), (ours, theirs)
        assert ours.refused or ours == theirs


@pytest.mark.usefixtures("disk")
@pytest.mark.parametrize("text", [*PACKAGES, *HASHES, *URLS, *PATHS, *EDITABLES])
def test_a_constraint_is_refused_where_pip_refuses_it(text: str) -> None:
    """In a file reached by -c, pip takes only what names a package, without extras and not editable."""
    found = parsed(text, constraints=True)
    for number, line in pip_oracle.lines(text):
        theirs = pip_oracle.judge(line, constraint=True)
        assert bool(verdict(found.get(number, [])).refused) == bool(theirs.refused), theirs.refused


LOCAL = [
    ("-e mypkg", ReferenceKind.EDITABLE, "mypkg"),
    ("--editable mypkg", ReferenceKind.EDITABLE, "mypkg"),
    ("mypkg/", ReferenceKind.PATH, "mypkg/"),
    ("sub/pkg", ReferenceKind.PATH, "sub/pkg"),
    ("wheels/a.whl", ReferenceKind.ARCHIVE, "wheels/a.whl"),
    ("a.tar.gz", ReferenceKind.ARCHIVE, "a.tar.gz"),
    ("-e.", ReferenceKind.EDITABLE, "."),
    ('-e "./mypkg"', ReferenceKind.EDITABLE, "./mypkg"),
    ('--editable="."', ReferenceKind.EDITABLE, "."),
    ("-f wheels", ReferenceKind.FIND_LINKS, "wheels"),
    ("-fwheels", ReferenceKind.FIND_LINKS, "wheels"),
    ("--find-links wheels", ReferenceKind.FIND_LINKS, "wheels"),
    ("--extra-index-url https://example.org/simple --find-links ./w", ReferenceKind.FIND_LINKS, "./w"),
    ("-e file:.", ReferenceKind.EDITABLE, "file:."),
    ("file:mypkg", ReferenceKind.PATH, "file:mypkg"),
    ("--pre -e .", ReferenceKind.EDITABLE, "."),
    ("${PWD}/mypkg", ReferenceKind.PATH, "${PWD}/mypkg"),
    ("pkg @ file:./x", ReferenceKind.PATH, "file:./x"),
    ("pkg @ ./x", ReferenceKind.PATH, "./x"),
    ("git+file:.", ReferenceKind.PATH, "git+file:."),
    ("-egit+file:.", ReferenceKind.EDITABLE, "git+file:."),
    ("--index-url file:./simple", ReferenceKind.INDEX, "file:./simple"),
    ("-i simple", ReferenceKind.INDEX, "simple"),
    ("-r base.txt", ReferenceKind.INCLUDE, "base.txt"),
    ("-c c.txt", ReferenceKind.CONSTRAINT, "c.txt"),
    ("-r https://example.org/x", ReferenceKind.INCLUDE, "https://example.org/x"),
    ("-c https://example.org/x", ReferenceKind.CONSTRAINT, "https://example.org/x"),
    ("-e .[a, b]", ReferenceKind.EDITABLE, "."),
    ("-e ./x#egg=pkg", ReferenceKind.EDITABLE, "./x"),
    (".\\pkg", ReferenceKind.PATH, "./pkg"),
    ("-e .\\pkg", ReferenceKind.EDITABLE, "./pkg"),
    ("-r reqs\\base.txt", ReferenceKind.INCLUDE, "reqs/base.txt"),
    ("git+https://${TOKEN}@example.org/x.git", ReferenceKind.VARIABLE, "TOKEN"),
    ("numpy==${VERSION}", ReferenceKind.VARIABLE, "VERSION"),
]
BASES = {
    ReferenceKind.INCLUDE: PathBase.FILE,
    ReferenceKind.CONSTRAINT: PathBase.FILE,
    ReferenceKind.FIND_LINKS: PathBase.FILE_THEN_WORKING_DIRECTORY,
}


@pytest.mark.parametrize(("text", "kind", "target"), LOCAL)
def test_a_reference_has_its_kind_target_and_base(text: str, kind: ReferenceKind, target: str) -> None:
    """Lines that pip or their author mean as local are references, with the target as written."""
    references = [item for item in parsed(text)[1] if isinstance(item, RepoReference)]
    assert (kind, target) in [(reference.kind, reference.target) for reference in references]
    base = BASES.get(kind, PathBase.WORKING_DIRECTORY)
    assert [reference.base for reference in references if reference.kind is kind] == [base]


@pytest.mark.parametrize(
    "text",
    [
        "pkg @ ./x",
        "pkg @ x.zip",
        "git+file:.",
        "-egit+file:.",
        "-e .[a, b]",
        "-e .;os_name=='a'",
        "-e ./x#egg=pkg",
        "./x#egg=pkg",
        "file://./x",
        ".\\pkg",
        "-e ..\\pkg",
        "C:\\x",
        "-r reqs\\base.txt",
    ],
)
def test_a_line_that_means_a_path_but_is_refused_is_both(text: str) -> None:
    """What its author means is a reference; that pip refuses it is a problem DN114."""
    items = parsed(text)[1]
    assert any(isinstance(item, RepoReference) for item in items)
    assert any(isinstance(item, Problem) and item.rule == "DN114" and item.hint for item in items)


@pytest.mark.parametrize(
    "text", ["--no-binary=.", "--index-url https://example.org/simple", "numpy", "-f https://a.b/"]
)
def test_a_line_that_only_looks_local_is_no_reference(text: str) -> None:
    """An option's value or a URL is not taken for a path."""
    assert not [item for item in parsed(text)[1] if isinstance(item, RepoReference)]


@pytest.mark.parametrize(
    ("text", "name", "url"),
    [
        (f"wheels/{WHEEL}", "numpy", f"wheels/{WHEEL}"),
        ("pkg @ file:./x", "pkg", "file:./x"),
        ("pkg @ ./x", "pkg", "./x"),
        ("-e ./x#egg=pkg", "pkg", "./x"),
        ("file:x#egg=pkg", "pkg", "file:x#egg=pkg"),
        ("pkg @ file:///tmp/x", "pkg", "file:///tmp/x"),
    ],
)
def test_a_local_line_that_names_its_package_is_in_both_lists(text: str, name: str, url: str) -> None:
    """The dependency has a URL, so nobody takes it for one of the index; the reference says what it needs."""
    items = parsed(text)[1]
    assert [(item.name, item.url) for item in items if isinstance(item, Dependency)] == [(name, url)]
    assert len([item for item in items if isinstance(item, RepoReference)]) == 1


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("pkg @ file:///tmp/x", "DN304"),
        ("/home/me/pkg", "DN304"),
        ("-e /home/me/pkg", "DN304"),
        ("~/pkg", "DN304"),
        ("-r /home/me/base.txt", "DN304"),
        ("-f file:///srv/wheels", "DN304"),
        ("-e C:\\Users\\me\\pkg", "DN304"),
        ("git+file:///srv/x.git#egg=x", "DN304"),
        ("https://user:secret@example.org/x.zip", "DN401"),
        ("git+https://ghp_abcdefghijklmnop@example.org/x.git", "DN401"),
        ("--extra-index-url https://user:secret@example.org/simple", "DN401"),
        ("--extra-index-url https://user:sec@ret@example.org/simple", "DN401"),
        ("foo @ https://example.org/foo.whl?private_token=secret", "DN401"),
        ("--extra-index-url https://example.org/simple?key=secret", "DN401"),
        ("git+https://secretsecret@example.org/x.git", "DN401"),
        ("--trusted-host user:secret@example.org", "DN401"),
        ("foo --config-settings=MY_TOKEN=secret", "DN401"),
        ("-i http://example.org/simple", "DN403"),
        ("--extra-index-url http://example.org/simple", "DN403"),
        ("-f http://example.org/links", "DN403"),
        ("--trusted-host example.org", "DN403"),
        ("-r a.txt -r b.txt", "DN306"),
        ("-e . -e ./b", "DN306"),
        ("numpy --pre", "DN306"),
        ("--pre numpy", "DN306"),
        ("- numpy", "DN306"),
        ("-f a -f b", "DN306"),
        ("numpy # comment \\\npandas", "DN306"),
    ],
)
def test_an_accepted_line_can_be_a_problem(text: str, rule: str) -> None:
    """Paths of one machine, secrets, plain http, and what pip ignores without a word."""
    assert rule in [item.rule for item in parsed(text)[1] if isinstance(item, Problem)]


@pytest.mark.parametrize(
    "text",
    [
        "git+ssh://git@example.org/x.git",
        "git+ssh://me@example.org/x.git",
        "https://example.org/simple?auth=${TOKEN}",
        "google-auth==2.3",
        "git+https://${USER}:${TOKEN}@example.org/x.git",
        "https://example.org/@scope/x.zip",
        "-i http://localhost:8080/simple",
        "-i https://example.org/simple",
        "-e ./x",
        "foo @ git+https://example.org/x.git@main",
    ],
)
def test_an_innocent_line_is_no_problem(text: str) -> None:
    """The user of SSH, a variable, a branch and a local server are neither secrets nor risks."""
    assert not [item for item in parsed(text)[1] if isinstance(item, Problem)]


def test_messages_hold_no_secret() -> None:
    """A message and a hint can be printed anywhere: the user part of a URL is not in them."""
    url = "https://me:hunter2@example.org/x"
    text = f"-e git+{url}#egg=y[z]\n--foo {url}\nfoo @ s3{url[5:]}\n-i http{url[5:]}\n'{url}'\nhttps://me:hunter2@example.org\u2100/x\n"
    problems = parse_requirements(text.encode(), "requirements.txt").problems
    assert len({problem.location.line for problem in problems}) == 6
    assert not [problem for problem in problems if "hunter2" in problem.message + problem.hint]


def test_options_of_one_line_all_come_out_in_order() -> None:
    """Each option has its canonical long name."""
    text = "-i https://example.org/a --trusted-host=h --pre --extra-index-url https://example.org/b"
    options = [(item.name, item.value) for item in parsed(text)[1] if isinstance(item, Option)]
    assert options == [
        ("--index-url", "https://example.org/a"),
        ("--trusted-host", "h"),
        ("--pre", ""),
        ("--extra-index-url", "https://example.org/b"),
    ]


@pytest.mark.parametrize(
    ("text", "name"),
    [("numpy --config-settings a=b", "--config-settings"), ("numpy --global-option=x", "--global-option")],
)
def test_an_option_of_a_requirement_is_told_with_it(text: str, name: str) -> None:
    """The package stays a dependency, the option is listed; what pip no longer has is a problem besides."""
    items = parsed(text)[1]
    assert [item.name for item in items if isinstance(item, Dependency)] == ["numpy"]
    assert [item.name for item in items if isinstance(item, Option)] == [name]


def test_the_table_is_long_enough() -> None:
    """The comparison with pip covers what people and attackers write."""
    assert len(set(TABLE)) > 250

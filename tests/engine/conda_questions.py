"""What the oracle is asked beside the corpus: specs and files that conda, rattler or YAML read in ways of their own."""

from itertools import product

VERSIONS = (
    *("1.2", "1.2.3", "3.10", "2023.01.10", "1.2.*", "1.2*", "1.*", "*", "1.1.1k", "1.2rc1", "1.2.post1", "1.2.dev0"),
    *("1!2.0", "1.2+local", "1_2", "1.2_", "9b", "latest", "01", "1.2.", "1..2", "1.2-3", "v1.2", "1.2.*.3", "1.2.x"),
    *("1.0.0alpha1", "2.0b", "1.2.3.4.5.6"),
)
OPERATORS = (
    *("=", "==", "===", ">=", "<=", ">", "<", "!=", "~=", " ", " = ", " == ", " >= ", "== ", " =", "= ", "=<", "=>"),
    *("<>", "!", "~", ">>", "=!", "!=="),
)

NAMES = r"""
numpy|NumPy|NUMPY=1.2|_libgcc_mutex=0.1=main|_openmp_mutex 4.5 2_gnu|r-base=4.2|ruamel.yaml|python.app
_r-mutex=1.0.1=anacondar_1|backports.functools_lru_cache|__glibc|__cuda>=11|-numpy|numpy-=1.2|numpy_=1.2|numpy/1.2
numpy\1.2|g++|.|..|./numpy|é|numpé=1.2|ñumpy|ｎumpy|numpy=１.２|*|*=1.2|num*|num*=1.2|^num.*$|numpy@|numpy@1.2|@
numpy,scipy|numpy scipy|numpy scipy pandas|numpy scipy pandas matplotlib|numpy pandas=1.2|numpy=1.2 scipy
numpy=1.2 scipy=1.3|numpy & scipy|numpy && scipy|"numpy"
"""  # noqa: RUF001  look-alikes are what is asked about
BUILDS = r"""
numpy=1.2=py310|numpy==1.2=py310|numpy==1.2==py310|numpy=1.2=*py310*|numpy=1.2.*=py310*|numpy>=1.2=py*|numpy=1.2 py310
numpy 1.2 py310_0|numpy 1.2=py310|numpy =1.2=py310|numpy = 1.2 = py310|numpy * py310|numpy=*=py310|numpy==1.2=
numpy=1.2=|numpy=1.2,<1.3=py310|numpy=1.2,<1.3 py310|numpy>=1.2,<1.3 py310|numpy>=1.2,<1.3=py310
python_abi=3.10=*_cp310|numpy=1.2=py-0|python=3.10.*=*_cpython|python 3.10.* *_cpython|python=3.10[build=*_cpython]
tensorflow=2.*=gpu*|blas=*=openblas|numpy=1.2=py+0|blas * openblas|libblas=*=*mkl|numpy=1.2=py310_0=foo|numpy=1.2=py~0
numpy=1.2=py;0|numpy=1.2=^py.*$|numpy[build=^py.*$]|numpy[build='py310']|numpy[build='py310*']
numpy=1.2=py310 # comment|openssl=1.1.1l=h7f98852_0|tzdata=2021e=he74cb21_0|jpeg=9d=h36c2ea0_0|pip=21.3.1=pyhd8ed1ab_0
msys2-conda-epoch=20160418=1|python=*=*pypy|python=3.7=*pypy|numpy=1.2-3
"""
RANGES = r"""
numpy=|numpy =|numpy==|numpy ==|numpy ~=|numpy>=1.2;<2|numpy>=1.2, <2|numpy >=1.2 , <2|numpy >= 1.2, < 2|numpy>=1.2,
numpy>=1.2,,<2|numpy,>=1.2|numpy>=1.2<2|numpy>=1.2 <2|numpy>1.2<2|numpy<2>1|numpy>=1.2,<2.0a0|numpy>=1.2,<2,!=1.5
numpy>=1.2,!=1.5.*,<2|numpy=1.2,1.3|numpy=1.2,!=1.2.1|numpy =1.2,!=1.2.1|numpy 1.2.*,!=1.2.1|numpy !=1.2,!=1.3
numpy ~=1.2,!=1.2.5|numpy=~1.2|numpy^1.2|numpy ^1.2|numpy ^1.2$|numpy>=1.2*,<2|numpy>=1,!=1.2*,<2|numpy!=1.2*,>1
numpy (>=1.2)|numpy(>=1.2)|numpy (==1.2)|numpy (1.2)|numpy (optional)|numpy (version=1.2)|numpy ()|numpy (|numpy )
python<3.11,>=3.8|python>3.8|python>3.8.0|python<=3.10|python!=3.10.*|python~=3.9.0|python==3.10.*|python=3.11.0rc1
"""
ALTERNATIVES = (
    *("numpy=1.2|1.3", "numpy=1.2|=1.3", "numpy==1.2|==1.3", "numpy 1.2|1.3", "numpy=1.2|>2", "numpy>=1,<2|>3"),
    *("numpy (>=1,<2)|3", "numpy 1.2.*|1.3.*", "numpy=1.2.*|1.3.*", "python=3.8|3.9", "python>=3.8|<3", "numpy|scipy"),
    *("cudatoolkit=10.2|10.1", "numpy=1.2||1.3", "numpy=|1.2", "numpy[version='1.2.*|1.3.*']"),
    *("numpy[build='py310|py311']", "numpy[build=a=b]", "numpy=1.2=a|b"),
)
BRACKETS = r"""
numpy[version='>=1.2']|numpy[version=">=1.2"]|numpy[version='>=1.2,<2']|numpy[version=>=1.2]|numpy[version=1.2]
numpy[]|numpy[version==1.2]|numpy[version='=1.2']|numpy[version='==1.2']|numpy[version='1.2*']|numpy[build=py310]
numpy[build='*mkl*']|numpy[build_number=1]|numpy[build_number='>1']|numpy[version=1.2, build=py310]
numpy[version='1.2',build='py310']|numpy[version='1.2' build='py310']|numpy[channel=conda-forge]
numpy[channel='conda-forge']|numpy[channel=conda-forge/linux-64]|numpy[channel='https://example.org/ch']
numpy[subdir=linux-64]|numpy[subdir=linux-64,channel=conda-forge]|numpy[md5=xyz]
numpy[md5=0123456789abcdef0123456789abcdef]|numpy[license=MIT]|numpy[track_features=foo]|numpy[features=foo]
numpy[name=scipy]|numpy[fn=numpy-1.2-0.conda]|numpy[foo=bar]|numpy[extra]|numpy[extra,other]|numpy[extra]>=1.2
numpy>=1.2[extra]|numpy[=1.2]|numpy=1.2[build=py310]|numpy>=1.2[build=py310]|numpy==1.2[build=py310]
numpy 1.2 py310[channel=conda-forge]|numpy[target=x]|numpy=1.2[version=1.3]|conda-forge::numpy[version=1.3]
conda-forge::numpy[channel=defaults]|numpy[version='>=1.2'][build=py310]|numpy[version='>=1.2|numpy version=1.2]
numpy[version=]|numpy[version='']|numpy [version='>=1.2']|numpy[ version='>=1.2' ]|numpy[optional=true]
"""
CHANNELS = r"""
conda-forge::numpy|conda-forge::numpy=1.2|conda-forge::numpy==1.2=py310|conda-forge::numpy >=1.2|conda-forge:: numpy
::numpy|conda-forge ::numpy|conda-forge :: numpy|conda-forge:numpy|conda-forge:ns:numpy|conda-forge:::numpy|a::b::c
:numpy|numpy:|numpy::|defaults::numpy|pkgs/main::numpy|conda-forge/label/dev::numpy
conda-forge/label/dev/linux-64::numpy|*::numpy|conda-forge/linux-64::numpy|conda-forge/noarch::numpy
conda-forge/osx-arm64::numpy|conda-forge/foo-64::numpy|conda-*::numpy|conda-forge/linux-32::numpy|*/linux-64::numpy
linux-64::numpy|noarch::numpy|https://example.org/channel::numpy|local::numpy
https://example.org/channel/linux-64::numpy|https://example.org/a/b::numpy|https://example.org::numpy
conda_forge::numpy|https://user:pw@example.org/channel::numpy|https://example.org/t/abc-123/channel::numpy
https://example.org:8080/channel::numpy|file:///opt/channel::numpy|file:///opt/channel/linux-64::numpy
./channel::numpy|../channel::numpy|/opt/channel::numpy|/opt/channel/linux-64::numpy|~/channel::numpy
Conda-Forge::numpy|bioconda::samtools=1.9|pytorch/label/nightly::pytorch
"""
PACKAGE_FILES = r"""
https://example.org/ch/linux-64/zlib-1.2.11-0.tar.bz2|https://example.org/ch/noarch/zlib-1.2.11-0.conda
zlib-1.2.11-0.conda|https://example.org/ch/win-64/zlib-1.2.11-h1_0.conda|https://example.org/zlib-1.2.11-0.conda
https://example.org/pkg.conda|https://example.org/linux-64/pkg.conda|https://example.org/linux-64/a-b.conda
https://example.org/linux-64/a-b-c-d-e.conda
https://example.org/linux-64/zlib-1.2.11-0.conda#0123456789abcdef0123456789abcdef|./zlib-1.2.11-0.conda
numpy-1.2-py310_0|https://example.org/linux-64/zlib-1.2.11-0.conda?x=1|https://[/a-1-0.conda
file:///x/linux-64/zlib-1.2.11-0.conda|numpy.conda|file:///x/zlib-1.2.11-0.conda|./linux-64/zlib-1.2.11-0.conda
linux-64/zlib-1.2.11-0.conda|zlib-1.2.11-0.tar.bz2|numpy.tar.gz|/x/linux-64/zlib-1.2.11-0.conda|~/zlib-1.2.11-0.conda
$HOME/zlib-1.2.11-0.conda|C:\x\pkg-1.0-0.tar.bz2
"""
OTHER_TOOLS = r"""
-e .|-e git+https://example.org/x|--editable ./x|-r requirements.txt|-c conda-forge|-c conda-forge ffmpeg
numpy # comment|--channel conda-forge numpy|git+https://example.org/x|numpy @ https://example.org/x.whl|numpy# comment
numpy=1.2# comment|# comment|#|numpy=1.2 # [linux]|numpy  # [not win]|numpy if linux|numpy=1.2 if python_version>3
numpy; python_version<'3.8'|numpy;sys_platform=='win32'|numpy>=1.2; python_version<'3.8'|numpy='1.2'|numpy="1.2"
numpy==1.2 'x'
"""
BLANKS = (
    "",
    " numpy",
    "numpy ",
    "numpy= ",
    "numpy\t1.2",
    "numpy\t=1.2",
    "numpy=1.2\t",
    "numpy\xa01.2",
    "numpy\nscipy",
    "numpy\n",
)

SPECS = tuple(
    sorted(
        {
            *("numpy" + operator + version for operator, version in product(OPERATORS, VERSIONS)),
            *(
                spec
                for table in (NAMES, BUILDS, RANGES, BRACKETS, CHANNELS, PACKAGE_FILES, OTHER_TOOLS)
                for line in table.strip().split("\n")
                for spec in line.split("|")
            ),
            *ALTERNATIVES,
            *BLANKS,
        }
    )
)

UNUSUAL = (
    "conda reads more than one version or a pattern, for which rattler has no word: refused, so conda gets the file"
)
NOT_READ = "conda reads it, and no package has it"
PATHS = "conda keeps the last part of the path; depnorm the path, for it refers to the repository"
SPEC_DISAGREEMENTS = {
    **dict.fromkeys((f"numpy{o}1.2.*.3" for o in OPERATORS[:18]), UNUSUAL),
    **dict.fromkeys(
        ("numpy===1.*", "numpy===1.2*", "numpy===1.2.*", "numpy ^1.2$", "numpy=>1!2.0", "numpy=<1!2.0"), UNUSUAL
    ),
    **dict.fromkeys(("numpy<*", "numpy<=*", "numpy>*", "numpy!=*", "numpy=<*", "numpy=>*", "numpy~=1.2*"), NOT_READ),
    **dict.fromkeys(("numpy=1.2=py;0", "numpy version=1.2]", "numpy[md5=xyz]", "numpy=1.2 scipy=1.3"), NOT_READ),
    **dict.fromkeys(
        ("numpy[=1.2]", "numpy[features=foo]", "numpy[name=scipy]"), "conda ignores this, rattler does not"
    ),
    **dict.fromkeys(("numpy[optional=true]", "numpy[target=x]"), "conda's own, nowhere documented"),
    **dict.fromkeys(("a::b::c", "conda-forge:::numpy", "conda-forge ::numpy"), "no channel can be called that"),
    **dict.fromkeys(("./channel::numpy", "../channel::numpy", "~/channel::numpy"), PATHS),
    **dict.fromkeys(("/opt/channel::numpy", "/opt/channel/linux-64::numpy"), PATHS),
    "numpy=1.2\t": "a tab at the end alone does no harm to conda",
}
"""Specs that depnorm does not read as conda does, with the reason."""

FILES = r"""
name: x|{}|dependencies:|dependencies: []|dependencies: null|dependencies: ~|dependencies: numpy|dependencies: 1
foo: 1|dependencies: {numpy: 1.2, scipy: }|dependencies: [numpy, 3.10]|dependencies: [3]|dependencies: [yes]
dependencies: [true]|dependencies: [on, no]|dependencies: [1e3]|dependencies: [0o17]|dependencies: [017]
dependencies: [1_000]|dependencies: [0x1f]|dependencies: [.inf]|dependencies: [2020-01-01]|dependencies: ['3.10']
dependencies: [null]|dependencies:¶-|dependencies:¶-¶- b|dependencies: [""]|dependencies: [[a, b]]|dependencies:¶- - a
dependencies:¶- python: 3.10|dependencies:¶- python:|variables: x|dependencies:¶- pip:|dependencies:¶- pip¶- pip:
dependencies:¶- pip: []|dependencies:¶- pip: a|dependencies:¶- pip: {a: b}|dependencies:¶- pip: [1.0]
dependencies:¶- pip: [null]|dependencies:¶- pip: [{a: b}]|dependencies:¶- pip: [a]¶- pip: [b]
dependencies:¶- pip: [a]¶  npm: [b]|dependencies:¶- pip: [a]¶- pip|dependencies:¶- conda-forge::pip¶- pip: [a]|- a¶- b
numpy|dependencies:¶- pip>=20¶- pip: [-r x.txt, -e ., --editable ./x, ./y, "-r file:x", "a @ file:./x", ./z.whl]
channels:|# comment|channels: conda-forge|channels: {a: b}|channels: [1]|channels: [null]|channels: [[a]]
channels: [a, a, ./x, file:///x, ch/]|variables: {A: "1", B: x}|variables: [A=1]|variables:|name: 1|name: null
name: [a]|name: {a: b}|name: x y|name: ''|prefix: /x|prefix: null|1: 1¶dependencies: [a]|null: 1¶dependencies: [a]
? [a, b]¶: 1|? [a, [b]]¶: 1|? {a: b}¶: 1|name: {{ x }}|"a"|name: a¶name: b|dependencies: [a]¶dependencies: [b]
dependencies: [{pip: [a], pip: [b]}]|x: {a: 1, a: 2}|@a|`a`|a: b: c|x: &x [a, b]¶dependencies: *x
x: &x¶  dependencies: [a]¶<<: *x|x: &x¶  dependencies: [a]¶<<: *x¶dependencies: [b]|<<: 1
x: &x {dependencies: [a]}¶y: &y {dependencies: [b], channels: [c]}¶<<: [*x, *y]|<<: [1]|<<: {dependencies: [a]}
a: &x 1¶b: &x 2|<<: {dependencies: [a]}¶<<: {dependencies: [b]}|dependencies: *x|dependencies: &a [*a]
dependencies: &a [b, &a c, *a]|x: &x {<<: *x, a: b}¶<<: *x|---¶dependencies: [a]|---¶dependencies: [a]¶...
---¶dependencies: [a]¶---¶dependencies: [b]|---¶---|dependencies: [a]¶...¶foo
%YAML 1.1¶---¶dependencies: [yes, no, on, 017, 1:30]|%YAML 1.1¶---¶dependencies: ["yes", a]|~|\t
%YAML 1.2¶---¶dependencies: [a]|%YAML 1.3¶---¶dependencies: [a]|%YAML 2.0¶---¶dependencies: [a]
%FOO bar¶---¶dependencies: [a]|%TAG ! tag:example.org,2000:¶---¶dependencies: [!foo a]
dependencies: !!python/object/apply:os.getcwd []|dependencies: !foo [a]|dependencies: [!!python/name:os.getcwd x]
dependencies: [!foo a]|dependencies: [!!str 1.0]|dependencies: [!!int "3"]|x: !!map [a]|dependencies: [!!int a]
dependencies: !!seq [a]|dependencies: !!map [a]|dependencies: !!str [a]|dependencies: [!!seq a]|dependencies: [! a]
dependencies: [!<tag:yaml.org,2002:str> a]|dependencies:¶\t- a|dependencies:¶- a\t# tab|dependencies:¶-\ta
name:\tx¶dependencies: [a]|\t¶dependencies: [a]|dependencies:¶- a¶\t¶- b|dependencies: [a|dependencies: [a]]
dependencies: {a|dependencies: 'a|dependencies:¶- 'a'b|dependencies:¶- "a\qb"|dependencies:¶- "a\x62"
dependencies:¶ - a¶- b|Dependencies: [a]|dependencies:¶  - a¶ - b|dependencies:¶- a¶  - b|dependencies:¶- a¶  b
dependencies:¶- a: b: c|dependencies:¶- a¶channels:¶- b|dependencies: [`a`]|dependencies:¶- @a|dependencies:¶- *a
dependencies:¶- >=1.2|dependencies:¶- a>=1.2|dependencies:¶- %a|dependencies:¶- a # [linux]¶- b # [win]
dependencies:¶- a#b|dependencies:¶- a: # c|dependencies: [a:b]|dependencies: [a: b]|dependencies: [a, , b]
dependencies: [a,]|dependencies: [,]|"dependencies": ["a"]|{"dependencies":["a"],"name":"b",}|dependencies : [a]
dependencies:[a]|dependencies:¶- a¶-b|dependencies:¶-a|dependencies:¶- a¶- b -|dependencies:¶- sel(linux): a
dependencies:¶- {pip: [a], b: }|dependencies:¶- git+https://example.org/x|dependencies:¶- -e .
dependencies:¶- numpy>=1.2<2|dependencies:¶- pip:¶    - a¶    # comment¶  # comment¶- b
platforms: [linux-64]¶dependencies: [a]|name: é¶dependencies: [a]|dependencies:¶- pip:¶  - >¶    c¶    d¶  - e
name: "{{ x }}"¶dependencies: ["{{ y }}"]|channels:¶- a¶channel_priority: strict
dependencies:¶- python=3.10¶- python>=3.8|dependencies:¶- pip¶-¶- a|dependencies:¶- python=3.8
dependencies: [python>3.9, python<3.9]|dependencies: [python=3]|dependencies: [python 3.9.*]
dependencies: [conda-forge::python=3.11]|dependencies: ["python[version='3.8.*']"]|dependencies: [python>=3.10.*]
dependencies: [python=3.1]|dependencies: [python=2.7]|dependencies: [python~=3.9]|dependencies: [python==3.10]
dependencies: [python!=3.14.*]|dependencies: [python<4]|dependencies: [python===3.10]|dependencies: [python<=3.10]
dependencies: [python=>3.10]|dependencies: [python=<3.10]|dependencies: [python=3.11.*=*_cpython]
"""
ENCODED = (
    *(b"", b"\n", b" ", b"\xef\xbb\xbfdependencies: [a]\n", "dependencies: [a]\n".encode("utf-16")),
    *(
        "dependencies: [a]\n".encode("utf-16-le"),
        "dependencies: [a]\n".encode("utf-16-be"),
        b"\xff\xfe",
        b"\xff",
        b"\0",
    ),
    *("dependencies: [é]\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nname: é\ndependencies: [a]\n".encode()),
    *("\ufeffdependencies: [a]\n".encode("utf-16-be"), "\ufeffdependencies: [a]\n".encode("utf-32-le")),
    *(b"dependencies: [a\0b]\n", b"dependencies: [a]\n\0", b"dependencies: [\x07a]\n", b"dependencies:\r\n- a\r\n- b"),
    *(b"dependencies:\r- a\r- b", b"dependencies:\n- a\xc2\xa0\n", b"dependencies:\n- a\xe2\x80\xa8- b\n"),
    *(
        b"dependencies:\n- a\xc2\x85- b\n",
        b"dependencies:\n- a\x0c\n",
        b"dependencies:\n- a\x7f\n",
        b"name: \xf0\x9f\x98\x80\n",
    ),
)
LETTERS = "conda takes a text apart into its letters: nobody means that, and a problem says so"
KEYS = "conda takes the keys and drops the values: a problem says what to write"
FILE_DISAGREEMENTS = {
    "dependencies: numpy": LETTERS,
    "dependencies:\n- pip: a": LETTERS,
    "channels: conda-forge": LETTERS,
    "dependencies: {numpy: 1.2, scipy: }": KEYS,
    "dependencies:\n- pip: {a: b}": KEYS,
    "channels: {a: b}": KEYS,
    'dependencies: [""]': "conda takes an empty text for any package at all",
    "dependencies:\n- pip\n-\n- a": "conda stops at an empty item, but takes it for any package behind pip",
    "dependencies:\n- pip: [a]\n- pip: [b]": "conda installs only the last list; depnorm reads all, and says so",
    "variables: [A=1]": "conda reads it, and stops when it sets the variables",
    "variables: x": "conda reads it, and stops when it sets the variables",
    "name: [a]": "conda reads it, and can use it nowhere",
    "name: {a: b}": "conda reads it, and can use it nowhere",
}
"""Files that depnorm does not read as conda does, with the reason."""


def tricky_files() -> list[bytes]:
    """The content of each file."""
    texts = [text for line in FILES.strip().split("\n") for text in line.split("|")]
    return [*(text.replace("¶", "\n").replace("\\t", "\t").encode() for text in texts), *ENCODED]

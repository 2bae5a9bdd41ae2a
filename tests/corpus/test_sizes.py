"""Files of sizes: what is needed of them, and what is said of those that are none."""

from pathlib import Path

import pytest

from depnorm import cli
from depnorm.corpus.closures import load_sizes
from depnorm.corpus.sizes import DEFAULT_BYTES, known_sizes, read_sizes
from depnorm.errors import UnusableInputError

HEAD = "name,version,installed_bytes,install_ms\n"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (HEAD + "Six,1,1000,500\n", 1000),
        ("name,version,installed_bytes\nsix,1,1000\n", 1000),  # nobody measured the time
        ("name,installed_bytes\nsix,1000\n", 1000),  # of all versions
        ("basis,installed_bytes,name,version\nmeasured,1000,six,1\n", 1000),
        ("\ufeff" + HEAD.replace("\n", "\r\n") + "six,1,1000,\r\n\r\n", 1000),
        (HEAD + 'six,1," 1e3 ",\n', 1000),
        (HEAD + "six,1,1000.0\n", 1000),  # a short row
        (HEAD + "six,1,,5\n,,,\n", DEFAULT_BYTES),  # size unknown
    ],
)
def test_only_name_and_bytes_are_needed(tmp_path: Path, text: str, size: int) -> None:
    """Columns may be missing, stand in any order and be others; a row without a size says nothing."""
    (tmp_path / "s.csv").write_bytes(text.encode())
    assert load_sizes(tmp_path / "s.csv").of(("six", "1")) == size


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "line 1: begins no sizes of packages: without a column name and installed_bytes"),
        (b"name,bytes\nsix,1\n", r"line 1: .* without a column installed_bytes \('name,bytes'\)"),
        (b"name;installed_bytes\nsix;1\n", "line 1: .*without"),
        (HEAD.encode() + b"six,1,10,\nsix,2,many,\n", "line 3: installed_bytes is 'many'"),
        (HEAD.encode() + b"six,1,-1,\n", "line 2: installed_bytes is '-1'"),
        (HEAD.encode() + b"six,1,1.5,\n", "line 2: installed_bytes is '1.5'"),
        (HEAD.encode() + b"six,1,1e300,\n", "line 2: installed_bytes"),
        (HEAD.encode() + b"six,1,1,nan\n", "line 2: install_ms is 'nan'"),
        (HEAD.encode() + b",1,1,\n", "line 2: has no name"),
        (HEAD.encode() + b'six,1,"1', "line 2: is no CSV"),
        (HEAD.encode() + b"six,1," + b"1" * 200_000, "line 2: is no CSV"),
        (b"PAR1\x00\xff\xfe", "is no CSV file in UTF-8"),
    ],
)
def test_what_is_no_file_of_sizes_is_told_with_its_line(tmp_path: Path, data: bytes, said: str) -> None:
    """In depnorm's words, with the columns that are read."""
    (tmp_path / "s.csv").write_bytes(data)
    with pytest.raises(UnusableInputError, match=said) as raised:
        read_sizes(tmp_path / "s.csv")
    assert "name, version, installed_bytes, install_ms" in raised.value.hint
    assert "arrow" not in str(raised.value).lower()


def test_a_directory_is_no_file_of_sizes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nor is what is not there: exit code 2 and the file's name."""
    (tmp_path / "c.jsonl").write_text('{"id": "a", "closure": [["six", "1"]]}\n')
    for path in (tmp_path, tmp_path / "none.csv"):
        arguments = ["corpus", "mine", str(tmp_path / "c.jsonl"), "--sizes", str(path), "-o", str(tmp_path / "o")]
        assert cli.run(arguments) == 2
        assert f"{path}: cannot be read" in capsys.readouterr().err


def test_guesses_are_counted() -> None:
    """A version that is told, one whose package is, and one of which nothing is known."""
    items = [(("six", "1"), 10, 3), (("six", "2"), 10, 1), (("own", "1"), 20, 1)]
    found = known_sizes(items, {("six", "1"): 10}, {"six": 10})
    assert (found.packages, found.medians, found.guesses) == (3, 1, 1)
    assert found.guessed_part == pytest.approx(20 / 60)

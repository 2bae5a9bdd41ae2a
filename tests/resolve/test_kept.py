"""What is kept of answers."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import depnorm
from depnorm.errors import UsageError
from depnorm.resolve.kept import keep


def test_threads_may_keep_the_same_answer(tmp_path: Path) -> None:
    """Whoever is last, all of one answer is there, and nothing else."""
    path = tmp_path / "a" / "b.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: keep(path, bytes([each]) * 10_000), range(64)))
    assert len(set(path.read_bytes())) == 1
    assert path.stat().st_size == 10_000
    assert list(path.parent.iterdir()) == [path]


def test_a_cache_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the directory, the reason, and what to do: no traceback."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("DEPNORM_CACHE", str(tmp_path / "file"))
    (tmp_path / "requirements.txt").write_text("six\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"file.*cannot be written.*Not a directory") as caught:
        depnorm.lock(tmp_path)
    assert "DEPNORM_CACHE" in caught.value.hint

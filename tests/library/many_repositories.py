"""Repositories in which readers, rules and emitters of every kind have work, for tests that plan many at once."""

from collections.abc import Mapping
from pathlib import Path

SAMPLES = Path(__file__).parents[2] / "corpus"

FILES: Mapping[str, Mapping[str, str]] = {
    "options": {
        # Lines that only pip's own kind of option parser understands, which keeps what it parses.
        "requirements.txt": "".join(
            f"--extra-index-url https://index{number}.example.org/simple --trusted-host host{number}.example.org\n"
            f"package{number}==1.{number} --config-settings=a=b{number} --hash=sha256:{number:064x}\n"
            for number in range(60)
        )
    },
    "other-options": {
        "requirements.txt": "".join(
            f"-f https://links{number}.example.org --pre --no-binary name{number}\n"
            f"other{number}>=2 ; python_version > '3' --hash sha256:{number:064x}\n"
            for number in range(60)
        )
    },
    # Escapes that Python warns about, in many statements.
    "escapes": {
        "setup.py": "from setuptools import setup\n"
        + "".join(f"PATTERN{number} = '\\d\\.{number}'\n" for number in range(200))
        + "setup(name='x', install_requires=['numpy', 'pandas'])\n",
        "requirements.txt": "-e .\n",
    },
    "more-escapes": {
        "setup.py": "import re\nfrom setuptools import setup\n"
        + "".join(f"WORDS{number} = re.compile('\\w+\\s')\n" for number in range(200))
        + "setup(name='y', install_requires=['scipy'])\n",
        "requirements.txt": "-e .[dev]\n",
    },
    "nested-r": {
        "runtime.txt": "r-4.4-2026-11-01\n",
        "install.R": "".join(f"x{n} <- c('dplyr', 'ggplot2')\ninstall.packages(x{n})\n" for n in range(40))
        + "f <- function(p) if (!require(p)) install.packages(p)\nlapply(c('readr', 'R6'), f)\n",
    },
    "environment": {
        "environment.yml": "channels: [conda-forge]\ndependencies:\n"
        + "".join(f"  - name{number} >=1.{number}\n" for number in range(60))
        + "  - python=3.11\n  - pip:\n    - six\n    - -r more.txt\n",
        "more.txt": "idna\n-c limits.txt\n",
        "limits.txt": "idna<4\n",
    },
    "hostile": {
        "requirements.txt": "x" * 3_000 + "\n" + "<script>alert(1)</script>\n--no-such-option a\n-e git+file:.\n",
        "postBuild": "#!/bin/bash\npip install -e .\n",
    },
}


def write_repositories(place: Path) -> list[Path]:
    """The repositories above, written below `place`, and the samples of the project."""
    for name, files in FILES.items():
        (place / name).mkdir()
        for path, text in files.items():
            (place / name / path).write_text(text, encoding="utf-8")
    return [*(place / name for name in FILES), *sorted(SAMPLES.glob("*/repo"))]

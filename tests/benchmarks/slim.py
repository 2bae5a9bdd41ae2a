"""What --slim leaves out, in MB a measure, and what it costs: seconds to import without bytecode.

python tests/benchmarks/slim.py [LAYER...]: the layers of the default catalog (all by default) for this Python, from the
package index. The last rows are what stays although it could go, and why.
"""

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import depnorm
from depnorm.emit.image import layer, trim

IMPORTS = (
    "numpy",
    "pandas",
    "scipy.stats",
    "matplotlib.pyplot",
    "sklearn.linear_model",
    "requests",
    "IPython",
    "jupyterlab",
)
HEADERS, STUBS = (".h", ".hpp", ".hh", ".cuh"), (".pyi",)
MEGABYTE = 1_000_000
ROUNDS = 3


def pins(names: list[str]) -> list[str]:
    """The packages of these layers, as lines of a requirements file."""
    snapshot = depnorm.load_snapshot(depnorm.load_catalog(), "{}.{}".format(*sys.version_info))
    layers = [each for each in snapshot.layers if not each.wheelhouse and (each.name in names or not names)]
    wheels = {package for each in layers for package in each.packages}
    return sorted(f"{each.name}=={each.version} --hash=sha256:{each.artifact.sha256}" for each in wheels)


def install(lines: list[str], place: Path) -> Path:
    """The site-packages of a new environment that holds them, without bytecode."""
    (place / "lock.txt").write_text("\n".join(lines) + "\n")
    subprocess.run([sys.executable, "-m", "venv", place / "venv"], check=True)
    python = place / "venv/bin/python"
    options = ("--quiet", "--no-deps", "--no-compile", "--require-hashes", "--only-binary", ":all:")
    subprocess.run([python, "-m", "pip", "install", *options, "--requirement", place / "lock.txt"], check=True)
    return next((place / "venv/lib").glob("python*/site-packages"))


def measured(site: Path) -> Iterator[tuple[str, int]]:
    """The measure that concerns a file, and its bytes."""
    for info in site.glob("*.dist-info"):
        lines = (info / "RECORD").read_text().splitlines()
        paths = [line.rsplit(",", 2)[0].strip('"') for line in lines]
        if info.name.startswith(("pip-", "setuptools-")):
            continue
        suites = trim.test_suites(site, paths)
        for path in paths:
            if (site / path).is_file():
                yield measure_of(path, suites), (site / path).stat().st_size


def measure_of(path: str, suites: set[str]) -> str:
    """The rows of the table."""
    if path.endswith(trim.STATIC):
        return "static libraries"
    if trim.suite_of(path):
        return "test suites" if trim.suite_of(path) in suites else "stays: tests that something needs"
    kinds = {HEADERS: "stays: headers, for compilers at run time", STUBS: "stays: stubs, for lazy_loader"}
    return next((row for suffixes, row in kinds.items() if path.endswith(suffixes)), "stays: the rest")


def compile_all(site: Path) -> int:
    """Compile as a layer does; the bytes of bytecode."""
    names = [str(path) for path in sorted(site.rglob("*.py")) if "/pip/" not in str(path)]
    command = [sys.executable, "-S", "-B", layer.__file__, "compile"]
    subprocess.run(command, input="\n".join(names), text=True, check=True, stderr=subprocess.DEVNULL)
    return sum(path.stat().st_size for path in site.rglob("*.pyc") if "/pip/" not in str(path))


def seconds(python: Path, module: str) -> float:
    """The best of some imports, each in a process of its own that writes no bytecode; 0 where it fails."""
    best = 1e9
    for _ in range(ROUNDS):
        start = time.perf_counter()
        if subprocess.run([python, "-B", "-c", f"import {module}"], capture_output=True, check=False).returncode:
            return 0
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as directory:
        site = install(pins(sys.argv[1:]), Path(directory))
        python = Path(directory, "venv/bin/python")
        without = {module: seconds(python, module) for module in IMPORTS}
        sizes = Counter[str]()
        for row, size in measured(site):
            sizes[row] += size
        sizes["bytecode"] = compile_all(site)
        compiled = {module: seconds(python, module) for module in IMPORTS}
    for row, size in sorted(sizes.items(), key=lambda item: (item[0].startswith("stays"), -item[1])):
        print(f"{row:45}{size / MEGABYTE:9.1f} MB")
    for module in IMPORTS:
        if without[module]:
            print(f"import {module:38}{compiled[module]:9.2f} s compiled, {without[module]:.2f} s without bytecode")


if __name__ == "__main__":
    main()

"""How a conda spec that was read is written again."""

import pytest

from depnorm.analyze.environment import match_spec_text
from depnorm.read.conda import parse_environment


@pytest.mark.parametrize(
    ("spec", "written"),
    [
        ("numpy", "numpy"),
        ("numpy=1.2", "numpy 1.2.*"),
        ("numpy=1.2=py310", "numpy ==1.2 py310"),
        ("numpy[build=openblas]", "numpy * openblas"),
        ("conda-forge/linux-64::numpy>=1.2", "conda-forge/linux-64::numpy >=1.2"),
        ("numpy[subdir=linux-64]", "numpy[subdir='linux-64']"),
        ("numpy[subdir=linux-64,version='>=1.2']", "numpy[version='>=1.2',subdir='linux-64']"),
        ("numpy[build='py310|py311']", "numpy[build='py310|py311']"),
        ("conda-forge::numpy[version=1.2,build=a=b]", "conda-forge::numpy[version='==1.2',build='a=b']"),
    ],
)
def test_a_written_spec_means_the_same(spec: str, written: str) -> None:
    """What has no place beside the name goes into brackets; read again, nothing has changed."""
    (dependency,) = parse_environment(f'dependencies: ["{spec}"]'.encode(), "environment.yml").dependencies
    assert match_spec_text(dependency) == written
    (again,) = parse_environment(f'dependencies: ["{written}"]'.encode(), "environment.yml").dependencies
    fields = ("name", "spec", "build", "channel", "subdir")
    assert [getattr(again, field) for field in fields] == [getattr(dependency, field) for field in fields]

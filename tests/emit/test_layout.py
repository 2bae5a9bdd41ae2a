"""Where things may go in an image."""

import pytest

from depnorm.emit.layout import check_repo_dir
from depnorm.errors import UsageError

SYSTEM = (
    *("/bin", "/boot", "/dev", "/etc", "/etc/app", "/lib", "/lib64", "/lib/x", "/opt", "/proc/1", "/root", "/root/app"),
    *("/run", "/sbin", "/sys", "/tmp", "/tmp/app", "/usr", "/usr/src", "/usr/local/bin", "/var", "/var/lib/x"),  # noqa: S108  of the image
    *("/opt/venv", "/opt/venv/src", "/opt/depnorm", "/opt/depnorm/state", "/opt/conda", "/opt/env", "/opt/env/x"),
    *("/opt/wheelhouse", "/opt/r-library"),
)
FREE = (
    *("/home", "/home/jovyan", "/home/jovyan/work", "/srv", "/srv/repo", "/app", "/repo", "/workspace", "/library"),
    *(
        "/opt/app",
        "/opt/venv2",
        "/opt/environment",
        "/var/www",
        "/var/www/html",
        "/usr/src/app",
        "/variable",
        "/etcetera",
    ),
)
MALFORMED = (
    "",
    "/",
    "app",
    "/app/",
    "//app",
    "/a b",
    "/a/../etc",
    "/a/./b",
    "/..",
    "/a:b",
    "/$X",
    "/a\n",
    "/é",
    "~/app",
)


@pytest.mark.parametrize("path", SYSTEM)
def test_the_directories_of_the_system_are_refused(path: str) -> None:
    """The repository's place belongs to the image's user, who must not own what the system or the layers need."""
    with pytest.raises(UsageError, match="directory of the system") as caught:
        check_repo_dir(path, "/opt/venv")
    assert "/opt/app" in caught.value.hint


@pytest.mark.parametrize("path", FREE)
def test_a_directory_of_its_own_is_accepted(path: str) -> None:
    """Homes, services, and the places that images keep applications in."""
    check_repo_dir(path, "/opt/venv")


@pytest.mark.parametrize("path", MALFORMED)
def test_what_no_dockerfile_can_name_is_refused(path: str) -> None:
    """Relative paths, detours, and characters that a shell or a builder reads as something else."""
    with pytest.raises(UsageError, match="expected an absolute path"):
        check_repo_dir(path, "/opt/venv")


def test_the_prefix_is_taken_wherever_it_is() -> None:
    """Another target may have another prefix."""
    check_repo_dir("/opt/venv", "/opt/python")
    with pytest.raises(UsageError, match="directory of the system"):
        check_repo_dir("/opt/python/src", "/opt/python")

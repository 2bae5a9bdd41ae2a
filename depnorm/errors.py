"""The errors depnorm raises on purpose: one tree, caught in one place (`depnorm.cli`).

A bad *line* is never an exception: it is a `Problem` of its file and reading goes on. An exception means that a whole
input or option cannot be used.
"""


class DepnormError(Exception):
    """Base of every error that depnorm raises on purpose.

    Its message is one sentence for the user that names the file (and the line, where there is one) and what was
    expected; `hint` says what to do next.
    """

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(DepnormError):
    """An option or a combination of options that cannot be used."""


class UnusableInputError(DepnormError):
    """A repository or a file that cannot be read at all: missing, not a repository, too large."""


class OutsideRepositoryError(UnusableInputError):
    """A path that leaves the repository, by `..`, by being absolute or through a symbolic link. It is never opened."""


class UnsupportedError(UnusableInputError):
    """A repository that depnorm understands but has no stages for, such as one that brings its own Dockerfile."""


class CatalogError(DepnormError):
    """A catalog that is missing, malformed, or has no snapshot for what was asked."""


class RegistryError(DepnormError):
    """A registry of images that cannot be asked, or that answers what nobody can use."""


class ResolutionError(DepnormError):
    """A resolver that found no answer, or could not be run."""

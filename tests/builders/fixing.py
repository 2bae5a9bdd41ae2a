"""What tests of `fix` share: text in, text out, and the hooks of pre-commit that sort the same files."""

import io
import re

from pre_commit_hooks.end_of_file_fixer import fix_file  # type: ignore[import-untyped]  # it has no types
from pre_commit_hooks.requirements_txt_fixer import fix_requirements  # type: ignore[import-untyped]  # the same

from depnorm.library.fix_text import fix_bytes
from depnorm.model import SpecFormat

_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")


def fixed(text: str, file_format: SpecFormat = SpecFormat.REQUIREMENTS, *beside: bytes) -> str:
    """The text as `fix` leaves it."""
    return fix_bytes(text.encode(), "spec", file_format, beside).after.decode()


def kept(text: str, file_format: SpecFormat = SpecFormat.REQUIREMENTS, *beside: bytes) -> list[str]:
    """What `fix` says that it left, and why."""
    return [each.reason for each in fix_bytes(text.encode(), "spec", file_format, beside).kept]


def comments(text: str) -> set[str]:
    """The comments of a requirements file or a YAML file, with their blanks made one."""
    return {" ".join(comment.split()) for comment in _COMMENT.findall(text)}


def by_fixers(data: bytes) -> bytes:
    """The file as requirements-txt-fixer and end-of-file-fixer leave it; unchanged where the first one crashes."""
    file = io.BytesIO(data)
    try:
        fix_requirements(file)
    except AssertionError:
        return data
    fix_file(file)
    return file.getvalue()

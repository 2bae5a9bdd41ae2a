"""A spec file that is being written anew: what its reader makes of one text after another."""

from dataclasses import dataclass, field

from depnorm.model import Location, SpecFile, SpecFormat
from depnorm.model.fixed import Kept
from depnorm.read.formats import parse
from depnorm.read.text import encode
from depnorm.rewrite.meaning import Meaning, meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class FileToFix:
    """A file as it is on disk, and what is known around it.

    `beside` are the scripts of the repository that may install it; `includes_count` tells whether the files that it
    includes may have options of pip. `known` holds what was read so far.
    """

    path: str
    format: SpecFormat
    data: bytes
    encoding: str
    beside: tuple[bytes, ...] = ()
    includes_count: bool = True
    known: dict[str, SpecFile] = field(default_factory=dict, compare=False)

    def write(self, text: str) -> bytes:
        """The bytes of a text, in the encoding of the file."""
        return encode(text, self.encoding, self.data)

    def read(self, text: str) -> SpecFile:
        """What its reader makes of the text."""
        if text not in self.known:
            self.known[text] = parse(self.write(text), self.path, self.format)
        return self.known[text]

    def means(self, text: str) -> Meaning:
        """What the text means once it is written."""
        return meaning(self.read(text), includes_count=self.includes_count)

    def kept(self, reason: str, line: int = 0) -> Kept:
        """Something of this file that stays."""
        return Kept(location=Location(path=self.path, line=line), reason=reason)

"""What a line of a Dockerfile can hold."""

# Cc: controls, line feed and NUL among them; Cs: lone surrogates; Zl, Zp: other line ends.
_UNSAFE = frozenset({"Cc", "Cs", "Zl", "Zp"})


def fits_a_line(text: str) -> bool:
    """Whether the text holds no line end and no other control character but tabs."""
    if text.isprintable():
        return True
    from unicodedata import category  # noqa: PLC0415  most text prints

    return not any(category(character) in _UNSAFE and character != "\t" for character in text)

"""Where images of layers are: names as docker understands them, and nothing else."""

import pytest

from depnorm.errors import UsageError
from depnorm.model.layer_registry import LayerRegistry, parse_layer_registry, readable_name


@pytest.mark.parametrize(
    ("text", "host", "prefix"),
    [
        ("registry.example.org/depnorm", "registry.example.org", "depnorm"),
        ("registry.example.org/team/depnorm.layers", "registry.example.org", "team/depnorm.layers"),
        ("localhost/layers", "localhost", "layers"),
        ("localhost:5000/layers", "localhost:5000", "layers"),
        ("127.0.0.1:5000/a__b/c-d", "127.0.0.1:5000", "a__b/c-d"),
        ("Registry.example.org:443/x", "Registry.example.org:443", "x"),
        ("team/layers", "", "team/layers"),
        ("layers", "", "layers"),
    ],
)
def test_host_and_prefix(text: str, host: str, prefix: str) -> None:
    """The first part is a host if it has a dot or a port, or is localhost; what was read is written so again."""
    registry = parse_layer_registry(text)
    assert registry == LayerRegistry(host=host, prefix=prefix)
    assert str(registry) == text
    assert registry.image("Web & more") == f"{text}/web-more"


@pytest.mark.parametrize(
    "text",
    [
        "", "/", "registry.example.org", "registry.example.org/", "localhost:5000", "https://registry.example.org/x",
        "registry.example.org/Upper", "registry.example.org/a:b", "registry.example.org/a@b", "a b/c", "a/../b",
        "registry.example.org/x\nRUN y", "registry.example.org/${x}", "-registry.example.org/x", "a/" + "b" * 127,
    ],
)  # fmt: skip
def test_what_names_no_place(text: str) -> None:
    """A scheme, a tag, upper case in a path, anything that is more than a name."""
    with pytest.raises(UsageError, match="expected a registry"):
        parse_layer_registry(text)


def test_an_error_tells_no_password() -> None:
    """What is before an @ may be one."""
    with pytest.raises(UsageError) as error:
        parse_layer_registry("user:secret@registry.example.org/x")
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "readable"), [("scipy", "scipy"), ("Web & more", "web-more"), ("_a__b.", "a-b"), ("&", "layer")]
)
def test_readable_names(name: str, readable: str) -> None:
    """Every name of a layer becomes one that images, stages and targets may have."""
    assert readable_name(name) == readable

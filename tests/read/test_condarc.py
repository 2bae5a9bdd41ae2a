"""Where the user's settings of conda say that channels are."""

from pathlib import Path

import pytest
from rattler import Channel

from depnorm.errors import ResolutionError, UnsupportedError, UsageError
from depnorm.model import Location
from depnorm.model.conda import ChannelNames
from depnorm.read.condarc import read_channel_names
from depnorm.resolve.conda_channel import channel_urls, find_channels, without_credentials

WHERE = Location(path="environment.yml", line=2)


def test_variables_come_before_the_file(tmp_path: Path) -> None:
    """CONDA_CHANNEL_ALIAS and CONDA_DEFAULT_CHANNELS, then .condarc with its variables, then conda's own."""
    home = {"HOME": str(tmp_path)}
    assert read_channel_names(home) == ChannelNames()
    (tmp_path / ".condarc").write_text(
        "channel_alias: https://$HOST/conda\ndefault_channels: [https://x.example.org/main]\n"
        "custom_channels:\n  mine: https://y.example.org\n",
        encoding="utf-8",
    )
    found = read_channel_names({**home, "HOST": "m.example.org"})
    assert found.alias == "https://m.example.org/conda"
    assert found.defaults == ("https://x.example.org/main",)
    assert found.custom == {"mine": "https://y.example.org"}
    variables = {"CONDA_CHANNEL_ALIAS": "https://z.example.org", "CONDA_DEFAULT_CHANNELS": "https://a.org/b, c"}
    found = read_channel_names({**home, **variables})
    assert (found.alias, found.defaults) == ("https://z.example.org", ("https://a.org/b", "c"))


@pytest.mark.parametrize(
    "text", ["", "[1]", "channel_alias: [", "channel_alias:\n", "custom_channels: 3\n", "\x00", "custom_channels: [a]"]
)
def test_any_file_is_survived(tmp_path: Path, text: str) -> None:
    """What is no setting is none."""
    (tmp_path / ".condarc").write_text(text, encoding="utf-8")
    assert read_channel_names({"HOME": str(tmp_path)}).alias == ChannelNames().alias


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    """A directory is no file."""
    with pytest.raises(UsageError, match="cannot be read"):
        read_channel_names({"CONDARC": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("conda-forge", [Channel("conda-forge").base_url.rstrip("/")]),
        ("conda-forge/label/dev", [Channel("conda-forge/label/dev").base_url.rstrip("/")]),
        ("mine/sub", ["https://y.example.org/mine/sub"]),
        ("https://example.org/x/", ["https://example.org/x"]),
    ],
)
def test_names_lead_to_urls(text: str, urls: list[str]) -> None:
    """As conda finds them."""
    assert list(channel_urls(text, WHERE, ChannelNames(custom={"mine": "https://y.example.org"}))) == urls


def test_defaults_are_those_that_conda_comes_with() -> None:
    """Two channels with names of their own, without a setting."""
    urls = list(channel_urls("defaults", WHERE, ChannelNames()))
    assert [each.rpartition("/pkgs/")[2] for each in urls] == ["main", "r"]
    assert list(channel_urls("pkgs/main", WHERE, ChannelNames())) == urls[:1]


def test_an_alias_that_is_none_is_told() -> None:
    """With what to correct."""
    with pytest.raises(ResolutionError, match="is no URL of a conda channel"):
        list(channel_urls("x", WHERE, ChannelNames(alias="nowhere")))


def test_channels_keep_their_order() -> None:
    """Each once, those of the image last, none of them behind `nodefaults`."""

    def found(*written: str) -> list[str]:
        return [
            each.url.rpartition("/")[2] for each in find_channels([(each, WHERE) for each in written], ChannelNames())
        ]

    assert found("b", "a", "b") == ["b", "a", "conda-forge"]
    assert found("conda-forge", "a") == ["conda-forge", "a"]
    assert found("b", "nodefaults") == ["b"]
    assert found() == ["conda-forge"]


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://u:p@h.org/x", "https://h.org/x"),
        ("https://h.org/t/tk-1/x", "https://h.org/x"),
        ("https://h.org/t/abc", "https://h.org"),
        ("https://h.org/x/noarch/a-1-0.conda?token=1#md5", "https://h.org/x/noarch/a-1-0.conda"),
        ("https://h.org/at/x", "https://h.org/at/x"),
    ],
)
def test_a_public_url_holds_no_credential(url: str, public: str) -> None:
    """Neither userinfo, nor token, nor query."""
    assert without_credentials(url) == public


def test_a_home_that_is_no_directory_has_no_settings() -> None:
    """As services have it."""
    assert read_channel_names({"HOME": "/dev/null"}) == ChannelNames()


def test_a_token_of_any_host_is_not_shown() -> None:
    """It may look like any word; the URL that is asked keeps it."""
    url = "https://conda.example.org/t/any-word/mine"
    (channel, _) = find_channels([(url, WHERE)], ChannelNames(alias="https://a.example.org"))
    assert channel.url == url
    assert "any-word" not in f"{channel.name}{channel!r}{channel.public_url}"
    with pytest.raises(UnsupportedError) as caught:
        find_channels([(f"{url}?x=y", WHERE)], ChannelNames())
    assert "any-word" not in str(caught.value)

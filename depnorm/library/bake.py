"""The library: shared layers that are built for all repositories at once, and plans that take them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypedDict, Unpack

from depnorm.errors import UsageError
from depnorm.library.layer_tools import layer_tools
from depnorm.library.options import check_forms, check_installer
from depnorm.model import Builder, Catalog, Ecosystem, Emitter, Plan, Target
from depnorm.model.bake import Bake
from depnorm.model.layer_registry import is_metadata_file, parse_layer_registry
from depnorm.share.catalog import load_catalog, load_snapshot
from depnorm.share.sharing import key_layers
from depnorm.stages.prebuilt import layer_names, plan_layers, take_prebuilt


class BakeOptions(TypedDict, total=False):
    """What may be asked of a bake; every key may be left out.

    `catalog`: a name or a directory. `pythons`: those of the catalog by default. `base_image`: what the plans of the
    repositories will name; it has one Python. `user_id`: the owner of the files. `slim` and `installer`: as of a plan.
    """

    catalog: str | Path | Catalog
    pythons: Sequence[str]
    base_image: str | None
    user_id: int
    slim: bool
    installer: Literal["uv", "pip"] | None


def bake_catalog(directory: str | Path, registry: str, **options: Unpack[BakeOptions]) -> Bake:
    """Write what `docker buildx bake` needs to build and push every shared layer of a catalog: offline, nothing is run.

    `registry` is the first part of the images' names, REGISTRY/PREFIX. Raises `CatalogError`, and `UsageError` for an
    option or a directory that cannot be written.
    """
    bake = plan_bake(registry, **options)
    place = Path(directory)
    try:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in bake.files.items():
            (place / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{place}: cannot be written ({error.strerror})") from error
    return bake


def plan_bake(registry: str, **options: Unpack[BakeOptions]) -> Bake:
    """The same, written nowhere."""
    from depnorm.emit.bake import render_bake  # noqa: PLC0415  plans do without

    if unknown := options.keys() - BakeOptions.__annotations__.keys():
        raise UsageError(f"{', '.join(sorted(unknown))}: there is no such option of a bake")
    check_forms(options)
    place, catalog = parse_layer_registry(registry), load_catalog(options.get("catalog", "default"))
    pythons = tuple(dict.fromkeys(options.get("pythons") or catalog.pythons))
    check_installer(options.get("installer"), Builder.PYTHON)
    plans = tuple(_plan_python(catalog, target, options) for target in _targets(pythons, options))
    return Bake(
        catalog=catalog.name,
        registry=place,
        plans=plans,
        files=render_bake(plans, place),
        left_out={each.name: _APART[each.ecosystem] for each in catalog.subsets if each.ecosystem in _APART},
    )


_APART = {
    Ecosystem.CRAN: "its packages are installed over the layers below them, not apart",
    Ecosystem.CONDA: "it has artifacts only in the lock of an environment",
}


def _targets(pythons: Sequence[str], options: BakeOptions) -> list[Target]:
    image, uid = options.get("base_image"), options.get("user_id", 1000)
    if image and len(pythons) > 1:
        raise UsageError(
            f"--base-image {image}: has one Python, and the bake is for {', '.join(pythons)}",
            hint="Name the Python of that image with --python.",
        )
    return [Target(base_image=image or f"python:{each}-slim", python=each, uid=uid, gid=uid) for each in pythons]


def _plan_python(catalog: Catalog, target: Target, options: BakeOptions) -> Plan:
    slim, installer = options.get("slim", False), options.get("installer")
    tools = layer_tools(catalog, target.python, slim=slim, installer=installer)
    layers = key_layers(catalog, target, tools=tools.digests, emitter=Emitter.LINK)
    pip = load_snapshot(catalog, target.python or "").pip
    return tools.put_into(plan_layers(layers, pip, target, as_of=catalog.as_of))


def take_layers(plan: Plan, source: str) -> Plan:
    """The plan with the images that `source` has of its shared layers, by digest; what it lacks is built.

    `source` is the metadata file of a bake (`*.json`), or REGISTRY/PREFIX, which is asked over the network. Raises
    `UsageError`, `UnusableInputError` for a file and `RegistryError`.
    """
    if plan.emitter is not Emitter.LINK:
        raise UsageError(
            "--layers-from takes images of layers, which only COPY --link can join", hint="Add --layers link."
        )
    layers = layer_names(plan)
    if is_metadata_file(source):
        from depnorm.share.prebuilt import read_images  # noqa: PLC0415  plans do without

        return take_prebuilt(plan, read_images(Path(source)), source)
    from depnorm.share.registry import find_images  # noqa: PLC0415  the only part that uses a network

    registry = parse_layer_registry(source)
    return take_prebuilt(plan, find_images(registry, layers) if layers else {}, source)

"""What a bake makes of a catalog, and which command is next."""

import shlex

from depnorm.model.bake import Bake
from depnorm.report import documents
from depnorm.report.encode import encode_json
from depnorm.report.redact import printable
from depnorm.report.wording import count, megabytes, shortened

_METADATA = "layers.json"


def bake_text(bake: Bake, directory: str) -> str:
    """The layers in figures, the files, and the commands that build them and use them."""
    layers = [stage for plan in bake.plans for stage in plan.stages if stage.key]
    pythons = ", ".join(plan.target.python or "" for plan in bake.plans)
    size = megabytes(sum(stage.bytes or 0 for stage in layers))
    number = count(len(layers), "shared layer")
    command = f"docker buildx bake -f {next(iter(bake.files))} --push --metadata-file {_METADATA}"
    metadata = shlex.quote(f"{directory}/{_METADATA}")
    lines = [
        f"Catalog {bake.catalog}: {number} for Python {pythons}, {size} of wheels",
        f"Each is an image: {bake.registry}/LAYER:KEY",
        f"Written to {directory}: {', '.join(bake.files)}",
    ]
    for why in dict.fromkeys(bake.left_out.values()):
        names = [name for name, reason in bake.left_out.items() if reason == why]
        lines.append(f"Left out: {shortened(names, 8)}: {why}")
    lines += [
        f"Next: (cd {shlex.quote(directory)} && {command})",
        f"Then: depnorm dockerfile REPO --layers link --layers-from {metadata} -o Dockerfile",
    ]
    return "".join(f"{printable(line)}\n" for line in lines)


def bake_json(bake: Bake, directory: str) -> str:
    """The layers with their images (`depnorm schema catalog-bake`)."""
    layers = (
        documents.BakedLayer(
            python=plan.target.python or "",
            name=stage.name,
            key=stage.key,
            image=f"{bake.registry.image(stage.name)}:{stage.key}",
            bytes=stage.bytes or 0,
        )
        for plan in bake.plans
        for stage in plan.stages
        if stage.key
    )
    return encode_json(
        documents.BakeDocument(
            schema=1,
            catalog=bake.catalog,
            registry=str(bake.registry),
            files=tuple(f"{directory}/{name}" for name in bake.files),
            layers=tuple(layers),
            left_out=dict(bake.left_out),
        )
    )

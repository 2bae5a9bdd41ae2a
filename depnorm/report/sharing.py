"""What of a plan is shared, and what is not."""

from depnorm import model


def own_bytes(plan: model.Plan) -> int | None:
    """Bytes downloaded for this repository alone; None where a stage with packages does not know its own."""
    own = own_sizes(plan)
    if plan.mode is model.Mode.DECLARED or None in own:
        return None
    return sum(size for size in own if size)


def own_sizes(plan: model.Plan) -> list[int | None]:
    """Bytes of each stage with packages that is this repository's alone; None where no index tells them."""
    return [
        stage.bytes
        for stage in plan.stages
        if stage.packages and stage.kind not in {model.StageKind.SHARED, model.StageKind.BASE}
    ]

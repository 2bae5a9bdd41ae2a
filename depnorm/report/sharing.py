"""What of a plan is shared, and what is not."""

from depnorm import model


def own_bytes(plan: model.Plan) -> int | None:
    """Bytes downloaded for this repository alone; None where a stage with packages does not know its own."""
    own = [
        stage.bytes
        for stage in plan.stages
        if stage.packages and stage.kind not in {model.StageKind.SHARED, model.StageKind.BASE}
    ]
    known = [size for size in own if size is not None]
    if plan.mode is model.Mode.DECLARED or len(known) < len(own):
        return None
    return sum(known)

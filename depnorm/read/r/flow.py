"""Follows conditions and loops: both ways where the way is not known, once round where the number of rounds is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from depnorm.read.r.values import NULL, Cause, Promise, Scope, Unknown, Value, elements, first_unknown, truth

if TYPE_CHECKING:
    from depnorm.read.r.evaluate import Evaluator
    from depnorm.read.r.nodes import For, If, Node, While


class JumpSignal(Exception):  # noqa: N818  control flow, not an error
    """`next`, `break`, or `return(value)` on its way to the loop or function it ends."""

    def __init__(self, word: str, value: Value = NULL) -> None:
        super().__init__(word)
        self.word = word
        self.value = value


def follow_if(evaluator: Evaluator, node: If, scope: Scope) -> Value:
    """`if`: the branch that is taken; the other one too where that is only assumed, and both where it is not known."""
    condition = evaluator.evaluate(node.condition, scope)
    known, assumed = truth(condition)
    branches = (node.then, node.otherwise)
    if known is None:
        cause = (first_unknown(condition) or Unknown(Cause.DYNAMIC)).cause
        return follow_branches(evaluator, branches, scope, Cause.MACHINE if assumed else cause)
    taken, other = branches if known else branches[::-1]
    if not assumed:
        return NULL if taken is None else evaluator.evaluate(taken, scope)
    if other is not None:
        _follow_dry(evaluator, other, scope)
    with evaluator.record.guarding():
        return NULL if taken is None else evaluator.evaluate(taken, scope)


def _follow_dry(evaluator: Evaluator, node: Node, scope: Scope) -> None:
    """Follow what would run only if packages were there already: nothing is dropped, nothing is assigned."""
    with evaluator.record.doubting(None):
        try:
            evaluator.evaluate(node, Scope(parent=scope, overlay=True))
        except JumpSignal:
            return


def follow_branches(evaluator: Evaluator, nodes: tuple[Node | None, ...], scope: Scope, cause: Cause) -> Value:
    """Follow ways of which one is taken; what they leave behind is known only where all agree."""
    overlays = [Scope(parent=scope, overlay=True) for _ in nodes]
    left = False
    with evaluator.record.doubting(cause):
        for node, overlay in zip(nodes, overlays, strict=True):
            try:
                if node is not None:
                    evaluator.evaluate(node, overlay)
            except JumpSignal:
                left = True
    if left:
        evaluator.record.doubt_rest(cause)
    for name in {name for overlay in overlays for name in overlay.bindings}:
        scope.bindings[name] = _join([overlay.bindings.get(name) for overlay in overlays], cause, name)
    return Unknown(cause)


def _join(values: list[Value | Promise | None], cause: Cause, name: str) -> Value:
    first = values[0]
    if first is None or isinstance(first, Promise) or any(value != first for value in values[1:]):
        return Unknown(cause, name if cause is Cause.VARIABLE else "")
    return first


def follow_for(evaluator: Evaluator, node: For, scope: Scope) -> Value:
    """`for`: the body for each element, or once for one that is not known."""
    sequence = elements(evaluator.evaluate(node.sequence, scope))
    if isinstance(sequence, Unknown):
        scope.bindings[node.variable] = sequence
        return follow_branches(evaluator, (node.body,), scope, sequence.cause)
    for element in sequence:
        scope.bindings[node.variable] = element
        try:
            evaluator.evaluate(node.body, scope)
        except JumpSignal as signal:
            if signal.word == "return":
                raise
            if signal.word == "break":
                break
    return NULL


def follow_while(evaluator: Evaluator, node: While, scope: Scope) -> Value:
    """`while` and `repeat`: the body once, as something that may happen."""
    if node.condition is not None:
        evaluator.evaluate(node.condition, scope)
    return follow_branches(evaluator, (node.body, None), scope, Cause.DYNAMIC)

"""R's operators on constants: indexing, arithmetic as far as scripts need it, logic, sets."""

from collections.abc import Callable
from operator import add, mul, sub, truediv

from depnorm.model.cran import BASE_PACKAGES
from depnorm.read.r.values import (
    MAX_ITEMS,
    NULL,
    Cause,
    Installed,
    Item,
    ListValue,
    Scalar,
    Unknown,
    Value,
    Vector,
    as_text,
    as_vector,
    first_unknown,
    list_of,
    texts,
    truth,
    vector,
)

_MACHINE = Unknown(Cause.MACHINE)
CONSTANTS: dict[str, Value] = {
    "T": vector(True),  # noqa: FBT003  R's T
    "F": vector(False),  # noqa: FBT003  R's F
    "pi": vector(3.141592653589793),
    "letters": vector(*"abcdefghijklmnopqrstuvwxyz"),
    "LETTERS": vector(*"ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ".Platform": list_of((vector("unix"), vector("/"), vector(":")), ("OS.type", "file.sep", "path.sep")),
    "R.version": _MACHINE,
    "version": _MACHINE,
    "R.version.string": _MACHINE,
    ".Machine": _MACHINE,
    ".Library": _MACHINE,
}


def size(value: Value) -> int:
    """The number of elements."""
    return len(value.items) if isinstance(value, (Vector, ListValue)) else 1


def member(target: Value, name: str) -> Value:
    """`target$name`; R completes names of lists."""
    if isinstance(target, ListValue):
        if name in target.names:
            return target.items[target.names.index(name)]
        starts = [index for index, known in enumerate(target.names) if known.startswith(name)]
        return target.items[starts[0]] if len(starts) == 1 else NULL
    if isinstance(target, Unknown | Installed):
        return target
    return Unknown(Cause.DYNAMIC, name)


def is_place(key: Value) -> bool:
    """Whether a key says directly which elements are meant: `x[3]`, not `x[-3]`, `x["name"]` or `x[x != 3]`."""
    return isinstance(key, Vector) and all(isinstance(item.value, float) and item.value > 0 for item in key.items)


def index(target: Value, keys: list[Value], *, double: bool) -> Value:
    """`target[keys]` or `target[[keys]]`."""
    if isinstance(target, Installed | Unknown):
        return target
    if not isinstance(target, Vector | ListValue) or len(keys) != 1:
        return NULL if target == NULL else Unknown(Cause.DYNAMIC)
    key = keys[0]
    if first_unknown(key) is not None or not isinstance(key, Vector):
        return first_unknown(key) or Unknown(Cause.DYNAMIC)
    positions = _positions(target, key) if key.items else []
    if positions is None or any(place >= len(target.items) for place in positions):
        return Unknown(Cause.DYNAMIC)
    if double and isinstance(target, ListValue) and len(positions) == 1:
        return target.items[positions[0]]
    return _take(target, positions, assumed=key.assumed)


def _positions(target: Vector | ListValue, key: Vector) -> list[int] | None:
    scalars = [item.value for item in key.items]
    if all(isinstance(scalar, bool) for scalar in scalars):
        if len(scalars) == 1:
            scalars *= len(target.items)
        return [place for place, scalar in enumerate(scalars) if scalar]
    if all(isinstance(scalar, float) for scalar in scalars):
        numbers = [int(scalar) for scalar in scalars if isinstance(scalar, float) and abs(scalar) < MAX_ITEMS]
        if len(numbers) < len(scalars):
            return None
        if all(number < 0 for number in numbers):
            dropped = set(numbers)
            return [place for place in range(len(target.items)) if -place - 1 not in dropped]
        return [number - 1 for number in numbers] if all(number > 0 for number in numbers) else None
    places = {name: place for place, name in reversed(list(enumerate(target.names)))}
    if all(scalar in places for scalar in scalars):
        return [places[str(scalar)] for scalar in scalars]
    return None


def _take(target: Vector | ListValue, positions: list[int], *, assumed: bool) -> Value:
    names = tuple(target.names[place] for place in positions) if target.names else ()
    if isinstance(target, ListValue):
        return list_of(tuple(target.items[place] for place in positions), names)
    items = tuple(target.items[place] for place in positions)
    return Vector(items, names, assumed=target.assumed or assumed)


def replaced(before: Value, key: Value, value: Value) -> Value:
    """What `before[key] <- value` makes of `before`."""
    name = texts(key)
    if not isinstance(before, Vector | ListValue) or name is None or len(name) != 1:
        return Unknown(Cause.DYNAMIC)
    parts = list(before.items)
    names = list(before.names or ("",) * len(parts))
    new: Value | Item = value
    if isinstance(before, Vector) and isinstance(value, Vector) and len(value.items) == 1:
        new = value.items[0]
    elif isinstance(before, Vector):
        return Unknown(Cause.DYNAMIC) if before.items else list_of((value,), (name[0],))
    scalar = key.items[0].value if isinstance(key, Vector) else None
    place = names.index(name[0]) if isinstance(scalar, str) and name[0] in names else len(parts)
    if isinstance(scalar, float):
        place = int(scalar) - 1 if 1 <= scalar <= len(parts) else len(parts)
    parts[place : place + 1] = [new]
    names[place : place + 1] = [name[0] if isinstance(scalar, str) else ""]
    if isinstance(before, ListValue):
        return list_of(tuple(part for part in parts if not isinstance(part, Item)), tuple(names))
    return Vector(tuple(part for part in parts if isinstance(part, Item)), tuple(names), before.assumed)


def unary(operator: str, value: Value) -> Value:
    """`-value`, `+value`, `!value`."""
    if operator not in {"!", "-", "+"} or not isinstance(value, Vector):
        return value if isinstance(value, Unknown) else Unknown(Cause.DYNAMIC)
    results: list[Item] = []
    for item in value.items:
        scalar = item.value
        if isinstance(scalar, Unknown | str) or scalar is None:
            return scalar if isinstance(scalar, Unknown) else Unknown(Cause.DYNAMIC)
        results.append(Item(not scalar if operator == "!" else float(-scalar if operator == "-" else scalar)))
    return Vector(tuple(results), assumed=value.assumed)


def binary(operator: str, left: Value, right: Value) -> Value | None:
    """Any other binary operator; None for one that depnorm does not know."""
    function = _BINARY.get(operator)
    return None if function is None else function(operator, left, right)


def is_in(left: Value, right: Value) -> Value:
    """`left %in% right`."""
    flat = as_vector(left)
    if isinstance(right, Installed) and isinstance(flat, Vector):
        if (hole := first_unknown(flat)) is not None:
            return hole
        assumed = any(item.value not in BASE_PACKAGES for item in flat.items)
        return Vector(tuple(Item(item.value in right.names) for item in flat.items), assumed=assumed)
    table = texts(right)
    strings = texts(flat)
    if table is None or strings is None:
        return first_unknown(left) or first_unknown(right) or Unknown(Cause.MACHINE)
    known = set(table)
    assumed = any(isinstance(value, Vector) and value.assumed for value in (left, right))
    return Vector(tuple(Item(string in known) for string in strings), assumed=assumed)


def logical(operator: str, left: Value, right: Value) -> Value:
    """`&`, `|` and their short forms on values that were both looked at."""
    decisive = operator.startswith("|")
    for value in (left, right):
        known, assumed = truth(value)
        if known is decisive:
            return vector(known, assumed=assumed)
    if isinstance(left, Vector) and isinstance(right, Vector) and len(left.items) == len(right.items):
        pairs = [(first.value, second.value) for first, second in zip(left.items, right.items, strict=True)]
        if all(isinstance(scalar, bool) for pair in pairs for scalar in pair):
            results = ((first or second) if decisive else (first and second) for first, second in pairs)
            return Vector(tuple(Item(result) for result in results), assumed=left.assumed or right.assumed)
    return first_unknown(left) or first_unknown(right) or Unknown(Cause.MACHINE)


def _range(left: Value, right: Value) -> Value:
    ends = texts(left), texts(right)
    try:
        first, last = (int(end[0]) for end in ends if end)
    except ValueError:
        return first_unknown(left) or first_unknown(right) or Unknown(Cause.DYNAMIC)
    if abs(last - first) >= MAX_ITEMS:
        return Unknown(Cause.DYNAMIC)
    step = 1 if last >= first else -1
    return vector(*(float(number) for number in range(first, last + step, step)))


def _compare(operator: str, left: Value, right: Value) -> Value:
    if not isinstance(left, Vector) or not isinstance(right, Vector):
        return first_unknown(left) or first_unknown(right) or Unknown(Cause.MACHINE)
    results: list[Item] = []
    for first, second in _recycled(left, right):
        result = _compare_scalars(operator, first.value, second.value)
        if not isinstance(result, bool):
            return result
        results.append(Item(result))
    return Vector(tuple(results), assumed=left.assumed or right.assumed)


def _compare_scalars(operator: str, first: Scalar | Unknown, second: Scalar | Unknown) -> bool | Unknown:
    if isinstance(first, Unknown):
        return first
    if isinstance(second, Unknown):
        return second
    if operator in {"==", "!="} and (isinstance(first, str) or isinstance(second, str)):
        return (as_text(first) == as_text(second)) is (operator == "==")
    if isinstance(first, str) or isinstance(second, str):
        return Unknown(Cause.MACHINE)  # the locale's order
    left, right = float(first or 0), float(second or 0)
    same, less = left == right, left < right
    return {"==": same, "!=": not same, "<": less, ">": not (less or same), "<=": less or same, ">=": not less}[
        operator
    ]


def _recycled(left: Vector, right: Vector) -> list[tuple[Item, Item]]:
    length = max(len(left.items), len(right.items)) if left.items and right.items else 0
    return [(left.items[place % len(left.items)], right.items[place % len(right.items)]) for place in range(length)]


def _arithmetic(operator: str, left: Value, right: Value) -> Value:
    if not isinstance(left, Vector) or not isinstance(right, Vector):
        return first_unknown(left) or first_unknown(right) or Unknown(Cause.MACHINE)
    results: list[Item] = []
    for first, second in _recycled(left, right):
        number = _calculate(operator, first.value, second.value)
        if not isinstance(number, float):
            return number
        results.append(Item(number))
    return Vector(tuple(results), assumed=left.assumed or right.assumed)


def _calculate(operator: str, first: Scalar | Unknown, second: Scalar | Unknown) -> float | Unknown:
    if not isinstance(first, float | bool) or not isinstance(second, float | bool):
        return next((side for side in (first, second) if isinstance(side, Unknown)), Unknown(Cause.DYNAMIC))
    try:
        return float(_ARITHMETIC[operator](first, second))
    except (ArithmeticError, ValueError, KeyError):
        return Unknown(Cause.MACHINE)


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {"+": add, "-": sub, "*": mul, "/": truediv}
_BINARY: dict[str, Callable[[str, Value, Value], Value]] = {
    "%in%": lambda _, left, right: is_in(left, right),
    ":": lambda _, left, right: _range(left, right),
    "%||%": lambda _, left, right: right if left == NULL else left,
    **dict.fromkeys(("%nin%", "%notin%", "%!in%"), lambda _, left, right: unary("!", is_in(left, right))),
    **dict.fromkeys(("==", "!=", "<", ">", "<=", ">="), _compare),
    **dict.fromkeys(("&", "|"), logical),
    **dict.fromkeys(("+", "-", "*", "/", "^", "%%", "%/%"), _arithmetic),
}

"""Values from JSON, with the types back that JSON has none of, by examples of the same place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_CONTAINERS = (list, tuple, set, frozenset, dict)


def typed_arguments(args: Sequence[object], examples: Sequence[Sequence[object]]) -> tuple[object, ...]:
    """A call's arguments from JSON, with the types that they have in the examples, which are other calls' arguments."""
    return tuple(
        revived(value, [example[position] for example in examples if position < len(example)])
        for position, value in enumerate(args)
    )


def revived(value: object, examples: Sequence[object], around: type = list, deeper: type = list) -> object:
    """`value`, read from JSON, with the types that `examples` of the same place have: tuples and sets that became
    lists, numbers that became text, and integer keys that became text. `around` is the type of what encloses the value,
    and `deeper` that of lists which are nested deeper than any example: tuples, where tuples in tuples were seen."""
    kinds = {type(example) for example in examples}
    if isinstance(value, list):
        known = [kind for kind in (list, tuple, set, frozenset) if kind in kinds]
        kind = known[0] if known else deeper
        if kinds == {dict}:  # {} among sets: JSON has neither
            return {}
        deeper = kind if kind is around else list
        inner: list[object] = []
        for position, item in enumerate(value):
            inner.append(revived(item, list(_inside(examples, position, item, len(value))), kind, deeper))
        return inner if kind is list else kind(inner)
    if isinstance(value, dict):
        items = [v for example in examples if isinstance(example, dict) for v in example.values()]
        keys = {type(k) for example in examples if isinstance(example, dict) for k in example}
        return {(int(k) if keys == {int} else k): revived(v, items) for k, v in value.items()}
    if isinstance(value, str) and kinds and kinds <= {int, float, complex}:
        for number in (complex,) if complex in kinds else (float, complex):
            try:
                return number(value)
            except ValueError:
                continue
    return value


def _inside(examples: Sequence[object], position: int, item: object, length: int) -> Iterator[object]:
    """What stands in the examples where `item` stands, at `position` of `length`: by place where they are as long, as
    the arguments of a call are, else anything in them."""
    for example in examples:
        if isinstance(example, list | tuple):
            same_place = len(example) == length and len({type(other) for other in example}) > 1
            if same_place and (type(item) is not list or isinstance(example[position], _CONTAINERS)):
                yield example[position]
            else:
                yield from example
        elif isinstance(example, set | frozenset):
            yield from example

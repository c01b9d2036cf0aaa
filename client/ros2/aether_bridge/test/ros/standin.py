"""Stand-ins for the classes that ROS generates from .msg files: the same fields, and as strict about
types as those are. An int is no float64, a byte is one byte of bytes, and there are no other fields."""

from __future__ import annotations

import array
import math
from typing import Any, Callable, ClassVar

Check = Callable[[Any], Any]  # returns the value, or fails an assertion


class Message:
    """A message. Its fields have their zero value, or the one given."""

    fields: ClassVar[dict[str, tuple[Check, Callable[[], Any]]]] = {}

    def __init__(self, **values: Any) -> None:
        assert values.keys() <= self.fields.keys(), f"invalid arguments {values.keys() - self.fields.keys()}"
        for name, (_, zero) in self.fields.items():
            setattr(self, name, values[name] if name in values else zero())

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.fields:
            raise AttributeError(f"{type(self).__name__} has no field {name!r}")
        object.__setattr__(self, name, self.fields[name][0](value))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.fields)})"


def message(name: str, /, **fields: Any) -> Any:
    """Makes a class. A type is the name of a primitive, a class, or a list of one of these; a pair is
    a primitive and its default."""
    return type(name, (Message,), {"fields": {n: _field(t) for n, t in fields.items()}})


def _field(kind: Any) -> tuple[Check, Callable[[], Any]]:
    if isinstance(kind, tuple):
        return PRIMITIVES[kind[0]][0], lambda: kind[1]
    if isinstance(kind, list):
        return _sequence(*_field(kind[0]), kind[0])
    if isinstance(kind, str):
        return PRIMITIVES[kind]
    return _instance(kind), kind


def _sequence(check: Check, _: Any, kind: Any) -> tuple[Check, Callable[[], Any]]:
    def checked(value: Any) -> Any:
        assert not isinstance(value, (str, bytes)) and hasattr(value, "__len__"), value
        items = [check(v) for v in value]
        return array.array("d", items) if kind == "float64" else items

    return checked, list


def _instance(kind: type) -> Check:
    def checked(value: Any) -> Any:
        assert isinstance(value, kind), f"a {kind.__name__} is due instead of {value!r}"
        return value

    return checked


def _float(value: Any) -> Any:
    assert isinstance(value, float), f"a float is due instead of {value!r}"
    assert not math.isfinite(value) or abs(value) < 1.7976931348623157e308, value
    return value


def _byte(value: Any) -> Any:
    assert isinstance(value, bytes) and len(value) == 1, f"one byte is due instead of {value!r}"
    return value


def _integer(low: int, high: int) -> Check:
    def checked(value: Any) -> Any:
        assert isinstance(value, int) and low <= value < high, value
        return value

    return checked


PRIMITIVES: dict[str, tuple[Check, Callable[[], Any]]] = {
    "float64": (_float, float),
    "int32": (_integer(-(2**31), 2**31), int),
    "uint32": (_integer(0, 2**32), int),
    "string": (_instance(str), str),
    "bool": (_instance(bool), bool),
    "byte": (_byte, lambda: b"\x00"),
}

"""One encoding for everything that is authenticated: each field's length in four bytes, then the field."""

from __future__ import annotations

LENGTH = 4
NUMBER = 8


def packed(*fields: bytes) -> bytes:
    """The fields one after the other, each after its length as a big-endian number of four bytes."""
    return b"".join(len(field).to_bytes(LENGTH, "big") + field for field in fields)


def unpacked(data: bytes, count: int) -> list[bytes]:
    """The ``count`` fields that ``packed`` made ``data`` from. Raises ValueError where it made no such thing."""
    fields: list[bytes] = []
    start = 0
    while start < len(data) and len(fields) <= count:
        begin = start + LENGTH
        start = begin + int.from_bytes(data[start:begin], "big")
        fields.append(data[begin:start])
    if len(fields) != count or start != len(data):
        raise ValueError("these bytes hold another number of fields")
    return fields


def number(value: int) -> bytes:
    """A number from 0 to 2**63 - 1 as eight big-endian bytes. Raises OverflowError beyond that."""
    if not 0 <= value < 1 << 63:
        raise OverflowError("an audit number lies between 0 and 2**63 - 1")
    return value.to_bytes(NUMBER, "big")


def number_in(field: bytes) -> int:
    """The number in a field. Raises ValueError where it holds none."""
    if len(field) != NUMBER or field[0] & 0x80:
        raise ValueError("this field holds no number")
    return int.from_bytes(field, "big")

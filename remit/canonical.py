"""One way to write a value as bytes, so that everyone who hashes it gets the same digest."""

import hashlib
import uuid

import orjson


def canonical(value: object) -> bytes:
    """Write a value as JSON in one way only: keys sorted, no white space, UTF-8.

    Equals RFC 8785 for what the house writes: strings, integers, booleans, null, lists and objects with BMP keys.
    """
    return orjson.dumps(value, default=plain, option=orjson.OPT_SORT_KEYS)


def digest_of(value: object) -> str:
    """Give the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def plain(value: object) -> str:
    """Write as text what JSON does not know: the driver's own kind of UUID.

    Raises:
        TypeError: It is something else.
    """
    if isinstance(value, uuid.UUID):
        return str(value)
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")

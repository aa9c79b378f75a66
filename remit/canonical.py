"""One way to write a value as bytes, so that everyone who hashes it gets the same digest."""

import hashlib

import orjson


def canonical(value: object) -> bytes:
    """Write a value as JSON in one way only: keys sorted, no white space, UTF-8.

    Equals RFC 8785 for what the house writes: strings, integers, booleans, null, lists and objects with BMP keys.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest_of(value: object) -> str:
    """Give the SHA-256 of a value's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()

"""Checks an exported ledger offline: `python verify_export.py EXPORT --key KEYFILE [--checkpoint FILE ...]`.

This file stands alone: besides Python it needs only `cryptography`, and it shares no line with the code that writes
exports. The key comes from you, never from the export. Without a checkpoint kept from before, nobody can tell whether
the holder of the signing key cut off the end and signed the rest again; with one, this file can.
"""

import argparse
import base64
import hashlib
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_TILE = 256
_LONGEST = 65535  # bytes of an entry that a bundle can hold
_HASH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What checking a ledger found."""

    is_whole: bool
    size: int
    """how many entries the newest good checkpoint signs"""
    root: bytes
    """the root it signs"""
    first_broken: int | None = None
    """the index from which the record cannot be trusted; None when whole, or when something beside it is broken"""
    reason: str = ""
    """what is broken, in one sentence"""
    unsequenced: int = 0
    """how many entries wait for their index; these are not proven yet"""


class _Broken(Exception):
    def __init__(self, reason: str, index: int | None = None) -> None:
        super().__init__(reason)
        self.index = index


def verify_export(
    directory: Path, verifier_key: str, *, kept: Sequence[str] = (), witnesses: Sequence[str] = ()
) -> Verification:
    """Check every entry, tile and signature of an export.

    Args:
        directory: The export.
        verifier_key: The trusted key, in the form `name+id+base64`.
        kept: Signed checkpoints kept from before; the export must begin with what they signed.
        witnesses: Keys of witnesses you trust; each must have signed the checkpoint.
    """
    size, root = 0, b""
    try:
        size, root = _read_checkpoint(_read(directory, "checkpoint"), verifier_key)
        for witness in witnesses:
            _check_witness(_read(directory, "checkpoint"), witness)
        promises = [_read_checkpoint(note.encode(), verifier_key, "the kept checkpoint") for note in kept]
        _check_key_file(directory, verifier_key)
        _check_tree(directory, sorted([*promises, (size, root)]), size)
    except _Broken as broken:
        return Verification(is_whole=False, size=size, root=root, first_broken=broken.index, reason=str(broken))
    return Verification(is_whole=True, size=size, root=root)


# ── the signature ──────────────────────────────────────────────────────────────────────────────────────────────────


def _read_checkpoint(note: bytes, verifier_key: str, what: str = "the checkpoint") -> tuple[int, bytes]:
    name, identifier, public = _read_key(verifier_key)
    text, gap, tail = note.rpartition(b"\n\n")
    text += b"\n"
    mine = b"\xe2\x80\x94 " + name + b" "
    signatures = [_decode(line[len(mine) :]) for line in tail.split(b"\n") if line.startswith(mine)]
    ours = [signature[4:] for signature in signatures if signature[:4] == identifier]
    if not gap or not ours or not tail.endswith(b"\n"):
        raise _Broken(f"{what} is not signed by the trusted key")
    for signature in ours:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text)
        except InvalidSignature:
            raise _Broken(f"{what} does not fit its signature") from None
    return _read_head(text, name, what)


def _check_witness(note: bytes, witness_key: str) -> None:
    """Check that a witness signed the checkpoint: c2sp.org/tlog-cosignature."""
    name, identifier, public = _read_key(witness_key, b"\x04", "the witness's key")
    text, _, tail = note.rpartition(b"\n\n")
    mine = b"\xe2\x80\x94 " + name + b" "
    signatures = [_decode(line[len(mine) :]) for line in tail.split(b"\n") if line.startswith(mine)]
    ours = [signature[4:] for signature in signatures if signature[:4] == identifier]
    if not ours:
        raise _Broken(f"the witness `{name.decode()}` did not sign the checkpoint")
    for signature in ours:
        signed = b"cosignature/v1\ntime %d\n%s\n" % (int.from_bytes(signature[:8], "big"), text)
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature[8:], signed)
        except InvalidSignature:
            raise _Broken(f"the signature of the witness `{name.decode()}` does not fit the checkpoint") from None


def _read_head(text: bytes, name: bytes, what: str) -> tuple[int, bytes]:
    lines = text.split(b"\n")
    if (
        len(lines) < len(("origin", "size", "root", ""))
        or lines[0] != name
        or not re.fullmatch(rb"0|[1-9][0-9]{0,18}", lines[1])
    ):
        raise _Broken(f"{what} is not one of this log")
    root = _decode(lines[2])
    if len(root) != _HASH:
        raise _Broken(f"{what} has no root")
    return int(lines[1]), root


def _read_key(text: str, kind: bytes = b"\x01", what: str = "the trusted key") -> tuple[bytes, bytes, bytes]:
    name, _, rest = text.strip().encode().partition(b"+")
    identifier, _, encoded = rest.partition(b"+")
    key = _decode(encoded)
    expected = hashlib.sha256(name + b"\n" + key).digest()[:4]
    if len(key) != 1 + 32 or key[:1] != kind or identifier != expected.hex().encode():
        raise _Broken(f"{what} is not an Ed25519 verifier key")
    return name, expected, key[1:]


def _decode(text: bytes) -> bytes:
    """Decode base64; empty unless the text is exactly what encoding gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data) == text else b""


# ── the tree ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_tree(directory: Path, promises: list[tuple[int, bytes]], size: int) -> None:
    """Hash every entry, compare each file on the way, and each root that was promised when its size is reached."""
    peaks: list[tuple[int, bytes]] = []  # perfect subtrees of full tiles: height and root, the largest first
    level: list[bytes] = []  # the roots of full tiles: the hashes of level 1
    proven = 0
    for number, entries in enumerate(_read_tiles_of_entries(directory, size)):
        start = number * _TILE
        hashes = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
        _check_file(directory, ("0", number), hashes, size - start)
        if len(entries) == min(_TILE, size - start):
            _check_bundle(directory, number, entries)
        for promised, root in (promise for promise in promises if start < promise[0] <= start + len(entries)):
            if _root([node for _, node in peaks], hashes[: promised - start]) != root:
                raise _Broken(f"the entries from {proven} are not those signed at size {promised}", proven)
            proven = promised
        if len(entries) == _TILE:
            level.append(_subtree(hashes))
            _push(peaks, level[-1])
    _check_ends(promises, size)
    _check_upper(directory, level)
    _check_strays(directory, size)


def _check_ends(promises: list[tuple[int, bytes]], size: int) -> None:
    if promises[-1][0] > size:
        raise _Broken(f"the export ends at {size}, but {promises[-1][0]} entries were signed before", size)
    if any(promised == 0 and root != hashlib.sha256(b"").digest() for promised, root in promises):
        raise _Broken("the root of the empty ledger is wrong")


def _check_upper(directory: Path, level: list[bytes]) -> None:
    height = 1
    while level:
        above: list[bytes] = []
        for number in range(-(-len(level) // _TILE)):
            hashes = level[number * _TILE : (number + 1) * _TILE]
            _check_file(directory, (str(height), number), hashes, len(hashes))
            if len(hashes) == _TILE:
                above.append(_subtree(hashes))
        level, height = above, height + 1


def _root(peaks: list[bytes], hashes: list[bytes]) -> bytes:
    """The root over full tiles and the leaves of the tile that follows."""
    nodes = [*peaks, _subtree(hashes)]
    while len(nodes) > 1:
        nodes[-2:] = [hashlib.sha256(b"\x01" + nodes[-2] + nodes[-1]).digest()]
    return nodes[0]


def _subtree(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        pairs = [b"".join(hashes[at : at + 2]) for at in range(0, len(hashes), 2)]
        hashes = [hashlib.sha256(b"\x01" + pair).digest() if len(pair) > _HASH else pair for pair in pairs]
    return hashes[0]


def _push(peaks: list[tuple[int, bytes]], node: bytes) -> None:
    height = 0
    while peaks and peaks[-1][0] == height:
        node = hashlib.sha256(b"\x01" + peaks.pop()[1] + node).digest()
        height += 1
    peaks.append((height, node))


# ── the files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _read_tiles_of_entries(directory: Path, size: int) -> Iterator[list[bytes]]:
    """Give the entries of one tile at a time: exactly `size` lines, each ended."""
    count, tile = 0, list[bytes]()
    with _open(directory, "entries.jsonl") as lines:
        for line in lines:
            if count == size:
                raise _Broken(f"there are more entries than the {size} that are signed", size)
            if not line.endswith(b"\n"):
                raise _Broken(f"entry {count} is cut off", count)
            tile.append(line[:-1])
            count += 1
            if len(tile) == _TILE or count == size:
                yield tile
                tile = []
    if count < size:
        if tile:
            yield tile
        raise _Broken(f"entry {count} is missing: {size} are signed", count)


def _check_file(directory: Path, place: tuple[str, int], hashes: list[bytes], width: int) -> None:
    """Compare a tile, which may be wider than the hashes where entries are missing, with what it must hold."""
    level, number = place
    span = _TILE ** int(level)
    start = number * _TILE * span
    path = _path(level, number, min(_TILE, width))
    found = _read(directory, path, start)
    for offset, expected in enumerate(hashes):
        if found[offset * _HASH : (offset + 1) * _HASH] != expected:
            raise _Broken(f"hash {offset} of `{path}` is not that of the entries below it", start + offset * span)
    if len(found) != min(_TILE, width) * _HASH:
        raise _Broken(f"`{path}` is too long or too short", start + len(hashes) * span)


def _check_bundle(directory: Path, number: int, entries: list[bytes]) -> None:
    """Compare a bundle with its lines. It is absent where an entry is too long for the format."""
    if max(map(len, entries)) > _LONGEST:
        return
    path = _path("entries", number, len(entries))
    expected = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    if _read(directory, path, number * _TILE) != expected:
        raise _Broken(f"`{path}` does not hold the entries of `entries.jsonl`", number * _TILE)


def _check_strays(directory: Path, size: int) -> None:
    """Refuse files that no check looked at, so that nothing unproven travels with the proof."""
    known = {"checkpoint", "entries.jsonl", "ledger.pub"}
    level, hashes = 0, size
    while hashes:
        for number in range(-(-hashes // _TILE)):
            width = min(_TILE, hashes - number * _TILE)
            known.add(_path(str(level), number, width))
            known.add(_path("entries", number, width) if level == 0 else "checkpoint")
        level, hashes = level + 1, hashes // _TILE
    found = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if not path.is_dir()}
    if strays := found - known:
        raise _Broken(f"`{min(strays)}` does not belong to this export")


def _check_key_file(directory: Path, verifier_key: str) -> None:
    if _read(directory, "ledger.pub") != verifier_key.strip().encode() + b"\n":
        raise _Broken("`ledger.pub` is not the trusted key")


def _path(folder: str, number: int, width: int) -> str:
    digits = f"{number:0{max(3, -(-len(str(number)) // 3) * 3)}}"
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    name = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return f"tile/{folder}/{name}" + ("" if width == _TILE else f".p/{width}")


def _read(directory: Path, name: str, index: int | None = None) -> bytes:
    with _open(directory, name, index) as file:
        return file.read()


def _open(directory: Path, name: str, index: int | None = None) -> BinaryIO:
    try:
        return (directory / name).open("rb")
    except OSError as error:
        raise _Broken(f"`{name}` cannot be read: {error.strerror}", index) from None


# ── the command ────────────────────────────────────────────────────────────────────────────────────────────────────


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the export is whole, 1 when it is not."""
    parser = argparse.ArgumentParser(description="Check an exported ledger offline.")
    parser.add_argument("export", type=Path, help="the folder of the export")
    parser.add_argument("--key", type=Path, required=True, help="a file with the verifier key you trust")
    parser.add_argument("--checkpoint", type=Path, action="append", default=[], help="a checkpoint kept from before")
    parser.add_argument("--witness", type=Path, action="append", default=[], help="a file with a witness's key")
    given = parser.parse_args(arguments)
    kept = [path.read_text() for path in given.checkpoint]
    witnesses = [path.read_text() for path in given.witness]
    found = verify_export(given.export, given.key.read_text(), kept=kept, witnesses=witnesses)
    if found.is_whole:
        sys.stdout.write(f"whole: {found.size} entries, root {base64.b64encode(found.root).decode()}\n")
        return 0
    where = "" if found.first_broken is None else f" from entry {found.first_broken}"
    sys.stdout.write(f"BROKEN{where}: {found.reason}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

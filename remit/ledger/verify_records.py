"""Checks exported records offline: `python verify_records.py EXPORT --key KEYFILE`.

This file stands alone: besides Python it needs only `cryptography`, and it shares no line with the code that writes
exports. It shows that no byte of the export was changed since the house signed it, and that every entry the records
were made from is in the signed ledger. The key comes from you, never from the export. That the records say what the
entries say is shown by `remit ledger check-export`, which makes them again; that no entry was left out, only by an
export of the whole ledger.
"""

import argparse
import base64
import hashlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_HASH = 32
_HEADER = "remit.export/v1"
_FILES = {
    "runs": "records.jsonl",
    "ocsf": "records.ocsf.jsonl",
    "csv": "records.csv",
    "parquet": "records.parquet",
}
_MANIFEST = re.compile(
    r"remit\.export/v1\nledger (\S+)\nformat ([a-z]+)\nsearch ([^\n]+)\nrecords (\d{1,18})\nentries (\d{1,18})\n"
    r"((?:sha256 [0-9a-f]{64} [a-z.]+\n){4})"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What checking an export of records found."""

    is_whole: bool
    form: str = ""
    search: str = ""
    """what was searched for, as JSON"""
    records: int = 0
    entries: int = 0
    size: int = 0
    """how many entries the checkpoint signs"""
    reason: str = ""
    """what is broken, in one sentence"""


class Broken(Exception):
    """Something is not as it was signed."""


def verify_records(directory: Path, verifier_key: str) -> Checked:
    """Check every byte of an export of records.

    Args:
        directory: The export.
        verifier_key: The trusted key, in the form `name+id+base64`.
    """
    try:
        return _verify(directory, verifier_key)
    except (Broken, OSError) as broken:
        return Checked(is_whole=False, reason=str(broken))


def _verify(directory: Path, verifier_key: str) -> Checked:
    text = _open_note((directory / "manifest").read_bytes(), verifier_key, "the manifest")
    manifest = _MANIFEST.fullmatch(text)
    if manifest is None or manifest[2] not in _FILES or manifest[1] != verifier_key.partition("+")[0]:
        raise Broken("the manifest is not one of this ledger")
    _check_files(directory, manifest)
    size, root = _read_head(_open_note((directory / "checkpoint").read_bytes(), verifier_key, "the checkpoint"))
    entries, records = _check_proofs(directory / "proofs.jsonl", size, root)
    if (records, entries) != (int(manifest[4]), int(manifest[5])):
        raise Broken(f"there are {entries} proofs of {records} records, but {manifest[5]} of {manifest[4]} are signed")
    return Checked(is_whole=True, form=manifest[2], search=manifest[3], records=records, entries=entries, size=size)


# ── the files ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _check_files(directory: Path, manifest: "re.Match[str]") -> None:
    signed = {line.split(" ")[2]: line.split(" ")[1] for line in manifest[6].splitlines()}
    if signed.keys() != {"checkpoint", "ledger.pub", "proofs.jsonl", _FILES[manifest[2]]}:
        raise Broken("the manifest does not name the files of an export")
    found = {path.name for path in directory.iterdir()}
    if strays := found - signed.keys() - {"manifest"}:
        raise Broken(f"`{min(strays)}` does not belong to this export")
    for name, digest in sorted(signed.items()):
        with (directory / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise Broken(f"`{name}` is not the file that was signed")


def _check_proofs(path: Path, size: int, root: bytes) -> tuple[int, int]:
    """Check each entry against the root; give how many entries, and how many records they belong to."""
    entries, last = 0, -1
    with path.open("rb") as lines:
        for line in lines:
            proof = _read_line(line, entries)
            record = proof["record"]
            if record is not None and record not in {last, last + 1}:
                raise Broken(f"proof {entries} belongs to record {record}, and comes after {last}")
            last = last if record is None else record
            if not _is_in(proof, size, root):
                raise Broken(f"proof {entries} does not lead from entry {proof['index']} to the signed root")
            entries += 1
    return entries, last + 1


def _read_line(line: bytes, number: int) -> dict[str, Any]:
    try:
        proof = json.loads(line)
        is_one = type(proof["index"]) is int and isinstance(proof["entry"], str) and isinstance(proof["proof"], str)
        if is_one and (proof["record"] is None or type(proof["record"]) is int):
            return dict(proof)
    except (ValueError, KeyError, TypeError):
        pass
    raise Broken(f"line {number} of `proofs.jsonl` is no proof")


# ── the arithmetic ─────────────────────────────────────────────────────────────────────────────────────────────────


def _is_in(proof: dict[str, Any], size: int, root: bytes) -> bool:
    """Tell whether a proof leads from the entry to the root: RFC 9162, section 2.1.3.2."""
    head, index, *hashes = proof["proof"].rstrip("\n").split("\n")
    place, last = int(proof["index"]), size - 1
    if head != "c2sp.org/tlog-proof@v1" or index != f"index {place}" or not 0 <= place < size:
        return False
    node = hashlib.sha256(b"\x00" + proof["entry"].encode()).digest()
    for step in map(_decode, map(str.encode, hashes)):
        if last == 0 or len(step) != _HASH:
            return False
        if place & 1 or place == last:
            node = hashlib.sha256(b"\x01" + step + node).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + step).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def _read_head(text: str) -> tuple[int, bytes]:
    found = re.match(r"[^\n]+\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n", text)
    root = _decode(found[2].encode()) if found else b""
    if not found or len(root) != _HASH or text.startswith(_HEADER):
        raise Broken("the checkpoint has no size and root")
    return int(found[1]), root


def _open_note(note: bytes, verifier_key: str, what: str) -> str:
    """Give the text of a note that the key signed: c2sp.org/signed-note."""
    name, _, rest = verifier_key.strip().encode().partition(b"+")
    identifier, _, encoded = rest.partition(b"+")
    key = _decode(encoded)
    expected = hashlib.sha256(name + b"\n" + key).digest()[:4]
    if len(key) != 1 + 32 or key[:1] != b"\x01" or identifier != expected.hex().encode():
        raise Broken("the trusted key is not an Ed25519 verifier key")
    text, gap, tail = note.rpartition(b"\n\n")
    mine = b"\xe2\x80\x94 " + name + b" "
    signatures = [_decode(line[len(mine) :]) for line in tail.split(b"\n") if line.startswith(mine)]
    ours = [signature[4:] for signature in signatures if signature[:4] == expected]
    if not gap or not ours or not tail.endswith(b"\n"):
        raise Broken(f"{what} is not signed by the trusted key")
    try:
        for signature in ours:
            Ed25519PublicKey.from_public_bytes(key[1:]).verify(signature, text + b"\n")
        return (text + b"\n").decode()
    except (InvalidSignature, UnicodeDecodeError):
        raise Broken(f"{what} does not fit its signature") from None


def _decode(text: bytes) -> bytes:
    """Decode base64; empty unless the text is exactly what encoding gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return b""
    return data if base64.b64encode(data) == text else b""


# ── the command ────────────────────────────────────────────────────────────────────────────────────────────────────


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when the export is whole, 1 when it is not."""
    parser = argparse.ArgumentParser(description="Check exported records offline.")
    parser.add_argument("export", type=Path, help="the folder of the export")
    parser.add_argument("--key", type=Path, required=True, help="a file with the verifier key you trust")
    given = parser.parse_args(arguments)
    found = verify_records(given.export, given.key.read_text())
    if not found.is_whole:
        sys.stdout.write(f"BROKEN: {found.reason}\n")
        return 1
    sys.stdout.write(f"whole: {found.records} records of {found.entries} entries, searched by {found.search}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

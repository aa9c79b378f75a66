"""Opens files of one folder and of nowhere else: no way out through names, links, pipes or directories."""

import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from remit.errors import SystemRefused

_LONGEST_NAME: Final = 255  # bytes, what file systems take
_LAST_SECOND: Final = 253402300799  # of the year 9999; some file systems store later ones
_UNFINISHED: Final = (".part", ".tmp", ".crdownload", "~")


def is_hidden(name: str) -> bool:
    """Whether a name is that of a file nobody meant to drop, or has not finished dropping."""
    return name.startswith((".", "~$")) or name.lower().endswith(_UNFINISHED)


def is_readable(name: str) -> bool:
    """Whether a name is text; a name in another encoding cannot be told to anybody."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)


def check_name(name: object) -> str:
    """Check that a name is one of a file in the folder itself.

    Raises:
        SystemRefused: It is not.
    """
    if not isinstance(name, str) or not name or not is_readable(name) or "\0" in name:
        raise SystemRefused("`name` has to be the name of a file, as `list_files` gives it")
    if "/" in name or "\\" in name or name in {".", ".."} or len(name.encode()) > _LONGEST_NAME:
        raise SystemRefused(f"`{name[:100]}` is not the name of a file in the folder. Give it without a path")
    if is_hidden(name):
        raise SystemRefused(f"`{name}` is hidden or not finished. Wait until it has its final name")
    return name


def open_file(path: Path) -> int | None:
    """Open a file for reading, if it is one; give its number, or None when there is none.

    Raises:
        SystemRefused: It is a link, a directory or a pipe, or may not be read.
    """
    try:
        # A link could lead anywhere; a pipe without a writer would hold us for ever.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        path.parent.stat()  # that the whole folder is gone is another matter, and an error
        return None
    except OSError:
        raise SystemRefused(f"`{path.name}` cannot be opened: it is a link, or may not be read") from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise SystemRefused(f"`{path.name}` is not a file")
    return number


def modified_at(found: os.stat_result) -> datetime:
    """Tell when a file was last changed, as its file system says."""
    return datetime.fromtimestamp(min(max(found.st_mtime, 0), _LAST_SECOND), UTC)

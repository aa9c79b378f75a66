"""`remit doctor`: looks at everything a house stands on, and says what to do about what is wrong."""

import os
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from remit.cli.output import command, print_json, say
from remit.errors import RemitError
from remit.governance.policy_check import SCHEMA
from remit.ledger.note import Verifier
from remit.ledger.verify import verify
from remit.settings import Settings, read_settings
from remit.store.database import Database
from remit.web.opening import open_database, open_house

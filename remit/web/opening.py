"""Opens a house: the database wherever it is, the systems, the workers. The one place where the parts meet."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, suppress

from remit.clock import Clock
from remit.errors import NotFound, StoreUnavailable
from remit.settings import Settings
from remit.store import embedded
from remit.store.database import Database
from remit.store.migrate import migrate

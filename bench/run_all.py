"""Run every benchmark, one after the other, on an otherwise quiet machine; it takes about a quarter of an hour."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
COMMANDS = (
    ("small_run/run.py", "--n", "1000", "--rounds", "3"),
    ("decision.py",),
    ("stop.py", "10"),
    ("waiting.py", "100000"),
    ("ledger.py", "1000000"),
    ("search.py", "1000000"),
    ("pages.py", "1000000", "10000"),
    ("reviews.py", "200", "10000"),
    ("crash.py", "--runs", "3000", "--reviews", "500", "--kills", "60"),
)

for script, *arguments in COMMANDS:
    print(f"\n── {script} {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, str(HERE / script), *arguments], check=False, cwd=HERE.parent)

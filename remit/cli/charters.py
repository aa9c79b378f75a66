"""x"""

import typer

app = typer.Typer()


@app.callback()
def g() -> None:
    "x"


def list_workers() -> None:
    "x"

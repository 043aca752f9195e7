"""Where the files come from that every record repository starts with: schema, site, settings."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def starter_root() -> Path:
    """Return the folder that holds schema/ and site/: packaged with the program, else its own checkout.

    An editable install has no packaged folder: its files are those of the checkout it runs from.
    """
    package = Path(str(resources.files("custodex")))
    packaged = package / "starter"
    return packaged if packaged.is_dir() else package.parents[1]

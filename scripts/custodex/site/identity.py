"""What a site is made from and by, as far as a later build has to know whether it still is so."""

from __future__ import annotations

import hashlib
from pathlib import Path

from custodex import __version__
from custodex.readers import Reader
from custodex.site.job import Job
from custodex.site.sources import HistorySource
from custodex.templating import digest_of


def identity(job: Job, reader: Reader, history: HistorySource) -> dict[str, str]:
    """Name everything a page depends on beside the records."""
    said = [
        reader.fingerprint, digest_of(job.folders), _program(), ",".join(job.languages), job.audience.id,
        job.prefix, ",".join(sorted(job.rules)), str(job.extras),
    ]  # fmt: skip
    fingerprint = hashlib.sha256("\0".join(said).encode()).hexdigest()
    return {
        "epoch": reader.epoch,
        "seq": str(reader.seq),
        "fingerprint": fingerprint,
        "head": history.head,
        "today": job.today,
    }


def _program() -> str:
    """Name the code that makes pages, so that an edited checkout does not keep pages of before."""
    folder = Path(__file__).parent
    digest = hashlib.sha256(__version__.encode())
    packages = (folder, folder.parent / "templating", folder.parent / "duplicates")
    alone = map(folder.parent.joinpath, ("locales.py", "deeds.py", "suggesting.py"))
    for path in sorted([*(path for package in packages for path in package.glob("*.py")), *alone]):
        digest.update(path.read_bytes())
    return digest.hexdigest()

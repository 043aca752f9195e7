"""Build the search index of a repository anew: `index_ours.py ROOT FOLDER`."""

import json
import shutil
import sys
from pathlib import Path

from custodex import search

from .sample_documents import reader_of, size_of

root, folder = Path(sys.argv[1]), Path(sys.argv[2])
shutil.rmtree(folder, ignore_errors=True)
result = search.sync(reader_of(root), folder)
sys.stdout.write(json.dumps({"documents": result.added, "bytes": size_of(folder)}))

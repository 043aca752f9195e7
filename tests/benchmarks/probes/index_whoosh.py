"""Build an index with Whoosh's own fields and formats: `index_whoosh.py ROOT FOLDER PROCESSES`."""

import json
import shutil
import sys
from pathlib import Path

from whoosh import fields, index

from .sample_documents import FIELDS, KEYWORDS, documents, size_of
from .whoosh_bigrams import analyzer

root, folder, processes = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
shutil.rmtree(folder, ignore_errors=True)
folder.mkdir(parents=True)
schema = fields.Schema(
    id=fields.ID(stored=True, unique=True, sortable=True),
    **{name: fields.TEXT(analyzer=analyzer(), stored=True) for name in FIELDS},
    **{name: fields.KEYWORD(stored=True, sortable=True) for name in KEYWORDS},
)
writer = index.create_in(folder, schema).writer(procs=processes, multisegment=True, limitmb=256)
count = 0
for document in documents(root):
    writer.add_document(**document)
    count += 1
writer.commit()
sys.stdout.write(json.dumps({"documents": count, "bytes": size_of(folder)}))

"""Build an FTS5 table of pre-tokenised text: `index_sqlite.py ROOT FILE`."""

import json
import sqlite3
import sys
from pathlib import Path

from .sample_documents import FIELDS, KEYWORDS, documents, tokens

root, file = Path(sys.argv[1]), Path(sys.argv[2])
file.unlink(missing_ok=True)
db = sqlite3.connect(file)
keywords = ", ".join(KEYWORDS)
db.execute(f"CREATE VIRTUAL TABLE docs USING fts5({', '.join(FIELDS)}, tokenize='unicode61', content='')")
db.execute(f"CREATE TABLE cards (number INTEGER PRIMARY KEY, id, name, {keywords})")
count = 0
for document in documents(root):
    count += 1
    texts = [" ".join(tokens(document[name])) for name in FIELDS]
    db.execute(f"INSERT INTO docs (rowid, {', '.join(FIELDS)}) VALUES (?, ?, ?, ?, ?)", (count, *texts))
    card = [count, document["id"], document["names"], *(document[name] for name in KEYWORDS)]
    db.execute(f"INSERT INTO cards VALUES ({', '.join('?' * len(card))})", card)
db.commit()
db.close()
sys.stdout.write(json.dumps({"documents": count, "bytes": file.stat().st_size}))

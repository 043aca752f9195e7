"""Take the history of the repository named on the command line into its ledger."""

import os
import sys
from pathlib import Path

from custodex.git import Git
from custodex.history.ledger import Ledger

root = Path(sys.argv[1])
ledger = Ledger(root, Git(root, os.environ))
sys.stdout.write(f"{ledger.sync()}\n")
ledger.close()

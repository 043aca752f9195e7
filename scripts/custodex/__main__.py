"""`python -m custodex` is `custodex`."""

import sys

from custodex.cli import main

sys.exit(main())

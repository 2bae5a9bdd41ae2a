"""`python -m depnorm`."""

import sys

from depnorm.cli import main

if __name__ == "__main__":
    sys.exit(main())

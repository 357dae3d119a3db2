"""`python -m shoplib.lessons` in a checkout: generate exercise cells and the answer key."""

import sys
from pathlib import Path

from shoplib.errors import LabError
from shoplib.lessons.generation import generate

if __name__ == "__main__":
    try:
        for path in generate(Path.cwd()):
            print(path)
    except LabError as error:
        sys.exit(str(error))

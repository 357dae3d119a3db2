"""`python -m shoplib.lessons` in a checkout: exercise cells and the answer key, from the lessons' sources."""

from pathlib import Path

from shoplib.lessons.generation import generate

if __name__ == "__main__":
    for path in generate(Path.cwd()):
        print(path)

"""The generated part of docs/teaching.md: each lesson with its minutes, what it needs, what it teaches and covers."""

from pathlib import Path

from shoplib.teaching import lesson_files
from shoplib.teaching.checklist import ROOT
from shoplib.teaching.lesson_files import Lesson

FILE = ROOT / "docs" / "teaching.md"
COMMAND = "make coverage-matrix"
BEGIN, END = "<!-- lessons: written by `make coverage-matrix` -->", "<!-- end of lessons -->"


def write(path: Path = FILE) -> Path:
    path.write_text(text(path.read_text(encoding="utf-8")), encoding="utf-8")
    return path


def text(page: str) -> str:
    """The page with its table of lessons anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def table() -> str:
    lessons = lesson_files.lessons()
    head = ["| lesson | minutes | you will learn | before | ids of the paper |", "|---|---|---|---|---|"]
    total = sum(lesson.minutes for lesson in lessons)
    last = f"\n{len(lessons)} lessons, {total // 60} hours {total % 60} minutes of reading and doing."
    return "\n".join([*head, *map(_row, lessons), last])


def _row(lesson: Lesson) -> str:
    link = f"[{lesson.title}](../notebooks/{lesson.name}.ipynb)"
    ids = ", ".join(lesson.places)
    cells = (link, str(lesson.minutes), "; ".join(lesson.learn), _needs(lesson.before), ids or "—")
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _needs(before: str) -> str:
    """What comes before, without what is the same in all lessons."""
    first = before.partition(". ")[0].rstrip(".")
    return "nothing" if not first or "minutes" in first or first == "Nothing" else first

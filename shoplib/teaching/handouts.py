"""One page for each pattern, to be printed: its picture, who does what, when it rings."""

from pathlib import Path
from typing import Any

from shoplib import architecture, costs, provision, whole_files
from shoplib.teaching import lesson_files, pages

FOLDER = Path("course") / "handouts"
ALARM = "AWS::CloudWatch::Alarm"
# Of a page with so many steps, how large its smaller texts are.
SIZES = ((24, 8.0), (34, 7.2), (48, 6.4))
SMALLEST = 5.6


def write(folder: Path = FOLDER) -> list[Path]:
    """The handouts of all patterns, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    return [whole_files.write(folder / f"{name}.html", page(name).encode()) for name in architecture.patterns()]


def page(pattern: str) -> str:
    """One pattern's handout."""
    picture = architecture.from_patterns(pattern)
    bill = costs.of_templates([pattern]).bill
    steps = _steps(picture)
    return pages.render(
        "handout.html.j2",
        title=picture.model.title,
        summary=picture.model.summary,
        svg=picture.svg(),
        steps=steps,
        small=_size(len(steps)),
        alarms=_alarms(pattern),
        monthly=costs.dollars(bill.monthly_usd),
        checked=bill.table.checked,
        lessons=_lessons(pattern),
        source=picture.model.source,
        hash=picture.model.hash,
    )


def _size(steps: int) -> float:
    return next((size for most, size in SIZES if steps <= most), SMALLEST)


def _steps(picture: architecture.Picture) -> list[dict[str, Any]]:
    rows = picture.edges.to_dict(orient="records")
    names = {"number": "step", "source": "source", "target": "target", "how": "verbs"}
    return [{name: row[column] for name, column in names.items()} for row in rows]


def _alarms(pattern: str) -> list[dict[str, str]]:
    resources = provision.load(provision.template_path(pattern)).resources
    alarms = {name: body["Properties"] for name, body in resources.items() if body["Type"] == ALARM}
    return [{"name": name, "text": each.get("AlarmDescription", "")} for name, each in alarms.items()]


def _lessons(pattern: str) -> str:
    """Those that deploy it."""
    names = [lesson.title for lesson in lesson_files.lessons() if f'deploy("{pattern}"' in lesson.code]
    return f"Lessons: {'; '.join(names)}. " if names else ""

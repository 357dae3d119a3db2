"""One page for each pattern, to be printed: its picture with its steps in words, when it rings, questions."""

from pathlib import Path

from shoplib import architecture, costs, provision, whole_files
from shoplib.teaching import lesson_files, pages

FOLDER = Path("course") / "handouts"
ALARM = "AWS::CloudWatch::Alarm"


def write(folder: Path = FOLDER) -> list[Path]:
    """The handouts of all patterns, by their names."""
    folder.mkdir(parents=True, exist_ok=True)
    return [whole_files.write(folder / f"{name}.html", page(name).encode()) for name in architecture.patterns()]


def page(pattern: str) -> str:
    """One pattern's handout."""
    picture = architecture.from_patterns(pattern)
    bill = costs.of_templates([pattern]).bill
    return pages.render(
        "handout.html.j2",
        title=picture.model.title,
        svg=picture.svg(),
        alarms=_alarms(pattern),
        monthly=costs.dollars(bill.monthly_usd),
        checked=bill.table.checked,
        lessons=_lessons(pattern),
        source=picture.model.source,
        hash=picture.model.hash,
    )


def _alarms(pattern: str) -> list[dict[str, str]]:
    resources = provision.load(provision.template_path(pattern)).resources
    alarms = {name: body["Properties"] for name, body in resources.items() if body["Type"] == ALARM}
    return [{"name": name, "text": each.get("AlarmDescription", "")} for name, each in alarms.items()]


def _lessons(pattern: str) -> str:
    """Those that deploy it."""
    names = [lesson.title for lesson in lesson_files.lessons() if f'deploy("{pattern}"' in lesson.code]
    return f"Lessons: {'; '.join(names)}. " if names else ""

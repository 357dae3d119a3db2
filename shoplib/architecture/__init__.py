"""Architecture pictures that are derived from the templates that deploy, and checked against them.

from shoplib import architecture
architecture.from_patterns("rest")            # draws itself in a notebook
architecture.from_template("template.yaml")   # anybody's SAM or CloudFormation template
architecture.write(["shop"], "diagrams")      # SVG, PNG, Mermaid, `diagrams` script and model
architecture.check(["shop"], "diagrams")      # {} when pictures and templates say the same
architecture.journey.follow(...)              # one order's way through a picture, call by call
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from shoplib.architecture import journey
from shoplib.architecture.comparison import differences
from shoplib.architecture.model import Badge, Edge, Group, Model, Node
from shoplib.architecture.picture import FORMATS, Picture
from shoplib.architecture.pictures import from_deployed, from_patterns, from_template, named, names, patterns
from shoplib.errors import LabError

__all__ = [
    "FORMATS", "Badge", "Edge", "Group", "Model", "Node", "Picture",
    "change", "check", "differences", "from_deployed", "from_patterns", "from_template", "journey", "named", "names",
    "patterns", "save", "write",
]  # fmt: skip


def write(names: Iterable[str | Path], out_dir: str | Path) -> list[Path]:
    """Draw pictures into `out_dir`, in all formats; the files, in order. A template's files carry its own name."""
    return save({_file_name(name): named(name) for name in names}, out_dir)


def save(pictures: Mapping[str, Picture], out_dir: str | Path) -> list[Path]:
    """Write pictures into `out_dir` under their names, in all formats; the files, in order."""
    try:
        return [
            picture.save(Path(out_dir) / f"{name}{ending}") for name, picture in pictures.items() for ending in FORMATS
        ]
    except OSError as error:
        raise LabError(f"cannot write into {out_dir}: {error}", "choose another folder with --out") from None


def change(before: Picture, after: Picture) -> Picture:
    """What is new in `after`, and what is gone, as one picture: of two templates, or of a template and an account."""
    from shoplib.architecture.changes import between

    return Picture(between(before.model, after.model))


def check(names: Iterable[str | Path], out_dir: str | Path) -> dict[str, list[str]]:
    """What differs between the files in `out_dir` and the templates, by picture; empty when nothing does."""
    from shoplib.architecture import comparison

    found = {_file_name(name): comparison.files(named(name).model, Path(out_dir), _file_name(name)) for name in names}
    return {name: lines for name, lines in found.items() if lines}


def _file_name(name: str | Path) -> str:
    path = Path(name)
    return path.resolve().parent.name if path.stem == "template" else path.stem

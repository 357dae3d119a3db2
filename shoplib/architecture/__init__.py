"""Architecture pictures, generated from the templates that are deployed, and checked against them.

from shoplib import architecture
architecture.from_patterns("rest")            # draws itself in a notebook
architecture.from_template("template.yaml")   # anybody's SAM or CloudFormation template
architecture.domain_map()                     # what a shop needs, what of it runs, which calls are synchronous or not
architecture.logical_view("cart")             # one service as its users know it
architecture.write(["shop"], "diagrams")      # SVG, PNG, Mermaid, draw.io, `diagrams` script and model
architecture.check(["shop"], "diagrams")      # {} when pictures and templates say the same
architecture.from_run(lab.target)             # the same after a run: who used what, how often, how fast
architecture.follow(lab.target, order_id)     # one order's way through the picture, call by call: a player
"""

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from shoplib.architecture.comparison import differences
from shoplib.architecture.journey import Journey
from shoplib.architecture.model import Badge, Edge, Group, Model, Node
from shoplib.architecture.picture import FORMATS, Picture
from shoplib.architecture.pictures import (
    domain_map,
    from_deployed,
    from_patterns,
    from_template,
    logical_view,
    names,
    patterns,
    picture_of,
)
from shoplib.architecture.runs.run import Live, follow, forget_calls, from_run, recent_requests
from shoplib.errors import LabError

__all__ = [
    "FORMATS", "Badge", "Edge", "Group", "Journey", "Live", "Model", "Node", "Picture",
    "change", "check", "differences", "domain_map", "file_name", "follow", "forget_calls", "from_deployed",
    "from_patterns", "from_run", "from_template", "logical_view", "names", "patterns", "picture_of",
    "recent_requests", "save", "write",
]  # fmt: skip


def write(names: Iterable[str | Path], out_dir: str | Path, endings: Collection[str] = tuple(FORMATS)) -> list[Path]:
    """Write pictures into `out_dir`, by default in all formats; return the files in order. A template's files carry its
    name."""
    return save({file_name(name): picture_of(name) for name in names}, out_dir, endings)


def save(pictures: Mapping[str, Picture], out_dir: str | Path, endings: Collection[str] = tuple(FORMATS)) -> list[Path]:
    """Write pictures into `out_dir` under their names, in the supported `endings`; return the files in order.

    LabError for a picture that has none of them: the text of a run would lack its figures."""
    for name, picture in pictures.items():
        if not set(endings) & set(picture.formats):
            formats = ", ".join(sorted(endings))
            raise LabError(f"{name} cannot be written as {formats}", f"use one of {', '.join(picture.formats)}")
    try:
        return [
            path
            for name, picture in pictures.items()
            for ending in picture.formats
            if ending in endings
            for path in picture.save_all(Path(out_dir), name, ending)
        ]
    except OSError as error:
        raise LabError(f"cannot write into {out_dir}: {error}", "choose another folder with --out") from None


def change(before: Picture, after: Picture) -> Picture:
    """Draw what `after` adds and removes as one picture, for two templates or a template and an account."""
    from shoplib.architecture.changes import between

    return Picture(between(before.model, after.model), {**before.places, **after.places})


def check(names: Iterable[str | Path], out_dir: str | Path) -> dict[str, list[str]]:
    """Return the differences between the files in `out_dir` and the templates, by picture; empty if none."""
    from shoplib.architecture import comparison

    lines_by_picture = {
        file_name(name): comparison.files(picture_of(name), Path(out_dir), file_name(name)) for name in names
    }
    return {name: lines for name, lines in lines_by_picture.items() if lines}


def file_name(name: str | Path) -> str:
    """Return the file name of a picture; template.yaml is named after its folder."""
    path = Path(name)
    return path.resolve().parent.name if path.stem == "template" else path.stem

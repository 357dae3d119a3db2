"""Icons of the installed `diagrams` package, reduced to what a picture needs."""

import importlib
from functools import lru_cache
from importlib import resources as package_files
from io import BytesIO
from typing import Any

from shoplib.architecture.resource_types import kind_of

PIXELS = 116  # sharp at twice its size in the picture
INSET = 0.08  # line art stands so far from the edge of its tile
OPAQUE, LINE_ART = 200, 0.6  # of 255; the share of a square's pixels that line art leaves free
SMALL, COLOURS = 96, 64


def of_type(resource_type: str) -> str:
    """The name of the icon that a resource type has."""
    return kind_of(resource_type).icon


@lru_cache(maxsize=64)
def image(icon: str) -> Any:
    """The icon as a Pillow image of PIXELS x PIXELS, RGBA."""
    from PIL import Image

    module, _, name = f"diagrams.{icon}".rpartition(".")
    icon_class = getattr(importlib.import_module(module), name)
    folder = icon_class._icon_dir.removeprefix("resources/")
    data = package_files.files("resources").joinpath(f"{folder}/{icon_class._icon}").read_bytes()
    with Image.open(BytesIO(data)) as picture:
        return picture.convert("RGBA").resize((PIXELS, PIXELS), Image.Resampling.LANCZOS)


@lru_cache(maxsize=64)
def png(icon: str) -> bytes:
    """The icon for a file that has it once: a picture of twenty types stays small enough for a page."""
    return _quantized(image(icon), 2 * COLOURS)


@lru_cache(maxsize=64)
def needs_tile(icon: str) -> bool:
    """Whether the icon is line art on nothing, which would vanish on a dark page."""
    opacity = image(icon).getchannel("A")
    opaque = sum(opacity.histogram()[OPAQUE:]) / PIXELS**2
    return bool(opacity.getpixel((PIXELS // 2, 3)) < OPAQUE or opaque < LINE_ART)


@lru_cache(maxsize=64)
def small_png(icon: str) -> bytes:
    """The icon for a file that has it once per node: fewer pixels and colours, a fifth of the bytes."""
    from PIL import Image

    return _quantized(image(icon).resize((SMALL, SMALL), Image.Resampling.LANCZOS), COLOURS)


def _quantized(picture: Any, colours: int) -> bytes:
    from PIL import Image

    out = BytesIO()
    few = picture.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    few.save(out, "PNG", optimize=True)
    return out.getvalue()

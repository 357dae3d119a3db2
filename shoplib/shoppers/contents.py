"""What the simulated shop says beside its products: banners, pages, guides and questions."""

import json
from typing import Any

from shoplib.lab import Lab
from shoplib.shoppers import seed


def entries() -> list[dict[str, Any]]:
    """All entries in all languages: kind, slug, language, title, blocks, and what else a kind has."""
    files = sorted((seed.data() / "content").glob("*.json"))
    return [entry for file in files for entry in json.loads(file.read_text(encoding="utf-8"))]


def load(lab: Lab) -> dict[str, Any]:
    """Publish the entries; the same again changes nothing.

    Answers {"imported": n, "unchanged": n, "rejected": [...]}.
    """
    answer: dict[str, Any] = lab.invoke("content", "ImportContentFunction", {"entries": entries()})
    return answer

"""JSON as Step Functions writes it: without blanks, letters as they are."""

import json
from typing import Any


def compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)

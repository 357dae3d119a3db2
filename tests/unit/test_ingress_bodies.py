"""What is checked of a body: checksums by the published values, and the depth of JSON."""

import json

import pytest

from shoplib.documents import is_too_deep
from shoplib.localaws.checksums import ALGORITHMS

DIGITS = b"123456789"

# Published check values of the five algorithms for the nine digits.
KNOWN = {
    "CRC32": "cbf43926",
    "CRC32C": "e3069283",
    "CRC64NVME": "ae8b14860a799888",
    "SHA1": "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
    "SHA256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
}


@pytest.mark.parametrize("algorithm", sorted(KNOWN))
def test_checksums_are_those_of_the_standards(algorithm: str) -> None:
    assert ALGORITHMS[algorithm][1](DIGITS).hex() == KNOWN[algorithm]


def test_depth_counts_no_brackets_within_texts() -> None:
    assert not is_too_deep(json.dumps({"a": "[" * 1000, "b": ["{" * 1000 + '\\"'], 'c"\\': '\\"[' * 500}).encode())
    assert not is_too_deep(json.dumps([{"a": [number]} for number in range(1000)]).encode())
    assert is_too_deep(b'{"a\\\\":' * 201)

"""The SDK's files are read once for the whole process, and still each session sees the folders that it was given."""

import json
from pathlib import Path

from botocore.loaders import Loader

from shoplib.localaws import startup

startup.read_once()


def test_a_model_of_ones_own_is_not_answered_with_another_sessions(tmp_path: Path) -> None:
    place = tmp_path / "sqs" / "2012-11-05"
    place.mkdir(parents=True)
    (place / "service-2.json").write_text(json.dumps({"metadata": {"protocol": "mine"}}), encoding="utf-8")
    assert _protocol(Loader()) == "json"
    assert _protocol(Loader(extra_search_paths=[str(tmp_path)])) == "mine"
    assert _protocol(Loader()) == "json"


def test_two_sessions_share_what_was_read() -> None:
    assert Loader().load_data("endpoints") is Loader().load_data("endpoints")


def _protocol(loader: Loader) -> str:
    return str(loader.load_service_model("sqs", "service-2")["metadata"]["protocol"])

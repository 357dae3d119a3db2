"""A client of SQS that speaks its older protocol: botocore's model, turned back into what it was before 2023."""

import json
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import Loader
from botocore.session import Session
from moto.core.utils import get_service_model

from shoplib import localaws

NAME = "locationNameForQueryCompatibility"


def query_client(engine: localaws.Engine, folder: Path) -> Any:
    place = folder / "sqs" / "2012-11-05"
    place.mkdir(parents=True)
    (place / "service-2.json").write_text(json.dumps(_description()), encoding="utf-8")
    session = Session()
    session.register_component("data_loader", Loader(extra_search_paths=[str(folder)]))
    keys = {"aws_access_key_id": engine.key_id, "aws_secret_access_key": engine.secret}
    return boto3.Session(botocore_session=session, region_name=engine.region, **keys).client(
        "sqs", endpoint_url=engine.url
    )


def _description() -> dict[str, Any]:
    """moto has merged the older protocol's names into the model."""
    merged = json.loads(json.dumps(get_service_model("sqs")._service_description))
    metadata = {name: value for name, value in merged["metadata"].items() if name not in ("jsonVersion", "protocols")}
    metadata.pop("awsQueryCompatible")
    shapes = {name: _older(shape) for name, shape in merged["shapes"].items()}
    return {**merged, "metadata": {**metadata, "protocol": "query"}, "shapes": shapes}


def _older(shape: dict[str, Any]) -> dict[str, Any]:
    parts = [
        shape,
        *shape.get("members", {}).values(),
        *(shape[key] for key in ("member", "key", "value") if key in shape),
    ]
    for part in parts:
        if NAME in part:
            part["locationName"] = part.pop(NAME)
    if shape["type"] in ("list", "map"):
        shape["flattened"] = True
    return shape

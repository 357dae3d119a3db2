"""The shop's page on a lab: deployed with all that it offers, with things on the shelves."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from shoplib import provision
from shoplib.lab import Lab
from shoplib.shoppers import contents, seed

PATTERN, ADDRESS = "storefront", "StorefrontUrl"
Stage = Callable[[str], AbstractContextManager[Any]]


def open_shop(lab: Lab, stage: Stage) -> str:
    """The page's address. What is not there yet is deployed, empty shelves are filled; what is there stays as it is."""
    names = provision.pattern_names()
    if not all(provision.exists(name, lab.target) for name in names):
        with stage(f"deploying {len(names)} patterns") as show:
            provision.deploy_patterns(names, lab.target, show)
    if _sells_nothing(lab):
        with stage("filling the shelves"):
            seed.fill_the_shelves(lab)
            contents.load(lab)
    return address(lab)


def _sells_nothing(lab: Lab) -> bool:
    """As after `shoplib deploy`, which makes a shop and puts nothing into it."""
    catalog = lab.outputs("rest")["CatalogTableName"]
    return not lab.client("dynamodb").scan(TableName=catalog, Limit=1)["Items"]


def address(lab: Lab) -> str:
    """Where the page of a deployed shop is, as a browser of this machine finds it."""
    return lab.outputs(PATTERN)[ADDRESS]

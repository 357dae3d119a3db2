"""Each function of the shop does what its role allows, and nothing to anything of somebody else's."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shoplib import localaws, provision
from shoplib.provision.permissions import permissions_of
from tests.cloud.shop.conftest import Shop
from tests.cloud.tables import table

Client = Callable[[str], Any]


def functions(shop: Shop) -> list[provision.Function]:
    stacks = [provision.default_stack_name(pattern) for pattern in provision.pattern_names()]
    return [each for stack in stacks for each in provision.functions_of(stack, shop.lab.target)]


@contextmanager
def as_the_role_of(function: str, shop: Shop, engine: localaws.Engine) -> Iterator[Client]:
    """Clients with the role's permissions; for as long, the account may assume it."""
    iam = shop.lab.client("iam")
    arn = shop.lab.client("lambda").get_function_configuration(FunctionName=function)["Role"]
    name = arn.rpartition("/")[2]
    trust = iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]
    account = {"AWS": f"arn:aws:iam::{engine.account_id}:root"}
    opened = {"Effect": "Allow", "Principal": account, "Action": "sts:AssumeRole"}
    both = {**trust, "Statement": [*trust["Statement"], opened]}
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(both))
    keys = shop.lab.client("sts").assume_role(RoleArn=arn, RoleSessionName="tests")["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region_name=engine.region
    )
    yield lambda service: session.client(service, endpoint_url=engine.url)
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(trust))


def test_every_function_is_denied_what_is_not_its_own(shop: Shop, engine: localaws.Engine) -> None:
    everybody = functions(shop)
    assert len(everybody) > 15
    payments = shop.lab.stack("payments")
    own = {"PaymentsFunction", "ReconcilePaymentsFunction", "LapseHoldsFunction", "ProviderFunction"}
    with table(shop.lab.client("dynamodb"), "somebody-elses"):
        for function in everybody:
            with as_the_role_of(function.name, shop, engine) as client:
                with pytest.raises(ClientError) as refused:
                    client("dynamodb").get_item(TableName="somebody-elses", Key={"id": {"S": "1"}})
                if function.logical_id not in own:
                    with pytest.raises(ClientError, match="no identity-based policy allows the secretsmanager"):
                        client("secretsmanager").get_secret_value(SecretId=payments.physical_id("ProviderKey"))
            error = refused.value.response["Error"]
            assert error["Code"] == "AccessDeniedException", function
            assert error["Message"].endswith("because no identity-based policy allows the dynamodb:GetItem action")


def test_the_shops_own_work_lacks_nothing_and_is_allowed_nothing_superfluous(shop: Shop) -> None:
    shop.buy(shop.cart_with(shop.sell()))
    shop.drain()
    for each in permissions_of("shop-payments", shop.lab.target):
        assert not each.comparison.add and not (each.was_called and each.comparison.take_away), each.function
    rows = {each.function.logical_id: each for each in permissions_of("shop-fulfilment", shop.lab.target)}
    assert not [each.comparison.add for each in rows.values() if each.comparison.add]
    set_stock = rows["SetStockFunction"]
    assert set_stock.was_called and not set_stock.comparison.take_away
    (statement,) = set_stock.comparison.policy["Statement"]
    assert statement["Action"] == ["dynamodb:UpdateItem"] and ":table/" in statement["Resource"]

"""Whose an access key is."""

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends


def account_of(access_key: str) -> str:
    """The account that gave the key out; the default one for a key that nobody gave out.

    moto's own asks all of an account's partitions, and makes those that it does not have, each with a thousand managed
    policies; a partition that is not there has given out no key.
    """
    for account_id, partitions in list(iam_backends.items()):
        if any(access_key in partition.access_keys for partition in list(partitions.values())):
            return account_id
    return DEFAULT_ACCOUNT_ID

"""Looking for the account of an access key makes an IAM of each partition, with a thousand managed policies in each.

Upstream, the first call of any service takes 0.3 s longer for it, and a saved state is larger.
"""

import moto.iam.models as iam

from shoplib.localaws.accounts import account_of
from shoplib.localaws.moto_patches import replace


def install() -> None:
    replace(iam, "get_account_id_from", account_of)

"""What a request needs: IAM's actions, each on a resource. See README.md."""

from shoplib.localaws.permissions.requests.accesses import Access
from shoplib.localaws.permissions.requests.encryption import with_keys
from shoplib.localaws.permissions.requests.reading import accesses_of, service_of

__all__ = ["Access", "accesses_of", "service_of", "with_keys"]

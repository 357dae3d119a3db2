"""Lambda functions of the local AWS, executed for real: see README.md."""

from shoplib.localaws.functions.absent_api import AbsentApi
from shoplib.localaws.functions.code_downloads import CodeDownloads
from shoplib.localaws.functions.invoke_endpoint import InvokeEndpoint
from shoplib.localaws.functions.observation import Observed
from shoplib.localaws.functions.service import Invocation, LambdaService

__all__ = ["AbsentApi", "CodeDownloads", "Invocation", "InvokeEndpoint", "LambdaService", "Observed"]

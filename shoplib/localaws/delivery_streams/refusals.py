"""Refuses by name what is not supported, before anything is created, and validates as Firehose does."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from shoplib.localaws.delivery_streams import http_endpoint
from shoplib.localaws.delivery_streams.object_names import FROM_LAMBDA, InvalidPrefix, check_prefix
from shoplib.localaws.delivery_streams.processing import DELIMITER, LAMBDA
from shoplib.localaws.ingress.refusals import Refusal

Configuration = Mapping[str, Any]
S3_KINDS = ("ExtendedS3Destination", "S3Destination")
ABSENT = (
    *("Redshift", "Elasticsearch", "Splunk", "Snowflake", "Iceberg", "Amazonopensearchservice"),
    "AmazonOpenSearchServerless",
)
ABSENT_SOURCES = ("MSKSourceConfiguration", "DatabaseSourceConfiguration")
COMPRESSIONS = {"UNCOMPRESSED", "GZIP", "ZIP"}
OF_DATA = frozenset({"timestamp", "firehose:random-string", "partitionKeyFromLambda"})
OF_ERRORS = frozenset({"timestamp", "firehose:random-string", "firehose:error-output-type"})


def check(parameter: Callable[[str], Any], kind: str) -> None:
    """Checks CreateDeliveryStream (`kind` is Configuration) or UpdateDestination (Update). Raises Refusal."""
    absent = [name for name in (f"{each}Destination{kind}" for each in ABSENT) if parameter(name)]
    absent += [name for name in ABSENT_SOURCES if parameter(name)]
    if absent:
        raise _absent(absent[0])
    for name in S3_KINDS:
        if configuration := parameter(f"{name}{kind}"):
            _check_s3(configuration)
    if endpoint := parameter(f"HttpEndpointDestination{kind}"):
        _check_endpoint(endpoint)


def _check_s3(configuration: Configuration) -> None:
    for part in _absent_parts(configuration):
        raise _absent(part)
    partitioned = _is_on(configuration.get("DynamicPartitioningConfiguration"))
    prefix, errors = configuration.get("Prefix") or "", configuration.get("ErrorOutputPrefix") or ""
    try:
        check_prefix(prefix, OF_DATA)
        check_prefix(errors, OF_ERRORS)
    except InvalidPrefix as error:
        raise _invalid(str(error)) from None
    if "!{" in prefix and not errors:
        raise _invalid("ErrorOutputPrefix cannot be null or empty when Prefix contains expressions")
    if bool(FROM_LAMBDA.search(prefix)) != partitioned:
        raise _invalid("Partition key expressions in Prefix require dynamic partitioning, and vice versa")


def _absent_parts(configuration: Configuration) -> Iterator[str]:
    if _is_on(configuration.get("DataFormatConversionConfiguration"), default=True):
        yield "DataFormatConversionConfiguration"
    if (compression := configuration.get("CompressionFormat") or "UNCOMPRESSED") not in COMPRESSIONS:
        yield f"CompressionFormat {compression}"
    for processor in (configuration.get("ProcessingConfiguration") or {}).get("Processors", []):
        if processor["Type"] not in (LAMBDA, DELIMITER):
            yield f"the processor {processor['Type']}"


def _check_endpoint(configuration: Configuration) -> None:
    if configuration.get("SecretsManagerConfiguration"):
        raise _absent("SecretsManagerConfiguration")
    for part in _absent_parts(configuration):
        raise _absent(part)
    if "EndpointConfiguration" in configuration and not http_endpoint.is_local(configuration):
        url = configuration["EndpointConfiguration"]["Url"]
        raise Refusal("NotImplemented", f"{url} is not on this machine; the local Firehose sends nothing out.", 501)
    if nested := configuration.get("S3Configuration") or configuration.get("S3Update"):
        _check_s3(nested)


def _is_on(configuration: Configuration | None, default: bool = False) -> bool:
    return bool(configuration) and str((configuration or {}).get("Enabled", default)).lower() == "true"


def _absent(what: str) -> Refusal:
    return Refusal("NotImplemented", f"The local Firehose does not implement {what}.", 501)


def _invalid(text: str) -> Refusal:
    return Refusal("InvalidArgumentException", text)

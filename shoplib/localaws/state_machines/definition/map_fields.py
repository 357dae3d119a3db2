"""What is wrong with the fields that a Map has in mode DISTRIBUTED alone."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shoplib.localaws.state_machines.definition.faults import Fault, of_integer, only_one, required, schema, unsupported
from shoplib.localaws.state_machines.definition.map_modes import DISTRIBUTED, INLINE, is_distributed, processor
from shoplib.localaws.state_machines.definition.names import NOT_IN_NAMES
from shoplib.localaws.state_machines.definition.values import expressions, templates
from shoplib.localaws.state_machines.language.jsonata_expressions import is_expression

OF_MAP_RUN = {"ItemReader", "ItemBatcher", "ResultWriter", "Label"}
CONFIG = ("Mode", "ExecutionType")
KINDS = ("EXPRESS", "STANDARD")
LONGEST_LABEL, MOST_ITEMS = 40, 100_000_000
NOT_IN_LABELS = re.compile(f"[{NOT_IN_NAMES}]")
S3 = r"arn:aws[a-z-]*:states:[a-z0-9-]*:\d*:s3:"
READS, WRITES = re.compile(S3 + "(getObject|listObjectsV2)"), re.compile(S3 + "putObject")
BATCHES = {
    *("MaxItemsPerBatch", "MaxItemsPerBatchPath", "MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath", "BatchInput"),
}
READER = {
    *("InputType", "CSVHeaderLocation", "CSVHeaders", "CSVDelimiter", "MaxItems", "MaxItemsPath"),
    *("ItemsPointer", "ManifestType", "Transformation"),
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "InputType": ("CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"),
    "CSVHeaderLocation": ("FIRST_ROW", "GIVEN"),
    "CSVDelimiter": ("COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"),
    "ManifestType": ("ATHENA_DATA", "S3_INVENTORY"),
    "Transformation": ("NONE", "LOAD_AND_FLATTEN"),
}
WRITER: Mapping[str, tuple[str, ...]] = {
    "OutputType": ("JSON", "JSONL"),
    "Transformation": ("NONE", "COMPACT", "FLATTEN"),
}
Fields = Mapping[str, Any]


def is_of_map(resource: str) -> bool:
    """Whether an ItemReader or a ResultWriter has it, and no task."""
    return bool(READS.fullmatch(resource) or WRITES.fullmatch(resource))


def of_state(state: Fields, language: str, at: str, is_express: bool) -> Iterator[Fault]:
    yield from _of_mode(state, at)
    if not is_distributed(state):
        return
    if is_express:
        yield schema("Express state machine does not support Map states in DISTRIBUTED mode", at)
    yield from _of_label(state.get("Label", "label"), f"{at}/Label")
    parts = (("ItemReader", _of_reader), ("ItemBatcher", _of_batcher), ("ResultWriter", _of_writer))
    for name, check in parts:
        if name in state and not isinstance(state[name], dict):
            yield schema("Expected value of type Object", f"{at}/{name}")
        elif name in state:
            yield from check(state[name], language, f"{at}/{name}")


def _of_mode(state: Fields, at: str) -> Iterator[Fault]:
    machine = processor(state)
    config = machine.get("ProcessorConfig")
    entries = config if isinstance(config, dict) else {}
    mode, place = entries.get("Mode", INLINE), f"{at}/ItemProcessor/ProcessorConfig"
    if config is not None and not isinstance(config, dict):
        yield schema("Expected value of type Object", place)
    for name in (each for each in entries if each not in CONFIG):
        yield unsupported(name, place)
    yield from _of_values(entries, {"Mode": (DISTRIBUTED, INLINE), "ExecutionType": KINDS}, place)
    for name in (each for each in state if each in OF_MAP_RUN and mode == INLINE):
        yield schema(f"Field '{name}' is only supported for Map states in DISTRIBUTED mode", at)


def _of_label(label: Any, at: str) -> Iterator[Fault]:
    if not isinstance(label, str) or not label:
        yield schema("Label cannot be empty" if label == "" else "Expected value of type String", at)
    elif len(label) > LONGEST_LABEL:
        yield schema(f"Label cannot exceed {LONGEST_LABEL} characters", at)
    elif NOT_IN_LABELS.search(label):
        yield schema("Label cannot contain invalid characters", at)


def _of_reader(reader: Fields, language: str, at: str) -> Iterator[Fault]:
    yield from _of_call(reader, READS, {"ReaderConfig"}, language, at)
    config, place = reader.get("ReaderConfig") or {}, f"{at}/ReaderConfig"
    if not isinstance(config, dict):
        yield schema("Expected value of type Object", place)
        return
    yield from (unsupported(name, place) for name in config if name not in READER)
    yield from _of_values(config, VALUES, place)
    yield from _of_numbers(config, ("MaxItems",), place)
    is_listing = str(reader.get("Resource", "")).endswith(":listObjectsV2")
    loads = not is_listing or config.get("Transformation") == "LOAD_AND_FLATTEN"
    if loads and "InputType" not in config:
        yield required(["InputType"], place)
    if config.get("InputType") == "CSV" and "CSVHeaderLocation" not in config:
        yield required(["CSVHeaderLocation"], place)
    if config.get("CSVHeaderLocation") == "GIVEN" and not _is_header(config.get("CSVHeaders")):
        yield required(["CSVHeaders"], place)


def _is_header(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _of_batcher(batcher: Fields, language: str, at: str) -> Iterator[Fault]:
    yield from (unsupported(name, at) for name in batcher if name not in BATCHES)
    names = ("MaxItemsPerBatch", "MaxInputBytesPerBatch")
    if not any(name in batcher or f"{name}Path" in batcher for name in names):
        yield schema(f"At least one of the following fields is required: [{', '.join(names)}]", at)
    yield from _of_numbers(batcher, names, at)
    if "BatchInput" in batcher:
        yield from _of_payload(batcher["BatchInput"], language, f"{at}/BatchInput")


def _of_writer(writer: Fields, language: str, at: str) -> Iterator[Fault]:
    config = writer.get("WriterConfig")
    if writer.keys() - {"WriterConfig"}:
        yield from _of_call(writer, WRITES, {"WriterConfig"}, language, at)
    if config is not None and not isinstance(config, dict):
        yield schema("Expected value of type Object", f"{at}/WriterConfig")
    elif config is not None:
        yield from (unsupported(name, f"{at}/WriterConfig") for name in config if name not in WRITER)
        yield from _of_values(config, WRITER, f"{at}/WriterConfig")


def _of_call(call: Fields, resource: re.Pattern[str], more: set[str], language: str, at: str) -> Iterator[Fault]:
    arguments = "Arguments" if language == "JSONata" else "Parameters"
    yield from (unsupported(name, at) for name in call if name not in {"Resource", arguments, *more})
    lacking = [name for name in ("Resource", arguments) if name not in call]
    if lacking:
        yield required(lacking, at)
        return
    if not isinstance(call["Resource"], str) or not resource.fullmatch(call["Resource"]):
        yield schema("Value is not a valid resource ARN", f"{at}/Resource")
    yield from _of_payload(call[arguments], language, f"{at}/{arguments}")


def _of_payload(value: Any, language: str, at: str) -> Iterator[Fault]:
    if language == "JSONata":
        yield from expressions(value, at)
    elif not isinstance(value, dict):
        yield schema("Expected value of type Object", at)
    else:
        yield from templates(value, at)


def _of_values(fields: Fields, known: Mapping[str, tuple[str, ...]], at: str) -> Iterator[Fault]:
    for name, values in known.items():
        if name in fields and (not isinstance(fields[name], str) or fields[name] not in values):
            message = f"The field '{name}' should have one of these values: [{', '.join(values)}]"
            yield schema(message, f"{at}/{name}")


def _of_numbers(fields: Fields, names: tuple[str, ...], at: str) -> Iterator[Fault]:
    for name in names:
        value = fields.get(name, 1)
        if name in fields and f"{name}Path" in fields:
            yield only_one([name, f"{name}Path"], at)
        if not is_expression(value):
            yield from of_integer(value, 0, MOST_ITEMS, f"{at}/{name}")

"""ROW FORMAT and STORED AS: how files of a table are written, as Glue describes it."""

from typing import Any

from sqlglot import exp

from shoplib.localaws.athena.errors import QueryFailed

HIVE, MAPRED = "org.apache.hadoop.hive", "org.apache.hadoop.mapred"
TEXT_FILES = (f"{MAPRED}.TextInputFormat", f"{HIVE}.ql.io.HiveIgnoreKeyTextOutputFormat")
PARQUET_FILES = (f"{HIVE}.ql.io.parquet.MapredParquetInputFormat", f"{HIVE}.ql.io.parquet.MapredParquetOutputFormat")
ORC_FILES = (f"{HIVE}.ql.io.orc.OrcInputFormat", f"{HIVE}.ql.io.orc.OrcOutputFormat")
DELIMITED = f"{HIVE}.serde2.lazy.LazySimpleSerDe"
PARQUET = f"{HIVE}.ql.io.parquet.serde.ParquetHiveSerDe"
ORC = f"{HIVE}.ql.io.orc.OrcSerde"
JSON = "org.openx.data.jsonserde.JsonSerDe"
FORMATS = {"PARQUET": (PARQUET_FILES, PARQUET), "ORC": (ORC_FILES, ORC), "TEXTFILE": (TEXT_FILES, DELIMITED)}
# What ROW FORMAT DELIMITED says, as the SerDe calls it.
DELIMITERS = {
    "fields": "field.delim", "escaped": "escape.delim", "collection_items": "collection.delim",
    "map_keys": "mapkey.delim", "lines": "line.delim", "null": "serialization.null.format",
}  # fmt: skip


def serde_of(properties: exp.Properties) -> dict[str, Any]:
    """InputFormat, OutputFormat and SerdeInfo."""
    format = properties.find(exp.FileFormatProperty)
    files, library = _files(format)
    row = properties.find(exp.RowFormatSerdeProperty)
    delimited = properties.find(exp.RowFormatDelimitedProperty)
    parameters = {"serialization.format": "1"}
    if row is not None:
        library = row.this.name
        parameters |= _pairs(row.args.get("serde_properties"))
    for each in properties.find_all(exp.SerdeProperties):
        parameters |= _pairs(each)
    if delimited is not None:
        of_row = {key: delimited.args.get(name) for name, key in DELIMITERS.items()}
        parameters |= {key: _text(value) for key, value in of_row.items() if value is not None}
        parameters["serialization.format"] = parameters.get("field.delim", "1")
    return described(files, library, parameters)


def described(files: tuple[str, str], library: str, parameters: dict[str, str]) -> dict[str, Any]:
    serde = {"SerializationLibrary": library, "Parameters": parameters}
    return {"InputFormat": files[0], "OutputFormat": files[1], "SerdeInfo": serde}


def _files(format: exp.FileFormatProperty | None) -> tuple[tuple[str, str], str]:
    if format is None:
        return FORMATS["TEXTFILE"]
    if isinstance(format.this, exp.InputOutputFormat):
        files = format.this.args["input_format"].name, format.this.args["output_format"].name
        return files, PARQUET if files == PARQUET_FILES else ORC if files == ORC_FILES else DELIMITED
    name = format.this.name.upper()
    if name == "JSON":
        return TEXT_FILES, JSON
    if name not in FORMATS:
        raise QueryFailed(f"NOT_SUPPORTED: STORED AS {name}: the local AWS knows {', '.join([*FORMATS, 'JSON'])}")
    return FORMATS[name]


def _pairs(properties: exp.SerdeProperties | None) -> dict[str, str]:
    return {each.this.name: _text(each.args["value"]) for each in properties.expressions} if properties else {}


def _text(value: exp.Expr) -> str:
    """Escapes of Hive's that its grammar leaves as they are."""
    return value.name.replace("\\t", "\t").replace("\\001", "\x01").replace("\\u0001", "\x01")

"""Kinds of statements, by how they begin."""

import re
from dataclasses import dataclass

from shoplib.localaws.athena.errors import InvalidRequest, QueryFailed

NAME = r'(?:[`"]?(?P<database>\w+)[`"]?\.)?[`"]?(?P<name>[\w$]+)[`"]?'
QUOTED = r"'(?P<{}>(?:[^']|'')*)'"
PLAIN = r"[`\"]?(?P<{}>\w+)[`\"]?"
LIKE = QUOTED.format("like")
IN_DATABASE = r"(?: (?:IN|FROM) " + PLAIN.format("database") + ")?"
COMMENTS = re.compile(r"\A(?:\s+|--[^\n]*(?:\n|\Z)|/\*.*?\*/)*", re.DOTALL)
DDL, DML, UTILITY = "DDL", "DML", "UTILITY"


@dataclass(frozen=True, slots=True)
class Kind:
    """`type` and `name` are StatementType and SubstatementType of Athena's."""

    type: str
    name: str
    pattern: "re.Pattern[str]"


def _kind(type: str, name: str, pattern: str) -> Kind:
    return Kind(type, name, re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE | re.DOTALL))


KINDS = (
    _kind(DML, "SELECT", r"(?=SELECT\b|WITH\b|VALUES\b|\(|TABLE )"),
    _kind(DML, "INSERT", r"INSERT INTO "),
    _kind(DML, "UNLOAD", r"UNLOAD\s*\((?P<query>.*)\)\s*TO\s*" + QUOTED.format("location")
          + r"(?:\s*WITH\s*\((?P<options>.*)\))?"),
    _kind(DDL, "CREATE_TABLE", r"CREATE EXTERNAL TABLE "),
    _kind(DDL, "CREATE_TABLE_AS_SELECT", r"CREATE TABLE "),
    _kind(DDL, "CREATE_VIEW", r"CREATE(?P<replace> OR REPLACE)? VIEW " + NAME + r" AS (?P<query>.*)"),
    _kind(DDL, "CREATE_DATABASE", r"CREATE (?:DATABASE|SCHEMA)(?P<exists> IF NOT EXISTS)? " + PLAIN.format("name")
          + r"(?: COMMENT " + QUOTED.format("comment") + r")?(?: LOCATION " + QUOTED.format("location") + r")?"
          r"(?: WITH DBPROPERTIES\s*\((?P<properties>.*)\))?"),
    _kind(DDL, "DROP_DATABASE", r"DROP (?:DATABASE|SCHEMA)(?P<exists> IF EXISTS)? " + PLAIN.format("name")
          + r"(?P<cascade> CASCADE)?(?: RESTRICT)?"),
    _kind(DDL, "DROP_TABLE", r"DROP TABLE(?P<exists> IF EXISTS)? " + NAME),
    _kind(DDL, "DROP_VIEW", r"DROP VIEW(?P<exists> IF EXISTS)? " + NAME),
    _kind(DDL, "ALTER_TABLE_ADD_PARTITION",
          r"ALTER TABLE " + NAME + r" ADD(?P<exists> IF NOT EXISTS)? (?P<partitions>PARTITION\b.*)"),
    _kind(DDL, "ALTER_TABLE_DROP_PARTITION",
          r"ALTER TABLE " + NAME + r" DROP(?P<exists> IF EXISTS)? (?P<partitions>PARTITION\b.*)"),
    _kind(DDL, "ALTER_TABLE_ADD_COLUMNS", r"ALTER TABLE " + NAME + r" ADD COLUMNS\s*\((?P<columns>.*)\)"),
    _kind(DDL, "ALTER_TABLE_SET_LOCATION", r"ALTER TABLE " + NAME + r" SET LOCATION " + QUOTED.format("location")),
    _kind(DDL, "ALTER_TABLE_SET_PROPERTIES", r"ALTER TABLE " + NAME + r" SET TBLPROPERTIES\s*\((?P<properties>.*)\)"),
    _kind(DDL, "MSCK_REPAIR_TABLE", r"MSCK REPAIR TABLE " + NAME),
    _kind(UTILITY, "SHOW_DATABASES", r"SHOW (?:DATABASES|SCHEMAS)(?: LIKE " + LIKE + ")?"),
    _kind(UTILITY, "SHOW_TABLES", r"SHOW TABLES" + IN_DATABASE + "(?:(?: LIKE)? " + LIKE + ")?"),
    _kind(UTILITY, "SHOW_VIEWS", r"SHOW VIEWS" + IN_DATABASE + "(?:(?: LIKE)? " + LIKE + ")?"),
    _kind(UTILITY, "SHOW_PARTITIONS", r"SHOW PARTITIONS " + NAME),
    _kind(UTILITY, "SHOW_COLUMNS", r"SHOW COLUMNS (?:IN|FROM) " + NAME),
    _kind(UTILITY, "SHOW_TBLPROPERTIES",
          r"SHOW TBLPROPERTIES " + NAME + r"(?:\s*\(" + QUOTED.format("property") + r"\))?"),
    _kind(UTILITY, "SHOW_CREATE_TABLE", r"SHOW CREATE TABLE " + NAME),
    _kind(UTILITY, "SHOW_CREATE_VIEW", r"SHOW CREATE VIEW " + NAME),
    _kind(UTILITY, "DESCRIBE", r"(?:DESCRIBE|DESC)(?: (?P<extended>EXTENDED|FORMATTED))? " + NAME),
    _kind(UTILITY, "PREPARE", r"PREPARE (?P<name>\w+) FROM (?P<query>.*)"),
    _kind(UTILITY, "DEALLOCATE", r"DEALLOCATE PREPARE (?P<name>\w+)"),
)  # fmt: skip
WHOLE = frozenset({"SELECT", "INSERT", "CREATE_TABLE", "CREATE_TABLE_AS_SELECT"})  # read by a grammar of their own
PAIR = re.compile(r"""\s*(?:'((?:[^']|'')*)'|(\w+))\s*=\s*(?:'((?:[^']|'')*)'|"([^"]*)"|([^,'"\s]+))\s*(?:,|\Z)""")


def bare(text: str) -> str:
    """Without comments before it and semicolons after it."""
    return COMMENTS.sub("", text).rstrip().rstrip(";").rstrip()


def classify(text: str) -> tuple[Kind, "re.Match[str]"]:
    """InvalidRequest for what Athena, or this one, does not run."""
    statement = bare(text)
    for kind in KINDS:
        match = kind.pattern.match(statement) if kind.name in WHOLE else kind.pattern.fullmatch(statement)
        if match:
            return kind, match
    if not statement:
        raise InvalidRequest("line 1:1: mismatched input '<EOF>'. Expecting: <query>", "MALFORMED_QUERY")
    words = " ".join(statement.split()[:3])
    known = ", ".join(kind.name.replace("_", " ") for kind in KINDS)
    raise InvalidRequest(f"line 1:1: mismatched input '{words}'. Expecting one of: {known}", "MALFORMED_QUERY")


def pairs(text: str | None) -> dict[str, str]:
    """`'a' = 'b', c = 1` of properties and of values of partitions."""
    values: dict[str, str] = {}
    place = 0
    while text and place < len(text.rstrip()):
        match = PAIR.match(text, place)
        if match is None:
            raise QueryFailed(
                f"FAILED: ParseException line 1:{place} cannot recognize input near '{text[place:][:20]}'"
            )
        name = match[1] if match[1] is not None else match[2]
        value = next(each for each in match.groups()[2:] if each is not None)
        values[name.replace("''", "'")] = value.replace("''", "'")
        place = match.end()
    return values

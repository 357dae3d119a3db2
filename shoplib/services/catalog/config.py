from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    catalog_table_name: str
    event_stream_name: str

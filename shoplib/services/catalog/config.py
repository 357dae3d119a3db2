from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    catalog_table_name: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str

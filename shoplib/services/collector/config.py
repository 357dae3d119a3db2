from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    event_stream_name: str

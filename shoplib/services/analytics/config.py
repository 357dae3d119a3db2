from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    lake_bucket_name: str

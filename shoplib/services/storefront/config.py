from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    site_bucket_name: str

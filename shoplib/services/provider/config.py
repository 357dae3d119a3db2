from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    provider_table_name: str


@dataclass(frozen=True)
class KeyConfig:
    provider_key_arn: str

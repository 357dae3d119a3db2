from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    codes_table_name: str
    client_id: str


@dataclass(frozen=True)
class KeyConfig:
    signing_key_id: str

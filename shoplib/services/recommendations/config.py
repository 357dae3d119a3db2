from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    related_products_table_name: str


@dataclass(frozen=True)
class PricesConfig:
    prices_function_name: str


@dataclass(frozen=True)
class LakeConfig:
    lake_bucket_name: str

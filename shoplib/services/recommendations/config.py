from dataclasses import dataclass


@dataclass(frozen=True)
class Config:
    related_products_table_name: str
    prices_function_name: str
    lake_bucket_name: str

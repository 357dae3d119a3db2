from dataclasses import dataclass


@dataclass(frozen=True)
class IndexConfig:
    search_bucket_name: str


@dataclass(frozen=True)
class CatalogConfig:
    list_products_function_name: str


@dataclass(frozen=True)
class StreamConfig:
    event_stream_name: str


@dataclass(frozen=True)
class PagesConfig:
    product_pages_url: str

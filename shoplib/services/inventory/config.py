from dataclasses import dataclass


@dataclass(frozen=True)
class StockConfig:
    stock_table_name: str


@dataclass(frozen=True)
class StaffConfig:
    members_function_name: str


@dataclass(frozen=True)
class ReservationsConfig:
    reservations_table_name: str

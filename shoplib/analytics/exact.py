"""Fast, exact sums of money: Decimals are converted to integers (thousandths of a minor unit), summed, and converted
back.
"""

from collections.abc import Iterable
from decimal import Decimal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from shoplib.core.lake import AMOUNT
from shoplib.errors import LabError

# A thousandth of a minor unit: what the lake's three decimal places count.
UNITS = 1_000
UNITS_A_MAJOR = 100 * UNITS
LARGEST_SUM = 2.0**62


def units(amounts: pd.Series) -> npt.NDArray[np.int64]:
    """Amounts in minor units (Decimal, int or null, null counts as nothing) in thousandths, int64."""
    column = _decimals(amounts)
    scaled = pc.multiply(column, pa.scalar(Decimal(UNITS)))
    thousandths = pc.fill_null(pc.cast(scaled, pa.int64()), 0).to_numpy(zero_copy_only=False)
    if np.abs(thousandths.astype("float64")).sum() >= LARGEST_SUM:
        raise LabError("the amounts are too large to be added up exactly", "are they in minor units?")
    return thousandths


def thousandths(quantities: pd.Series) -> npt.NDArray[np.int64]:
    """Quantities (float, int or null, null counts as nothing) in thousandths."""
    values = pd.to_numeric(quantities).astype("Float64").fillna(0).to_numpy(dtype="float64")
    return np.round(values * UNITS).astype(np.int64)


def whole_or_float(thousandths: pd.Series) -> pd.Series:
    """Thousandths as whole numbers, or as floats if any of them is not whole."""
    return thousandths // UNITS if (thousandths % UNITS == 0).all() else thousandths / UNITS


def _decimals(amounts: pd.Series) -> pa.Array:
    if isinstance(amounts.dtype, pd.ArrowDtype):
        return pa.array(amounts).cast(AMOUNT)
    try:
        return pa.array(amounts, AMOUNT, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if pd.isna(amount) else Decimal(amount) for amount in amounts], AMOUNT)


def require_one_currency(lines: pd.DataFrame) -> None:
    """LabError if amounts are in several currencies, because their sum has no meaning. Rows without a currency are
    ignored.
    """
    if "currency" in lines:
        refuse_several(lines.currency.dropna().unique())


def refuse_several(currencies: Iterable[str]) -> None:
    """LabError for more than one currency."""
    codes = sorted(currencies)
    if len(codes) > 1:
        raise LabError(
            f"amounts in {', '.join(codes)} cannot be added up",
            f'analyse each currency separately, as events[events.currency == "{codes[0]}"], or load the file with '
            f'currency="{codes[0]}" and rates={{"{codes[1]}": Decimal("...")}}',
        )


def major(thousandths: int) -> Decimal:
    """Thousandths of a minor unit as an exact amount in major units (pounds, euros)."""
    exact = Decimal(int(thousandths)) / UNITS_A_MAJOR
    return exact.quantize(Decimal("0.01")) if exact == round(exact, 2) else exact.normalize()

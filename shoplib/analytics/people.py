"""People who click on the shop's page, among simulated shoppers and imported orders."""

import pandas as pd

from shoplib.analytics.conditions import part

# What the page's visitors are named by: `visitor()` of the storefront's `visit.js`.
PREFIX = "page-"


def people(events: pd.DataFrame) -> pd.DataFrame:
    """Events of people at the shop's page who agreed to be counted; empty if nobody was there."""
    names = part(events, ["anonymous_id"]).anonymous_id
    return events[names.fillna("").astype(str).str.startswith(PREFIX)].reset_index(drop=True)

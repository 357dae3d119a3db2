"""What names of machines, executions and activities, and labels of Maps, may not have, as a class of characters."""

NOT_IN_NAMES = r"\s<>{}\[\]?*\"#%\\^|~`$&,;:/\x00-\x1f\x7f-\x9f"

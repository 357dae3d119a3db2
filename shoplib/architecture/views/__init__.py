"""A model seen from further away: capability groups instead of resources, and one service as its users know it."""

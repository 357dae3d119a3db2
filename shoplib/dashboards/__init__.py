"""Draw CloudWatch dashboards from their JSON. See README.md."""

from shoplib.dashboards.dashboard import Dashboard, draw, draw_body

__all__ = ["Dashboard", "draw", "draw_body"]

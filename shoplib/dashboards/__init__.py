"""CloudWatch's dashboards, drawn from the JSON that AWS takes. See README.md."""

from shoplib.dashboards.dashboard import Dashboard, draw, draw_body

__all__ = ["Dashboard", "draw", "draw_body"]

"""`make bench-analytics`: our analyses beside DuckDB and pandas as an analyst writes them, over the same files."""

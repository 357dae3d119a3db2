"""The same results from DuckDB, for scans of more events than fit into memory. Selected by `engine=`."""

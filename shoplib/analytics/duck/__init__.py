"""The same answers from DuckDB: for scans of more events than memory should hold. Asked through `engine=`."""

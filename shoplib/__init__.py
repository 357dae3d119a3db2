"""A serverless architecture lab. Each room's README says what belongs in it; start with `shoplib.lab.start()`."""

"""What runs inside a worker process. Nothing of the lab may be imported here: the function would see it."""

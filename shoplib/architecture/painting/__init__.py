"""A Scene as a picture: SVG and PNG, from the same coordinates and colours."""

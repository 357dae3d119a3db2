"""Where a node is said: a line of a template or of a handler, or a page of AWS's console."""

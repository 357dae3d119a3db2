"""Where requests enter the engine: HTTP read strictly, bodies whole, connections bounded, failures as AWS reports them."""

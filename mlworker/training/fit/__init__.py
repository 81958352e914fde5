"""Every way a model is trained, up to the graph that is served."""

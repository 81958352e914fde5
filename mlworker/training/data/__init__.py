"""Pictures of a manifest, split, cached, copied and varied."""

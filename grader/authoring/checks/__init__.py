"""The checks, one file each; each registers itself with ``registry.check``."""

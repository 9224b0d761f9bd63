"""The version, for everything that must not import more than that."""

__version__ = "0.1.0"

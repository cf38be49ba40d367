"""formreader reads handwritten digits from folders of scanned forms into CSV."""

__version__ = "0.1.0"

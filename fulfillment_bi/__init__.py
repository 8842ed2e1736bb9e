"""Order fulfilment analytics: load exports, compute the trade's metrics exactly, show and explain them."""

__version__ = "0.1.0"

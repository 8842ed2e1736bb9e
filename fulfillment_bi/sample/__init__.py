"""A made-up retailer: exports of every system with planted incidents, and the truth about them."""

from __future__ import annotations

from fulfillment_bi.sample.write import SampleSummary, write_sample

__all__ = ["SampleSummary", "write_sample"]

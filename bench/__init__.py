"""Ratios between the product and floors that do the same work plainly. Never part of pytest."""

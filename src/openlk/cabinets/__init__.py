"""Loads and validates cabinet definitions; the current cabinet and its scope; per-cabinet templates."""

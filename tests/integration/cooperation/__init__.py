"""Agreements between institutions, over HTTP."""

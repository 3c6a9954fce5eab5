"""Prescriptions over HTTP on the real database."""

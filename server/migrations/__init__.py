"""The schema's history and the rights of the application role. Applied by the owner role: `python -m server migrate`."""

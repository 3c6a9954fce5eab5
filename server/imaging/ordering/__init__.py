"""Placing imaging orders, cancelling them, taking in their pictures, sending back what is of no quality, showing them."""

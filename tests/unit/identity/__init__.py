"""Rules of identity without a database."""

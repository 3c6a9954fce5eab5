"""Rules of cooperation."""

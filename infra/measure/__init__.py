"""What a first visit weighs, how fast the pages and calls come, what a visit costs the server. Measured, never asserted."""

"""What waits for whoever works with imaging, as counts beside the ways to it. Nothing here is about one patient."""

"""Identity over HTTP and through its services, on the real PostgreSQL."""

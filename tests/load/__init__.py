"""Much of everything: what is quick with a few rows must be with millions. The long forms are `make test-more`."""

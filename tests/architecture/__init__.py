"""The house rules as tests: layout, floors, words, what is documented."""

"""A picture given as JSON, from a file or another system: read, checked, answered. Nothing of it is kept.

For training, tests and other systems; the prescriptions of this hospital build their pictures from the record instead.
"""

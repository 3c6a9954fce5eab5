"""Benchmarks of the product against bare peers in the same run. They print figures and judge nothing but exactness.

`booking` is `make bench-booking`, `prescriptions` is `make bench-prescriptions`. Both sides of a comparison have the same two
cores: what is measured on core 0, the load on core 1. Figures of a noisy machine are ratios, never capacity.
"""

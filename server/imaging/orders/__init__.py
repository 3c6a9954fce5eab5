"""Imaging orders: what is asked for, by whom, to be read where; their numbers, life, history and who has to do with them.

An order asks for one examination of one patient. What others do with it lives beside: `ordering` (placing, cancelling,
showing), `worklist` (claims, clocks), `reports`, `critical`, `recognition`. Rules: imaging-20 to imaging-28.
"""

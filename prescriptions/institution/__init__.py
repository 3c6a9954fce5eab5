"""What an institution brings itself: its own list of drugs with codes, stock and prices, and official code tables.

The list never changes what the checks know: a drug of it that the formulary does not hold stays not covered.
"""

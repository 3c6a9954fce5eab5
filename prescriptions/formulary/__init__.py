"""The formulary: drug data as versioned files (`data/`), read and validated, and the immutable Knowledge made of them.

Words: an *entry* is one row of a file; a *subject* is what a rule speaks of: a drug's id, `class:ACEI`, or a substance
that is no drug of ours (`alcohol`). What the files do not hold is not covered, never harmless. No figure here is ours:
every one stands in a file with its source and how sure it is.
"""

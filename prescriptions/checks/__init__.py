"""Checks E1-E20: pure functions over one immutable picture and one immutable knowledge, nothing else.

Words: a *picture* is everything a check may look at; a *finding* is what one rule says about it; *coverage* says for every
line and check whether it was looked at at all. A check never reads a clock, a file or a database.
Where the files hold no figure the answer is "not covered" (未覆盖), never "passed". Rules: E1-E20 in docs/rules.md.
"""

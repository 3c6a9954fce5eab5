"""The worklist of a reading department: what waits in which order, who has claimed what, and what is overdue.

Rules: imaging-27, imaging-28.
"""

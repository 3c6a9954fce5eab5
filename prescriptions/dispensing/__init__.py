"""Circulation: the pick-up code, the pharmacy that redeems it, dispensing by two people, hand-over and delivery.

A *redemption* is one pharmacy's holding of one prescription; at most one is open. A *dispensing* is one counting out of drugs
within it, by a dispenser and a checker (two_person), or by one person twice where nobody else is on duty (单人双签).
Rules: B21, B30, B33, B35; dispensing-1 to dispensing-6.
"""

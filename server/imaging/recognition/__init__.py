"""Mutual recognition (检查结果互认): a valid result of the same examination is shown before it is ordered again.

Accepting it orders nothing and counts a saved examination; not accepting it needs a coded reason. Rules: imaging-34, imaging-35.
"""

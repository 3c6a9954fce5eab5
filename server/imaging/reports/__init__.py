"""Imaging reports (影像报告): a draft, the preliminary signature of one, the final one of another, amendments, templates, paper.

A signed version is never rewritten; every version stays readable. Rules: imaging-29 to imaging-32.
"""

"""Marks on pictures that last: lengths, angles, areas, arrows and words, with who made them and when.

Words: a *mark* lies on one frame, its points are image pixels. What a page measured is kept as it was shown, but never larger
than the picture. Marks of the moment (in a meeting) are state of the room and never come here. Rules: imaging-70, imaging-71.
"""

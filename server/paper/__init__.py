"""What every paper has in common: the pen with its typefaces (`pen.py`), where Chinese text is broken (`breaking.py`), what
stands on a report (`content.py`) and how it is drawn (`report.py`), drawing outside of transactions (`making.py`), and how
anybody checks a paper by its QR code (`verifying.py`, `http.py`).

What a paper says is its capability's. Rule ids: paper-1.
"""

"""The prescription on paper: what stands on it (`content.py`), how it is drawn (`sheet.py`), who is given it (`making.py`)."""

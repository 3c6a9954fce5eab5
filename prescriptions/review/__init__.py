"""审方: a pharmacist claims a signed prescription, sees all that bears on it, and approves, returns or rejects it.

Also the talk with its doctor, the figures of reviewing, and 处方点评 (post-review of a sample). Whether a prescription may be
dispensed is decided here and nowhere else; what its statuses are is `prescriptions/lifecycle.py`.
"""

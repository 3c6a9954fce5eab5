"""Prescriptions 处方: drawn in a visit, checked, signed, reviewed by a pharmacist, supplied once.

Words: Prescription 处方, Item (one line of it), Finding (what a check found), Override (the prescriber's reason to go on),
Review 审方, Redemption (a pharmacy's hold on an approved prescription). Rules: B15 B18-B38 and prescriptions-*.
Sub-packages: `formulary` (what is known of drugs), `checks` (pure), `review`, `dispensing`, `chronic`, `paper`.
"""

"""Prescriptions: drug data, checks, signing, pharmacist review, dispensing. Its floor stands; its rooms come next."""

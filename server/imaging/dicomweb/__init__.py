"""DICOMweb at /dicomweb: STOW-RS takes, QIDO-RS finds, WADO-RS gives (DICOM PS3.18), for devices of an institution.

It has a small edge of its own: callers are device accounts, bodies are streams of parts, answers are DICOM. What a device reaches
is its institution's and nothing else; what is not, does not exist for it. Medicine's rules live in the neighbours
(`studies`, `matching`, `devices`).
"""

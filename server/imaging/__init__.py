"""Imaging (基层检查、上级诊断): orders, pictures and their archive, the worklist, reports, cloud film.

Words: an order asks for an examination; a study is what arrived (DICOM: study, series, instance); a report is written over
it, preliminary by one and final by another. Rules: imaging-*. Not here: the meeting over pictures (consultations, signaling).
"""

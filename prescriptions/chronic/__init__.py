"""慢病用药: what comes before and after a long-term prescription: the patient's confirmation, renewal, continuation by a
township doctor (延伸处方), the medication calendar, labels in plain words, counselling, questions, a drug that is refused.
"""

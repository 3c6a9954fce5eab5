"""Cooperation between institutions (合作协议): who may ask whom for what, since when, at what price and how soon answered.

Words: an agreement is between a requesting side (an institution or an alliance) and a serving one, for a scope
(consultation, imaging). Rules: B46, cooperation-*. What is asked under an agreement lives above (consultations, imaging).
"""

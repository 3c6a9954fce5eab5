"""号源池, the appointment pool: sessions of doctors, their slots, the quotas of each slot, and bookings.

Words: a *session* (排班) is a doctor's half-day; a *slot* (时段) is a piece of it with a capacity; a *place* (号) is one
of that capacity; a *quota* (配额) is the part of a slot's places that one group may take. Rules: appointments-1 to -6,
B01, B10, B11.
"""

"""待匹配: what arrived and whose it is. A study joins an order only when its accession number is one of the institution's orders
and what the file says of the patient agrees with that order; everything else waits for a person, who attaches it to an order or a
patient and confirms every difference by name, or rejects it with a reason. Never by name alone. Rules: imaging-42, imaging-43.
"""

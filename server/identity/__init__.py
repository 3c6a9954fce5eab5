"""Identity: who someone is, where they work, what they may practise, and how they sign in.

Words: an **organisation** stands on a **level** and may have a **grade**; a **membership** gives a member of staff one
role in one organisation; a **credential** is a doctor's or pharmacist's licence, a **filing** lets it be used at another
organisation; a **guardian** acts for a **ward**; a **login** is a signed-in session.

Rules: B01, B02, B04, B05, B06, B07, B08, B10 (docs/rules.md).
"""

"""Cloud film 云胶片: a link or QR by which whoever holds it and knows four digits sees one study, for some days, until revoked.

The link's secret stands in the fragment of an address and is shown once: only its digest is stored. Opening it gives a token
for that study alone (`bearers`); every request with it asks again whether the film still stands, so a revoked link gives
nothing from that instant. Every opening is kept (`FilmAccess`) for the patient and the issuing institution to read. The
QR is drawn by the page, out of the link. Rules: imaging-60 to imaging-63. Not here: the pictures themselves (studies).
"""

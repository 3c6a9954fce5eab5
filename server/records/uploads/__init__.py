"""Resumable uploads: a file comes in parts over a bad line, and goes on where it stopped, also after a reload.

Words: a *part* is one piece of at most `PART_BYTES`, kept encrypted in the vault as soon as it has arrived; the *digest* of a
file is the SHA-256 of the SHA-256 of its parts, one after the other, so that neither side reads the file twice. A document
that is whole is checked like every attachment and becomes one; a packed study (imaging_zip) stays in parts until the
capability above has taken it. What nobody finished or took is swept. Rule: records-3
"""

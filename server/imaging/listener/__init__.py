"""C-STORE and C-ECHO for scanners that speak nothing newer: off unless a port is set, on this machine unless told otherwise.

DICOM's old protocol has no secrets: a peer is believed by its address and AE title (imaging-41), so it belongs into a network of
its own. An instance is acknowledged only after the archive keeps it.
"""

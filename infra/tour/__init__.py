"""`make tour`: one whole visit without a camera, against the running demo or one of its own.

It uses only what every client has: the public API, the sockets, and two real WebRTC peers with generated pictures.
"""

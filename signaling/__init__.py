"""Who may meet whom *now*: rooms, seats, presence, the relay of room events, shared state, chat, pushes to pages.

Knows no medicine. It trusts a short-lived signed ticket with grants and holds no fact: a room is derived from the
tickets of those in it, and after a restart from the seat tokens with which they come back.

Words: *room* (the place of a meeting), *seat* (one person's place in it), *leg* (one peer connection of a seat),
*lane* (a fixed receive pair of m-lines), *grant* (publish subscribe record moderate share),
*topic* (what a page watches).
"""

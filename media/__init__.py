"""The media plane: forwards and records what people in a room send each other, and never decodes it.

Words: a *room* has *seats*; a seat's present peer connection is its *leg*; a leg receives the others in *lanes*,
fixed pairs of audio and video lines negotiated once. A *feed* is what one seat sends of one kind.
Runs in its own process (`python -m media`), has no database, knows no medicine; the hospital talks to it through
`media.service`.
"""

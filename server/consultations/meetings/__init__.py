"""The live part of a remote consultation, and what it leaves: the room, who is in it, guests, opinions, report.

A meeting has the id of its request. It is planned when the request is scheduled, opened by the first expert (in an
emergency by the requester), and ended by who chairs it, by the request's end, or when nobody has been in it for long.

Requester and experts enter as they are; everybody else knocks and waits until the chair admits them. A guest comes by a
link: its secret stands in the fragment and is known by its digest only; opening it makes a login of that browser which
ends with the meeting.

Opinions hang on the request, not on the meeting, so an offline consultation has them too.

Rule ids: meetings-1 to meetings-9, B17, B40, B50.
"""

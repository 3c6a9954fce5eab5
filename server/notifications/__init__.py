"""Telling people: the in-app inbox, SMS and e-mail, from templates in Chinese and English.

Words: a *message* is one telling over one *channel*; a *template* is a data file's entry; the *inbox* is a person's own list.
One-time codes go through here only and leave nothing behind. What a message says is sealed; jobs and logs know its id.
"""

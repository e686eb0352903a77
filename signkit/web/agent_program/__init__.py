"""The agent: a program beside a person's card that an office asks for signatures (its other end: `signkit.web.agents`).

It trusts the office with nothing.  It fetches the document, judges it, draws it and shows it in a window of its own (a
desk on loopback with one screen), asks for the PIN as the desk does, signs with the library's own acts, and sends the
signed document.  What it does not show it does not sign.
"""

"""The office: the desk's screens for several people, served beside the API, each person in their own tenant.

Keys stay where their owners sit: no page asks for a PIN or a password of a key, and no process here has one.
"""

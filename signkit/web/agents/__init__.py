"""Agents: programs on people's own PCs, with the card beside them, that are asked to sign what the office has.

The server's side: pairing, what is asked of whom, and the addresses under ``/agent/v1`` that agents call.  An agent is
known by a key of its own (Ed25519) and belongs to the person who paired it; nobody else's signature can be asked of it.
The program is `signkit.web.agent_program`.
"""

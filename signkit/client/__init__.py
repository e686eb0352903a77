"""A thin client of ``signkit serve``: typed values over the standard library's HTTP; what it answers is judged as a
stranger's: bounded, of the form of the API document, or refused."""

from signkit.client.service import Client

__all__ = ["Client"]

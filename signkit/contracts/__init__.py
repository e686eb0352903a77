"""Contracts: data and a template come in, a PDF with empty, named signing blocks goes out.

``template`` finds and reads template folders, ``data`` reads contract data, ``checking`` names every problem with them;
``privacy``, ``characters`` and ``fonts`` refuse what must not or cannot stand in a contract. ``markup`` turns template
and data into Typst source, ``typesetting`` turns that into PDF/A-3b, ``fields`` adds the signature fields,
``embedded`` reads the data back out, and ``render`` is the whole way.
"""

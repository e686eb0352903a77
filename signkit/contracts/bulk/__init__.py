"""Many contracts from one table: every row is checked before the first file is written.

``table`` reads CSV, JSON lines and (``workbook``) Excel into rows, ``cells`` turns a cell's text into a value of the
kind that the template's schema asks for, ``headings`` finds the items that Japanese headings name, ``sheet`` makes the
blank table with them, ``rows`` makes contract data of a row, ``naming`` gives each row a file name
that is safe everywhere, and ``run`` sends rows to worker processes and writes what comes back.
"""

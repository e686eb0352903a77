"""Templates that are Word documents: read and looked over, filled in, converted by LibreOffice."""

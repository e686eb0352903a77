"""Handing a contract over, and proving that it was agreed: consents, delivery packs, completion certificates."""

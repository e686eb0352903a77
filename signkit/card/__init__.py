"""The Individual Number Card (マイナンバーカード): its commands, applications, readers, and an emulated card.

Knows nothing of PDF or CMS.  Reading order: ``apdu``, ``transport``, ``files``, ``pin``, ``jpki``, ``session``; then
``reader`` (PC/SC) and ``emulator``.  The facts and their witnesses stand in docs/reference/card.md.
"""

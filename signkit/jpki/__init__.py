"""What is particular to Japan's public personal authentication service (公的個人認証サービス, JPKI).

The four attributes in a certificate, the CA certificates, who issued a certificate.  Knows nothing of PDF or of
the card's commands.
"""

"""OpenID Connect as a relying party: the code flow with PKCE (RFC 6749, 7636), ID tokens (OpenID Connect Core).

Who signs by phone (`signkit.signers.auth_app_client`) and who signs in at the office (`signkit.web.people`) ask the
same way, and believe a token for the same reasons.  No token, code or secret is part of an error or a representation.
"""

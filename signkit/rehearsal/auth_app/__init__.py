"""A test server for signing by phone, shaped like the sign API of デジタル認証アプリ; an emulated card is the phone.

Written from the public facts (docs/guides/phone.md) and the standards alone: OAuth 2.0 (RFC 6749), PKCE (RFC 7636),
OpenID Connect Core, JWT and JWE (RFC 7515 to 7519).  It shares no code with the client (`signkit.signers.auth_app`), so
that neither believes the other's mistakes, and it refuses whatever the standards do not allow.
"""

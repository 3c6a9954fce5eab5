"""Electronic signatures: who signed exactly what, for which act, checkable by strangers.

Words: a *document* is a JSON value; its *canonical form* (RFC 8785) is what is signed; an *act* says what the signature
does (`note.sign`), a *typ* what it is on (`note+jws`); a *signature* is a detached ES256 JWS; a signer's key is certified by
an *authority*. The authority here is our own test authority: ready for a licensed CA, never a substitute for one.

Rule: B61 (a signature is its signer's alone, and every change shows).
"""

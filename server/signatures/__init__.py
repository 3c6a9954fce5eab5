"""Electronic signatures: who signed exactly what, for which act, checkable by strangers.

Words: a *document* is a JSON value; its *canonical form* (RFC 8785) is what is signed; an *act* says what the signature
does (`prescribe`), a *typ* what it is on (`prescription+jws`); a *signature* is a detached JWS, ES256 or SM2; a signer's
*key* is kept by a *keeper* (us, or a cloud CA) behind a *PIN*, and certified by an *authority*. The authority here is our
own test authority: ready for a licensed CA, never a substitute for one.

Rule: B61 (a signature is its signer's alone, and every change shows).
"""

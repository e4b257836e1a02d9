"""One TLS context for every connection; reading the certificates takes tens of milliseconds."""

import functools
import ssl


@functools.cache
def context() -> ssl.SSLContext:
    """Certificates are verified, against SSL_CERT_FILE where the environment names one."""
    import httpx

    return httpx.create_ssl_context()

// The digests of OpenSSL's libcrypto. Only `Digests` imports this.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>

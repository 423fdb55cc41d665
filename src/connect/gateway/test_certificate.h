// A certificate for localhost that nobody else trusts, and its key, for tests; made once with
// OpenSSL.
#pragma once

namespace chat::gateway::test_certificate {

inline constexpr const char* kCertificate =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBmzCCAUGgAwIBAgIUd4G3ckxfLqg6OjW8eCrP9JHl2mUwCgYIKoZIzj0EAwIw\n"
    "FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDE1MzAyN1oYDzIxMjYxMDMx\n"
    "MTUzMDI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO\n"
    "PQMBBwNCAARTKorLQW2cYBDsY1r46VnhT/6RwWniA1zc2R+d1r+VPu86e+OlT9ry\n"
    "7Np6pVYKBeKx+B+rmSeJnMrYwLIQRc+Ho28wbTAdBgNVHQ4EFgQUUAHIRmcpxs2E\n"
    "m/1z0Nv6Jry7PAIwHwYDVR0jBBgwFoAUUAHIRmcpxs2Em/1z0Nv6Jry7PAIwDwYD\n"
    "VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI\n"
    "zj0EAwIDSAAwRQIhAJHDlBTmOO0x2/QNOPtgiA6VxXOxfN7zJX0sTg7NxI3xAiAG\n"
    "hgsvB0SqhkHSd/22ANYLSzrWFH1WqrenJDYUoOBjkA==\n"
    "-----END CERTIFICATE-----\n";
inline constexpr const char* kKey =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgqs3nGz3Cwnzb8KTz\n"
    "I25pvfITbd4KUZScyfGQ7Nzp5NWhRANCAARTKorLQW2cYBDsY1r46VnhT/6RwWni\n"
    "A1zc2R+d1r+VPu86e+OlT9ry7Np6pVYKBeKx+B+rmSeJnMrYwLIQRc+H\n"
    "-----END PRIVATE KEY-----\n";

}  // namespace chat::gateway::test_certificate

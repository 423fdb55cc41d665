#include "connect/crypto/signature.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <utility>

#include "connect/crypto/digest.h"

namespace chat::crypto {
namespace {

using base::Code;
using base::Result;
using base::unexpected;

template <auto Free>
struct FreeWith {
  template <typename T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using Native = std::unique_ptr<EVP_PKEY, FreeWith<EVP_PKEY_free>>;
using NativeContext = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using Memory = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using Number = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using EcSignature = std::unique_ptr<ECDSA_SIG, FreeWith<ECDSA_SIG_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, FreeWith<OSSL_PARAM_free>>;

constexpr size_t kCoordinateBytes = 32;  // of P-256

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

Result<Algorithm> algorithm_of(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519: return Algorithm::kEdDsa;
    case EVP_PKEY_RSA: {
      const int bits = EVP_PKEY_get_bits(key);
      if (bits < kRsaBitsMin)
        return unexpected(Code::kInvalid, "the RSA key has " + std::to_string(bits) +
                                              " bits, RS256 needs " + std::to_string(kRsaBitsMin));
      if (bits > kRsaBitsMax)
        return unexpected(Code::kInvalid, "the RSA key has " + std::to_string(bits) +
                                              " bits, at most " + std::to_string(kRsaBitsMax) +
                                              " are taken");
      return Algorithm::kRs256;
    }
    case EVP_PKEY_EC: {
      char group[64] = {};
      size_t size = 0;
      EVP_PKEY_get_group_name(key, group, sizeof group, &size);
      if (std::string_view(group) == "prime256v1") return Algorithm::kEs256;
      return unexpected(Code::kInvalid,
                        "the EC key is on the curve " + std::string(group) + ", ES256 needs P-256");
    }
    default:
      return unexpected(Code::kInvalid,
                        "the key is of a type that is not used: RSA, EC on P-256 and Ed25519 are");
  }
}

// The digest of the signature scheme; Ed25519 brings its own.
const EVP_MD* digest_of(Algorithm algorithm) {
  return algorithm == Algorithm::kEdDsa ? nullptr : EVP_sha256();
}

std::string public_der(EVP_PKEY* key) {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key, &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

// r || s, as a JWS carries it, to the DER that OpenSSL takes.
std::string der_of_raw(std::string_view raw) {
  EcSignature signature(ECDSA_SIG_new());
  Number r(BN_bin2bn(bytes_of(raw), kCoordinateBytes, nullptr));
  Number s(BN_bin2bn(bytes_of(raw) + kCoordinateBytes, kCoordinateBytes, nullptr));
  if (signature == nullptr || r == nullptr || s == nullptr) return {};
  if (ECDSA_SIG_set0(signature.get(), r.get(), s.get()) != 1) return {};
  // The signature owns both numbers now.
  static_cast<void>(r.release());
  static_cast<void>(s.release());
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  if (size <= 0) return {};
  std::string bytes(reinterpret_cast<char*>(der), static_cast<size_t>(size));
  OPENSSL_free(der);
  return bytes;
}

std::string raw_of_der(std::string_view der) {
  const unsigned char* at = bytes_of(der);
  EcSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  if (signature == nullptr) return {};
  std::string raw(2 * kCoordinateBytes, '\0');
  auto* out = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), out, kCoordinateBytes);
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), out + kCoordinateBytes, kCoordinateBytes);
  return raw;
}

Native native_from(const char* type, OSSL_PARAM_BLD* builder) {
  Parameters parameters(OSSL_PARAM_BLD_to_param(builder));
  NativeContext context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    ERR_clear_error();
    return nullptr;
  }
  return Native(key);
}

// A PEM must not make the program ask for a pass phrase on the terminal.
int no_pass_phrase(char*, int, int, void*) { return -1; }

}  // namespace

struct SignatureKey::Impl {
  Algorithm algorithm = Algorithm::kHs256;
  std::string secret;  // kHs256
  Native native;       // the others
  bool is_private = false;
  std::string fingerprint;
};

std::string_view name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::kRs256: return "RS256";
    case Algorithm::kEs256: return "ES256";
    case Algorithm::kEdDsa: return "EdDSA";
    case Algorithm::kHs256: return "HS256";
  }
  return "";
}

SignatureKey::SignatureKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

// Takes over an EVP_PKEY, which the header does not name.
Result<SignatureKey> SignatureKey::from_native(void* native, bool is_private) {
  auto impl = std::make_shared<Impl>();
  impl->native = Native(static_cast<EVP_PKEY*>(native));
  TRY_ASSIGN(impl->algorithm, algorithm_of(impl->native.get()));
  impl->is_private = is_private;
  NativeContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, impl->native.get(), nullptr));
  const bool sound = context != nullptr && EVP_PKEY_public_check(context.get()) == 1;
  ERR_clear_error();
  if (!sound) return unexpected(Code::kInvalid, "the key's numbers are no valid key");
  impl->fingerprint = hex(sha256(public_der(impl->native.get())));
  return SignatureKey(std::move(impl));
}

Result<SignatureKey> SignatureKey::from_pem(std::string_view pem) {
  const bool is_private = pem.find("PRIVATE KEY-----") != std::string_view::npos;
  if (!is_private && pem.find("BEGIN CERTIFICATE") != std::string_view::npos)
    return unexpected(Code::kInvalid,
                      "the PEM is a certificate; `openssl x509 -pubkey -noout` gives its key");
  Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EVP_PKEY* key = is_private
                      ? PEM_read_bio_PrivateKey(memory.get(), nullptr, no_pass_phrase, nullptr)
                      : PEM_read_bio_PUBKEY(memory.get(), nullptr, no_pass_phrase, nullptr);
  ERR_clear_error();
  if (key == nullptr)
    return unexpected(Code::kInvalid, is_private
                                          ? "the PEM's private key cannot be read (it must not be "
                                            "encrypted)"
                                          : "the PEM holds no public key that can be read");
  return from_native(key, is_private);
}

Result<SignatureKey> SignatureKey::from_secret(std::string_view secret) {
  if (secret.size() < kSecretBytesMin)
    return unexpected(Code::kInvalid, "the key is " + std::to_string(secret.size()) +
                                          " bytes, HS256 needs " + std::to_string(kSecretBytesMin));
  auto impl = std::make_shared<Impl>();
  impl->secret = std::string(secret);
  impl->is_private = true;
  impl->fingerprint =
      hex(hmac_sha256({bytes_of(impl->secret), impl->secret.size()}, "fingerprint of this secret"));
  return SignatureKey(std::move(impl));
}

Result<SignatureKey> SignatureKey::from_rsa(std::string_view n, std::string_view e) {
  if (n.size() > kRsaBitsMax / 8 || e.size() > 8)
    return unexpected(Code::kInvalid, "the RSA key's modulus or exponent is too long");
  Number modulus(BN_bin2bn(bytes_of(n), static_cast<int>(n.size()), nullptr));
  Number exponent(BN_bin2bn(bytes_of(e), static_cast<int>(e.size()), nullptr));
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
  Native key = native_from("RSA", builder.get());
  if (key == nullptr) return unexpected(Code::kInvalid, "n and e are no RSA key");
  return from_native(key.release(), false);
}

Result<SignatureKey> SignatureKey::from_p256(std::string_view x, std::string_view y) {
  if (x.size() != kCoordinateBytes || y.size() != kCoordinateBytes)
    return unexpected(Code::kInvalid, "x and y of a P-256 key are 32 bytes each");
  std::string point = "\x04";  // uncompressed
  point.append(x).append(y);
  ParameterBuilder builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  Native key = native_from("EC", builder.get());
  if (key == nullptr) return unexpected(Code::kInvalid, "x and y are no point on P-256");
  return from_native(key.release(), false);
}

Result<SignatureKey> SignatureKey::from_ed25519(std::string_view x) {
  if (x.size() != 32) return unexpected(Code::kInvalid, "x of an Ed25519 key is 32 bytes");
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size());
  ERR_clear_error();
  if (key == nullptr) return unexpected(Code::kInvalid, "x is no Ed25519 key");
  return from_native(key, false);
}

Algorithm SignatureKey::algorithm() const { return impl_->algorithm; }
bool SignatureKey::can_sign() const { return impl_->is_private; }
const std::string& SignatureKey::fingerprint() const { return impl_->fingerprint; }

bool SignatureKey::verify(std::string_view message, std::string_view signature) const {
  if (impl_->algorithm == Algorithm::kHs256) {
    const Digest digest = hmac_sha256({bytes_of(impl_->secret), impl_->secret.size()}, message);
    return equal_in_constant_time(signature,
                                  {reinterpret_cast<const char*>(digest.data()), digest.size()});
  }
  std::string der;
  if (impl_->algorithm == Algorithm::kEs256) {
    if (signature.size() != 2 * kCoordinateBytes) return false;
    der = der_of_raw(signature);
    signature = der;
  }
  DigestContext context(EVP_MD_CTX_new());
  const bool good = EVP_DigestVerifyInit(context.get(), nullptr, digest_of(impl_->algorithm),
                                         nullptr, impl_->native.get()) == 1 &&
                    EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                     bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  return good;
}

Result<std::string> SignatureKey::sign(std::string_view message) const {
  if (!impl_->is_private)
    return unexpected(Code::kInvalid, "the key is a public one: it verifies, it cannot sign");
  if (impl_->algorithm == Algorithm::kHs256) {
    const Digest digest = hmac_sha256({bytes_of(impl_->secret), impl_->secret.size()}, message);
    return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
  }
  DigestContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(impl_->native.get()));
  std::string signature(size, '\0');
  const bool good =
      EVP_DigestSignInit(context.get(), nullptr, digest_of(impl_->algorithm), nullptr,
                         impl_->native.get()) == 1 &&
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes_of(message), message.size()) == 1;
  ERR_clear_error();
  if (!good) return unexpected(Code::kInternal, "signing failed");
  signature.resize(size);
  if (impl_->algorithm == Algorithm::kEs256) return raw_of_der(signature);
  return signature;
}

}  // namespace chat::crypto

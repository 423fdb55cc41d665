#include "connect/crypto/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>
#include <climits>
#include <mutex>
#include <string_view>
#include <utility>

#include "connect/crypto/watched_file.h"

namespace chat::crypto {
namespace {

using base::Code;
using base::Result;
using base::unexpected;

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
struct FreeStream {
  void operator()(SSL* stream) const { SSL_free(stream); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;
using Stream = std::unique_ptr<SSL, FreeStream>;

// The protocol list of ALPN: each name behind its length.
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

// What OpenSSL says about the last failure, for people who set the server up.
std::string last_error() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  ERR_clear_error();
  return reason == nullptr ? "OpenSSL does not say why" : reason;
}

TlsStream::Fault fault_of_certificate(long verified) {
  switch (verified) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH: return TlsStream::Fault::kOtherName;
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE: return TlsStream::Fault::kNotTrusted;
    default: return TlsStream::Fault::kUnfit;
  }
}

int select_alpn(SSL*, const unsigned char** out, unsigned char* out_size,
                const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  if (SSL_select_next_proto(&selected, out_size, kAlpn.data(), kAlpn.size(), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 section 3.2
  *out = selected;
  return SSL_TLSEXT_ERR_OK;
}

// What both ends share. Null when OpenSSL has no memory or a broken configuration.
Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method));
  if (context == nullptr) return context;
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(),
                          "ECDHE+AESGCM:ECDHE+CHACHA20");  // TLS 1.2: all forward-secret
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                         SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // One read() for a record's header and body together.
  SSL_CTX_set_read_ahead(context.get(), 1);
  // Tickets resume sessions; a cache of them would be memory for each connection.
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

class OpenSslStream final : public TlsStream {
 public:
  explicit OpenSslStream(Stream stream) : stream_(std::move(stream)) {}

  Progress handshake() override {
    ERR_clear_error();
    const int result = SSL_do_handshake(stream_.get());
    if (result == 1) return Progress::kDone;
    const unsigned long error = ERR_peek_error();
    reason_ = ERR_GET_LIB(error) == ERR_LIB_SSL ? ERR_GET_REASON(error) : 0;
    return progress_of(result);
  }

  Failure failure() const override {
    if (reason_ == SSL_R_CERTIFICATE_VERIFY_FAILED) {
      const long verified = SSL_get_verify_result(stream_.get());
      return {fault_of_certificate(verified), X509_verify_cert_error_string(verified)};
    }
    const char* why = ERR_reason_error_string(ERR_PACK(ERR_LIB_SSL, 0, reason_));
    return {reason_ == SSL_R_WRONG_VERSION_NUMBER ? Fault::kNoTls : Fault::kOther,
            why != nullptr ? why : "the connection was lost"};
  }

  Transfer read(char* data, size_t size) override {
    ERR_clear_error();
    size_t bytes = 0;
    const int result = SSL_read_ex(stream_.get(), data, size, &bytes);
    if (result == 1) return {Progress::kDone, bytes};
    return {progress_of(result), 0};
  }

  Transfer write(const char* data, size_t size) override {
    if (size == 0) return {Progress::kDone, 0};
    ERR_clear_error();
    size_t bytes = 0;
    const int result = SSL_write_ex(stream_.get(), data, size, &bytes);
    if (result == 1) return {Progress::kDone, bytes};
    return {progress_of(result), 0};
  }

  void shutdown() override {
    // After a fatal error nothing more may be sent, and before the handshake nothing can be.
    if (failed_ || SSL_is_init_finished(stream_.get()) != 1) return;
    ERR_clear_error();
    SSL_shutdown(stream_.get());
    ERR_clear_error();
  }

 private:
  Progress progress_of(int result) {
    switch (SSL_get_error(stream_.get(), result)) {
      case SSL_ERROR_WANT_READ: return Progress::kWantRead;
      case SSL_ERROR_WANT_WRITE: return Progress::kWantWrite;
      case SSL_ERROR_ZERO_RETURN: return Progress::kClosed;
      default: break;
    }
    failed_ = true;
    ERR_clear_error();
    return Progress::kFailed;
  }

  Stream stream_;
  int reason_ = 0;  // of the last step of the handshake, OpenSSL's number; 0: none of TLS's own
  bool failed_ = false;
};

Result<Context> load_pair(const std::string& cert_file, const std::string& key_file) {
  Context context = new_context(TLS_server_method());
  if (context == nullptr) return unexpected(Code::kInternal, "TLS: " + last_error());
  if (SSL_CTX_use_certificate_chain_file(context.get(), cert_file.c_str()) != 1)
    return unexpected(Code::kInvalid,
                      "the certificate " + cert_file + " cannot be used: " + last_error());
  const bool taken =
      SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  if (!taken && ERR_GET_REASON(ERR_peek_last_error()) != X509_R_KEY_VALUES_MISMATCH)
    return unexpected(Code::kInvalid,
                      "the certificate's key " + key_file + " cannot be used: " + last_error());
  if (!taken || SSL_CTX_check_private_key(context.get()) != 1) {
    ERR_clear_error();
    return unexpected(Code::kInvalid, key_file + " is not the key of the certificate " + cert_file);
  }
  SSL_CTX_set_alpn_select_cb(context.get(), select_alpn, nullptr);
  return context;
}

class OpenSslServerContext final : public ServerTlsContext {
 public:
  struct Stamps {
    FileStamp cert;
    FileStamp key;
    bool operator==(const Stamps&) const = default;
  };

  OpenSslServerContext(std::string cert_file, std::string key_file, Stamps stamps, Context context)
      : cert_file_(std::move(cert_file)),
        key_file_(std::move(key_file)),
        stamps_(stamps),
        context_(std::move(context)) {}

  static Result<Stamps> stamps_of(const std::string& cert_file, const std::string& key_file) {
    Stamps stamps;
    TRY_ASSIGN(stamps.cert, stamp_of(cert_file));
    TRY_ASSIGN(stamps.key, stamp_of(key_file));
    return stamps;
  }

  std::unique_ptr<TlsStream> open(int fd) override {
    Stream stream;
    {
      std::lock_guard lock(mutex_);
      stream.reset(SSL_new(context_.get()));  // holds its own reference to the context
    }
    if (stream == nullptr || SSL_set_fd(stream.get(), fd) != 1) return nullptr;
    SSL_set_accept_state(stream.get());
    return std::make_unique<OpenSslStream>(std::move(stream));
  }

  Result<bool> reload_if_changed() override {
    // Stamps are taken before the files are read: what changes in between is seen next time.
    TRY_ASSIGN(const Stamps stamps, stamps_of(cert_file_, key_file_));
    std::lock_guard reloading(reload_mutex_);
    if (stamps == stamps_) return false;
    TRY_ASSIGN(Context loaded, load_pair(cert_file_, key_file_));
    stamps_ = stamps;
    std::lock_guard lock(mutex_);
    context_ = std::move(loaded);
    return true;
  }

 private:
  const std::string cert_file_;
  const std::string key_file_;
  std::mutex reload_mutex_;
  Stamps stamps_;  // guarded by reload_mutex_
  std::mutex mutex_;
  Context context_;  // guarded by mutex_
};

class OpenSslClientContext final : public TlsContext {
 public:
  OpenSslClientContext(Context context, std::string host)
      : context_(std::move(context)), host_(std::move(host)) {}

  std::unique_ptr<TlsStream> open(int fd) override {
    Stream stream(SSL_new(context_.get()));
    if (stream == nullptr || SSL_set_fd(stream.get(), fd) != 1) return nullptr;
    SSL_set_alpn_protos(stream.get(), kAlpn.data(), kAlpn.size());
    // An address is compared with the certificate's addresses and is never sent as a server name.
    if (X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(stream.get()), host_.c_str()) != 1) {
      if (SSL_set1_host(stream.get(), host_.c_str()) != 1) return nullptr;
      SSL_set_tlsext_host_name(stream.get(), host_.c_str());
    }
    ERR_clear_error();
    SSL_set_connect_state(stream.get());
    return std::make_unique<OpenSslStream>(std::move(stream));
  }

 private:
  const Context context_;
  const std::string host_;
};

}  // namespace

Result<std::unique_ptr<ServerTlsContext>> ServerTlsContext::load(std::string cert_file,
                                                                 std::string key_file) {
  TRY_ASSIGN(const OpenSslServerContext::Stamps stamps,
             OpenSslServerContext::stamps_of(cert_file, key_file));
  TRY_ASSIGN(Context context, load_pair(cert_file, key_file));
  return std::unique_ptr<ServerTlsContext>(std::make_unique<OpenSslServerContext>(
      std::move(cert_file), std::move(key_file), stamps, std::move(context)));
}

Result<std::unique_ptr<TlsContext>> client_tls_context(const std::string& ca_file,
                                                       const std::string& host) {
  Context context = new_context(TLS_client_method());
  if (context == nullptr) return unexpected(Code::kInternal, "TLS: " + last_error());
  const bool loaded =
      ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get()) == 1
                      : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr) == 1;
  if (!loaded)
    return unexpected(Code::kInvalid, "the roots " + ca_file + " cannot be used: " + last_error());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  return std::unique_ptr<TlsContext>(
      std::make_unique<OpenSslClientContext>(std::move(context), host));
}

}  // namespace chat::crypto

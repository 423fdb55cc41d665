// TLS over a connected, non-blocking socket, on OpenSSL directly (its buffers are released while a
// connection is idle). A TlsContext may be used from any thread; a TlsStream belongs to one loop.
// The process must ignore SIGPIPE: OpenSSL writes to the socket with plain write().
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "connect/base/result.h"

namespace chat::crypto {

class TlsStream {
 public:
  enum class Progress { kDone, kWantRead, kWantWrite, kClosed, kFailed };
  struct Transfer {
    Progress progress = Progress::kDone;
    size_t bytes = 0;
  };
  // Why a handshake failed.
  enum class Fault {
    kOther,
    kNotTrusted,  // the peer's certificate, by no root
    kUnfit,       // the peer's certificate in another way, as by its dates
    kOtherName,   // the peer's certificate is for other hosts
    kNoTls,       // the peer speaks something else
  };
  struct Failure {
    Fault fault = Fault::kOther;
    std::string why;  // in OpenSSL's words
  };
  virtual ~TlsStream() = default;
  virtual Progress handshake() = 0;
  virtual Failure failure() const = 0;  // of the handshake, once that has failed
  // Read until kWantRead: bytes that wait inside the stream do not make the socket readable.
  virtual Transfer read(char* data, size_t size) = 0;
  // After kWantRead or kWantWrite the same bytes must be offered again (they may have moved).
  virtual Transfer write(const char* data, size_t size) = 0;
  virtual void shutdown() = 0;  // sends close_notify if it can at once
};

class TlsContext {
 public:
  virtual ~TlsContext() = default;
  // The descriptor is borrowed.
  virtual std::unique_ptr<TlsStream> open(int fd) = 0;
};

// A server's context: TLS 1.2 and 1.3. The files are PEM; they are read again by reload().
class ServerTlsContext : public TlsContext {
 public:
  static base::Result<std::unique_ptr<ServerTlsContext>> load(std::string cert_file,
                                                              std::string key_file);
  // Reads the files again if they have changed since; a broken pair is refused and the old one
  // stays in use. New connections get the new pair. True when it was replaced.
  virtual base::Result<bool> reload_if_changed() = 0;
};

// A client's: verifies against the system's roots, or against ca_file when it is not empty.
base::Result<std::unique_ptr<TlsContext>> client_tls_context(const std::string& ca_file,
                                                             const std::string& host);

}  // namespace chat::crypto

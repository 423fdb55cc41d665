#include "connect/client/connect_failure.h"

namespace chat::client {

using base::Code;
using Fault = crypto::TlsStream::Fault;
namespace {

// A port without TLS says nothing to a handshake: it waits for a line to end.
constexpr const char* kMaybePlain = " (if it does not speak TLS: use http://)";

}  // namespace

base::Error tls_failure(const Url& url, const crypto::TlsStream::Failure& failure) {
  const std::string where = url.authority();
  const std::string why = " (" + failure.why + ")";
  switch (failure.fault) {
    case Fault::kNotTrusted:
      return {Code::kConflict,
              where + ": the certificate is not trusted" + why + ": give --ca FILE"};
    case Fault::kUnfit: return {Code::kConflict, where + ": the certificate is not trusted" + why};
    case Fault::kOtherName:
      return {Code::kConflict, where + ": the certificate is for another host" + why};
    case Fault::kNoTls: return {Code::kConflict, where + " does not speak TLS: use http://"};
    case Fault::kOther: break;
  }
  return {Code::kUnavailable, where + ": the TLS handshake failed" + why + kMaybePlain};
}

base::Error no_handshake(const Url& url) {
  return {Code::kUnavailable, url.authority() + ": no answer in time" + kMaybePlain};
}

// Connect closes so where TLS was expected; a server that ends, too.
base::Error no_answer(const Url& url) {
  return {Code::kUnavailable, url.authority() + " closed the connection without an answer" +
                                  (url.tls ? "" : " (if it is a TLS port: use https://)")};
}

// RFC 8446, section 5.1: a record begins with its type, here alert or handshake, and 3.
bool is_tls_record(std::string_view answer) {
  return answer.size() >= 2 && (answer[0] == 0x15 || answer[0] == 0x16) && answer[1] == 0x03;
}

base::Error tls_expected(const Url& url) {
  return {Code::kConflict, url.authority() + ": this looks like a TLS port: use https://"};
}

base::Error no_upgrade(const Url& url, std::string_view status) {
  std::string what = url.authority() + " answered " + std::string(status);
  if (status == "404") what += ": it does not look like Connect's address for clients";
  return {Code::kUnavailable, std::move(what)};
}

}  // namespace chat::client

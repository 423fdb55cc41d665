// What to say of a connection that could not be made, and whether trying again can help: kConflict
// when a person has to change something first, kUnavailable when it may be better soon.
// Pure functions, any thread.
#pragma once

#include <string_view>

#include "connect/base/result.h"
#include "connect/client/url.h"
#include "connect/crypto/tls.h"

namespace chat::client {

base::Error tls_failure(const Url& url, const crypto::TlsStream::Failure& failure);

// Nothing came in time.
base::Error no_handshake(const Url& url);

// There was an end where the first byte of an answer was expected.
base::Error no_answer(const Url& url);

// These bytes of an answer to a request without TLS are a TLS record.
bool is_tls_record(std::string_view answer);
base::Error tls_expected(const Url& url);

// A status in place of the upgrade to a WebSocket.
base::Error no_upgrade(const Url& url, std::string_view status);

}  // namespace chat::client

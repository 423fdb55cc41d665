// Any bytes as a cursor: none opens but the one that was given, and any position survives sealing.
#include "connect/base/check.h"
#include "connect/crypto/digest.h"
#include "connect/protocol/cursor.h"

namespace chat::protocol {
namespace {

void check(std::string_view input) {
  const CursorSealer sealer({1, 2, 3});
  const std::string given = sealer.seal("inbox", "alice", "c1");
  CHECK(sealer.open("inbox", "alice", input).has_value() == (input == given));
  const Result<std::string> opened = sealer.open("sync", "bob", sealer.seal("sync", "bob", input));
  CHECK(opened.has_value() && *opened == input);
  // What is read as base64url has that one spelling.
  if (const std::optional<std::string> bytes = crypto::from_base64url(input))
    CHECK(crypto::base64url(*bytes) == input);
}

}  // namespace
}  // namespace chat::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::protocol::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

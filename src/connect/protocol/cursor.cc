#include "connect/protocol/cursor.h"

#include "connect/crypto/digest.h"

namespace chat::protocol {
namespace {

// 128 bits are beyond guessing, and half of the digest keeps cursors short.
constexpr size_t kSealBytes = 16;

std::string seal_of(const CursorSealer::Secret& secret, std::string_view call,
                    std::string_view user, std::string_view position) {
  std::string bytes;
  for (std::string_view part : {call, user, position}) {
    // Each part's length goes before it, so that no two triples give the same bytes.
    bytes += std::to_string(part.size());
    bytes += ':';
    bytes += part;
  }
  const crypto::Digest digest = crypto::hmac_sha256(secret, bytes);
  return {reinterpret_cast<const char*>(digest.data()), kSealBytes};
}

}  // namespace

std::string CursorSealer::seal(std::string_view call, std::string_view user,
                               std::string_view position) const {
  return crypto::base64url(std::string(position) + seal_of(secret_, call, user, position));
}

Result<std::string> CursorSealer::open(std::string_view call, std::string_view user,
                                       std::string_view cursor) const {
  std::optional<std::string> bytes = crypto::from_base64url(cursor);
  if (bytes && bytes->size() >= kSealBytes) {
    const std::string seal = bytes->substr(bytes->size() - kSealBytes);
    bytes->resize(bytes->size() - kSealBytes);
    if (crypto::equal_in_constant_time(seal, seal_of(secret_, call, user, *bytes)))
      return *std::move(bytes);
  }
  return refuse(ErrorCode::kCursorInvalid, "the cursor was not given for this call", "cursor");
}

}  // namespace chat::protocol

// Stand-ins for a gateway's neighbours, for tests.
#pragma once

#include <string>
#include <string_view>

#include "connect/gateway/authenticator.h"
#include "connect/gateway/dev_login.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/read_service.h"

namespace chat::gateway {

// Tokens are the user's name; "expired" and "bad" are not believed.
class FakeAuthenticator final : public Authenticator {
 public:
  protocol::Result<Identity> authenticate(std::string_view token, int64_t now_ms) const override {
    if (token == "expired")
      return protocol::refuse(protocol::ErrorCode::kTokenExpired, "it expired");
    if (token == "bad")
      return protocol::refuse(protocol::ErrorCode::kTokenInvalid, "it is no token");
    return Identity{protocol::UserId(std::string(token)), now_ms + 60'000, "key"};
  }
  bool trusts(const Identity&) const override { return is_trusting; }
  uint64_t version() const override { return 0; }
  bool is_trusting = true;
};

class FakeLogin final : public DevLogin {
 public:
  protocol::Result<Login> login(const protocol::UserId& user, int64_t now_ms) override {
    return Login{"token-of-" + user.value(), now_ms + 1000};
  }
};

// Answers every read at once with the request's own record as text, and `pad` behind it.
class FakeReads final : public protocol::ReadService {
 public:
  std::string pad;
  void read(protocol::ReadRequest request,
            base::Callback<protocol::Result<std::string>> done) override {
    std::string ok = "{\"read\":";
    protocol::json::append_string(ok, request.ShortDebugString() + pad);
    done(ok + '}');
  }
};

}  // namespace chat::gateway

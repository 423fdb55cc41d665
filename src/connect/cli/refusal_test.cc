#include "connect/cli/refusal.h"

#include <gtest/gtest.h>

namespace chat::cli {
namespace {

using protocol::ErrorCode;

TEST(Refusal, AChatThatOneMayNotSeeHasOneTextAndAStep) {
  for (const char* message : {"no such chat", "no such chat, or not yours to see"})
    EXPECT_EQ(with_next_step({ErrorCode::kNotFound, message}, kJoinStep),
              "no such chat, or not yours to see; if it is open to everybody: /join CHAT");
  EXPECT_EQ(with_next_step({ErrorCode::kNotFound, "no such chat"}, join_step("c1")),
            "no such chat, or not yours to see; if it is open to everybody, join it: "
            "connect chat --chat c1");
}

TEST(Refusal, OtherRefusalsAreTheServersWords) {
  for (const protocol::Error& error :
       {protocol::Error{ErrorCode::kNotFound, "no such message"},
        protocol::Error{ErrorCode::kForbidden, "no such chat"},
        protocol::Error{ErrorCode::kTooLarge, "text is at most 16 KiB"}})
    EXPECT_EQ(with_next_step(error, kJoinStep), error.message);
}

}  // namespace
}  // namespace chat::cli

#include "connect/gateway/user_queues.h"

#include <gtest/gtest.h>

namespace chat::gateway {
namespace {

TEST(UserQueues, AUsersConnectionsShareOneAccount) {
  UserQueues queues;
  const QueueAccount one = queues.account_of("alice");
  *one += 5;
  EXPECT_EQ(queues.account_of("alice")->load(), 5u);
  EXPECT_EQ(queues.account_of("bob")->load(), 0u);
}

TEST(UserQueues, ForgetsUsersWhoHaveNoConnection) {
  UserQueues queues;
  const QueueAccount kept = queues.account_of("alice");
  *kept += 5;
  for (int i = 0; i < 100'000; ++i) queues.account_of(std::to_string(i));
  EXPECT_LE(queues.users(), 16u * 64u);
  EXPECT_EQ(queues.account_of("alice"), kept);
}

}  // namespace
}  // namespace chat::gateway

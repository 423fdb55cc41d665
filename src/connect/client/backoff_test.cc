#include "connect/client/backoff.h"

#include <gtest/gtest.h>

namespace chat::client {
namespace {

// The largest value, so that every delay is its ceiling modulo rounding.
class FixedRandom final : public base::Random {
 public:
  explicit FixedRandom(uint64_t value) : value_(value) {}
  uint64_t next() override { return value_; }

 private:
  uint64_t value_;
};

TEST(Backoff, GrowsToItsCeilingWithFullJitter) {
  base::SeededRandom random(7);
  Backoff backoff(random);
  int64_t ceiling = Backoff::kFirstMs;
  for (int attempt = 0; attempt < 20; ++attempt) {
    const int64_t delay = backoff.next_ms(0);
    EXPECT_GE(delay, 0);
    EXPECT_LE(delay, ceiling);
    ceiling = std::min(Backoff::kMostMs, ceiling * 2);
  }
}

TEST(Backoff, AGoodConnectionStartsItAnew) {
  FixedRandom random(400);
  Backoff backoff(random);
  for (int i = 0; i < 5; ++i) (void)backoff.next_ms(0);
  FixedRandom most(30'000'000);
  Backoff long_backoff(most);
  for (int i = 0; i < 5; ++i) (void)long_backoff.next_ms(0);
  EXPECT_LE(long_backoff.next_ms(Backoff::kGoodMs), Backoff::kFirstMs);
}

struct Close {
  uint16_t code;
  const char* reason;
  std::optional<int64_t> delay;
};

TEST(Backoff, CloseCodesByClass) {
  FixedRandom random(0);
  const Close cases[] = {
      {1000, "", 0},          {1006, "", 0},        {1012, "5000", 0},
      {4401, "", 0},          {4408, "2500", 2500}, {4429, "30000", 30'000},
      {4429, "soon", 0},      {4429, "-5", 0},      {4429, "99999999", 600'000},
      {4499, "10 ms", 0},     {4500, "1000", {}},   {4501, "", {}},
      {4503, "", {}},         {4509, "", {}},       {4999, "", {}},
      {1015, "no trust", {}},
  };
  for (const Close& close : cases) {
    SCOPED_TRACE(std::string(close.reason) + " " + std::to_string(close.code));
    Backoff backoff(random);
    EXPECT_EQ(backoff.after_close_ms(close.code, close.reason, 0), close.delay);
  }
}

}  // namespace
}  // namespace chat::client

#include "connect/base/metrics.h"

#include <gmock/gmock.h>

namespace chat::base {
namespace {

using testing::HasSubstr;

TEST(Metrics, ShowsEveryInstrumentAsText) {
  Metrics metrics;
  metrics.counter("sends_total", "Messages sent").add(3);
  metrics.counter("refusals_total", "Refusals", {{"code", "not_found"}}).add();
  metrics.gauge("connections", "Open connections").set(7);
  metrics.histogram("ack_seconds", "Time to acknowledge", {0.01, 0.1}).observe(0.05);
  const std::string text = metrics.text();
  EXPECT_THAT(text, HasSubstr("# HELP sends_total Messages sent"));
  EXPECT_THAT(text, HasSubstr("sends_total 3"));
  EXPECT_THAT(text, HasSubstr("refusals_total{code=\"not_found\"} 1"));
  EXPECT_THAT(text, HasSubstr("connections 7"));
  EXPECT_THAT(text, HasSubstr("ack_seconds_bucket{le=\"0.1\"} 1"));
}

TEST(Metrics, TheSameNameAndLabelsAreOneInstrument) {
  Metrics metrics;
  Counter& first = metrics.counter("a_total", "A", {{"x", "1"}});
  EXPECT_EQ(&first, &metrics.counter("a_total", "A", {{"x", "1"}}));
  EXPECT_NE(&first, &metrics.counter("a_total", "A", {{"x", "2"}}));
}

}  // namespace
}  // namespace chat::base

#include "connect/app/start_page.h"

#include <gmock/gmock.h>

namespace chat::app {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(StartPage, SaysWhatIsHereAndHowToGoOn) {
  const auto is_page = AllOf(StartsWith("<!doctype html>"), HasSubstr(CONNECT_VERSION),
                             HasSubstr("href=\"/v1/openapi.json\""), HasSubstr("connect chat"));
  EXPECT_THAT(start_page(true), AllOf(is_page, HasSubstr("/v1/dev/login"), HasSubstr("--user")));
  EXPECT_THAT(start_page(false),
              AllOf(is_page, Not(HasSubstr("/v1/dev/login")), HasSubstr("--token")));
}

}  // namespace
}  // namespace chat::app

#include "connect/app/serve_options.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace chat::app {
namespace {

struct Case {
  std::function<void(ServeOptions&)> change;
  std::string named;  // in the refusal; empty: it is good
};

TEST(ServeOptions, WhatMakesNoSenseIsNamed) {
  const std::vector<Case> cases = {
      {[](ServeOptions&) {}, ""},
      {[](ServeOptions& options) { options.listen = "[::1]:0"; }, ""},
      {[](ServeOptions& options) { options.listen = "localhost:8080"; }, ""},
      {[](ServeOptions& options) { options.listen = "0.0.0.0:8080"; }, "--auth dev"},
      {[](ServeOptions& options) { options.listen = "[::]:8080"; }, "--auth dev"},
      {[](ServeOptions& options) { options.listen = "chat.example:8080"; }, "--auth dev"},
      {[](ServeOptions& options) { options.listen = "8080"; }, "--listen"},
      {[](ServeOptions& options) { options.ops = "127.0.0.1:70000"; }, "--ops"},
      {[](ServeOptions& options) { options.ops = options.listen; }, "same address"},
      {[](ServeOptions& options) { options.listen = options.ops = "127.0.0.1:0"; }, ""},
      {[](ServeOptions& options) { options.auth = "jwt"; }, "--jwt-key"},
      {[](ServeOptions& options) { options.jwt_keys = {"k.pem"}; }, "--jwt-key"},
      {[](ServeOptions& options) { options.jwt_audience = "chat"; }, "--jwt-audience"},
      {[](ServeOptions& options) { options.tls_cert = "cert.pem"; }, "--tls-key"},
      {[](ServeOptions& options) {
         options.origins = {"https://a.example", "http://b:81"};
       },
       ""},
      {[](ServeOptions& options) { options.origins = {"chat.example"}; }, "--origin"},
      {[](ServeOptions& options) { options.origins = {"https://"}; }, "--origin"},
      {[](ServeOptions& options) { options.origins = {"https://a.example/"}; }, "--origin"},
      {[](ServeOptions& options) {
         options.auth = "jwt";
         options.jwt_keys = {"k.pem"};
         options.listen = "0.0.0.0:443";
       },
       ""},
  };
  for (const Case& one : cases) {
    ServeOptions options;
    one.change(options);
    const auto checked = check_serve_options(options);
    EXPECT_EQ(checked.has_value(), one.named.empty()) << one.named << options.listen;
    if (!checked) {
      EXPECT_NE(checked.error().message.find(one.named), std::string::npos)
          << checked.error().message;
    }
  }
}

TEST(ServeOptions, HalfTheProcessorsEach) {
  const std::pair<uint32_t, uint32_t> kCases[] = {{0, 1}, {1, 1}, {2, 1}, {3, 1},
                                                  {4, 2}, {7, 3}, {8, 4}, {64, 4}};
  for (const auto& [processors, threads] : kCases)
    EXPECT_EQ(default_threads(processors), threads) << processors;
}

}  // namespace
}  // namespace chat::app

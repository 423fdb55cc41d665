#include "connect/app/start_page.h"

namespace chat::app {
namespace {

constexpr const char* kHead = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Connect</title>
<h1>Connect</h1>
<p>A chat server is running here: groups and direct chats over WebSocket and HTTP.
)";

constexpr const char* kDevLogin =
    R"(<p>It lets anybody on this machine be anybody. For a token, with this page's address as URL:
<pre>curl -s -d '{"user":"alice"}' -H 'Content-Type: application/json' URL/v1/dev/login</pre>
<p>To chat in a terminal:
<pre>connect chat --url URL --user alice</pre>
)";

constexpr const char* kTokens =
    R"(<p>It takes the signed tokens of its operator. To chat in a terminal, with one and this
page's address as URL:
<pre>connect chat --url URL --token TOKEN</pre>
)";

constexpr const char* kTail =
    R"(<p>What programs ask it: <a href="/v1/openapi.json">/v1/openapi.json</a> describes
the HTTP calls, <a href="/v1/asyncapi.json">/v1/asyncapi.json</a> the WebSocket at /v1/ws.
)";

}  // namespace

std::string start_page(bool has_dev_login) {
  std::string page = kHead;
  page += std::string("<p>Version ") + CONNECT_VERSION + ".\n";
  page += has_dev_login ? kDevLogin : kTokens;
  return page + kTail;
}

}  // namespace chat::app

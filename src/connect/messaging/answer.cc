#include "connect/messaging/answer.h"

#include <algorithm>

#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {

namespace json = protocol::json;

uint32_t limit_or_default(uint32_t limit) {
  return limit == 0 ? protocol::kPageDefault : std::min(limit, protocol::kPageMax);
}

void append_role(std::string& out, protocol::Role role) {
  if (role == protocol::ROLE_NONE)
    out += "null";
  else
    json::append_string(out, json::word_of(role));
}

void append_optional_id(std::string& out, std::optional<protocol::EventId> id) {
  if (id)
    json::append_number(out, id->value());
  else
    out += "null";
}

void append_missing(std::string& out, const std::vector<View::Hole>& missing) {
  out += '[';
  for (const View::Hole& hole : missing) {
    if (out.back() != '[') out += ',';
    out += "{\"from\":";
    json::append_number(out, hole.from.value());
    out += ",\"to\":";
    json::append_number(out, hole.to.value());
    out += ",\"why\":\"not_member\"}";
  }
  out += ']';
}

void append_range(std::string& out, const Page& page) {
  if (!page.range) {
    out += "null";
    return;
  }
  out += "{\"from\":";
  json::append_number(out, page.range->from.value());
  out += ",\"to\":";
  json::append_number(out, page.range->to.value());
  out += page.missing.empty() ? ",\"complete\":true}" : ",\"complete\":false}";
}

}  // namespace chat::messaging

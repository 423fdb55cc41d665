#include "connect/messaging/answer.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using protocol::ChatId;

class ChatReading final : public Reading {
 public:
  ChatReading(Context context, const protocol::ChatRead& request)
      : Reading(std::move(context)), chat_(request.chat()) {}

 private:
  Step step() override {
    if (!access_) return ask_access(chat_);
    const Access& access = *access_;
    if (!access.ever_member() && !access.joinable()) return refuse_not_found();
    std::string body = "{\"chat\":";
    json::append_string(body, chat_.value());
    body += ",\"type\":";
    json::append_string(body, json::word_of(access.type()));
    body += ",\"title\":";
    json::append_string(body, access.title());
    body += ",\"topic\":";
    json::append_string(body, access.topic());
    body += ",\"visibility\":";
    json::append_string(body, json::word_of(access.visibility()));
    body += access.joinable() ? ",\"joinable\":true" : ",\"joinable\":false";
    body += ",\"role\":";
    append_role(body, access.role());
    body += ",\"members\":";
    json::append_number(body, access.members());
    body += ",\"head\":";
    json::append_place(body, access.newest());
    body += '}';
    return answer(std::move(body));
  }

  const ChatId chat_;
};

}  // namespace

std::shared_ptr<Reading> make_chat_read(Reading::Context context,
                                        const protocol::ChatRead& request) {
  return std::make_shared<ChatReading>(std::move(context), request);
}

}  // namespace chat::messaging

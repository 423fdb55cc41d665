#include "connect/messaging/answer.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

using protocol::ChatId;
using protocol::EventId;

class EventsReading final : public Reading {
 public:
  EventsReading(Context context, const protocol::EventsRead& request)
      : Reading(std::move(context)),
        chat_(request.chat()),
        after_(request.after()),
        limit_(limit_or_default(request.limit())) {}

 private:
  Step step() override {
    if (!access_) return ask_access(chat_);
    if (!access_->ever_member()) return refuse_not_found();
    if (!catch_up_) catch_up_.emplace(after_, limit_, access_->view().up_to(access_->head()));
    if (advance_catch_up(chat_) == Step::kWaits) return Step::kWaits;
    std::string body = "{";
    append_catch_up(body, *access_);
    body += ",\"head\":";
    protocol::json::append_place(body, access_->newest());
    body += '}';
    return answer(std::move(body));
  }

  const ChatId chat_;
  const EventId after_;
  const uint32_t limit_;
};

}  // namespace

std::shared_ptr<Reading> make_events_read(Reading::Context context,
                                          const protocol::EventsRead& request) {
  return std::make_shared<EventsReading>(std::move(context), request);
}

}  // namespace chat::messaging

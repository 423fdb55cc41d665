#include "connect/messaging/answer.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

using protocol::ChatId;
using protocol::EventId;

PagePosition position_of(const protocol::HistoryRead& request) {
  if (request.has_before()) return PagePosition::before(EventId(request.before()));
  if (request.has_after()) return PagePosition::after(EventId(request.after()));
  if (request.has_around()) return PagePosition::around(EventId(request.around()));
  if (request.has_at_ms()) return PagePosition::at(static_cast<int64_t>(request.at_ms()));
  return PagePosition::newest();
}

class HistoryReading final : public Reading {
 public:
  HistoryReading(Context context, const protocol::HistoryRead& request)
      : Reading(std::move(context)),
        chat_(request.chat()),
        position_(position_of(request)),
        limit_(limit_or_default(request.limit())) {}

 private:
  Step step() override {
    if (!access_) return ask_access(chat_);
    if (!access_->ever_member()) return refuse_not_found();
    if (!page_) page_.emplace(position_, limit_, access_->view(), access_->head());
    if (advance_page(chat_) == Step::kWaits) return Step::kWaits;
    // A short message is about 300 bytes as JSON.
    std::string body;
    body.reserve(400 * limit_);
    body += '{';
    page_->append_fields(body, chat_.value());
    body += ",\"head\":";
    protocol::json::append_place(body, access_->newest());
    body += '}';
    return answer(std::move(body));
  }

  const ChatId chat_;
  const PagePosition position_;
  const uint32_t limit_;
};

}  // namespace

std::shared_ptr<Reading> make_history_read(Reading::Context context,
                                           const protocol::HistoryRead& request) {
  return std::make_shared<HistoryReading>(std::move(context), request);
}

}  // namespace chat::messaging

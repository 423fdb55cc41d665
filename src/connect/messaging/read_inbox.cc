#include "connect/messaging/answer.h"
#include "connect/messaging/latest_first.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using persistence::UserChat;

constexpr std::string_view kCall = "inbox";

class InboxReading final : public Reading {
 public:
  InboxReading(Context context, protocol::InboxRead request)
      : Reading(std::move(context)),
        cursor_(std::move(*request.mutable_cursor())),
        limit_(limit_or_default(request.limit())) {}

 private:
  Step step() override {
    if (!chats_) return ask_chats();
    while (shown_ < std::min<size_t>(chats_->size(), limit_) && body_.size() < kAnswerBytesMax) {
      if (add_last((*chats_)[shown_]) == Step::kWaits) return Step::kWaits;
      ++shown_;
    }
    body_ += "],\"next\":";
    if (shown_ < chats_->size()) {
      const std::string last = text_of(rank_of((*chats_)[shown_ - 1]));
      json::append_string(body_, cursors().seal(kCall, user().value(), last));
    } else {
      body_ += "null";
    }
    body_ += '}';
    return answer(std::move(body_));
  }

  Step ask_chats() {
    std::optional<Rank> after;
    if (!cursor_.empty()) {
      auto position = cursors().open(kCall, user().value(), cursor_);
      if (!position) return refuse(std::move(position.error()));
      after = rank_from(*position);
    }
    persistence().read_inbox(
        user(), then<std::vector<UserChat>>([this, after](std::vector<UserChat> chats) {
          chats_ = latest_first(std::move(chats), after);
        }));
    return Step::kWaits;
  }

  // Adds the chat with its last message: the head itself, or what a page of one shows.
  Step add_last(const Access& access) {
    const protocol::Event* head = access.newest_message();
    if (head == nullptr) {
      if (!page_) page_.emplace(PagePosition::newest(), 1, access.view(), access.head());
      if (advance_page(access.chat()) == Step::kWaits) return Step::kWaits;
    }
    body_ += body_.back() == '[' ? "{" : ",{";
    access.append_fields(body_);
    body_ += ",\"last\":";
    if (head != nullptr)
      json::append_message(body_, access.chat().value(), {head, nullptr, {}});
    else
      page_->append_last(body_, access.chat().value());
    body_ += '}';
    page_.reset();
    return Step::kDone;
  }

  const std::string cursor_;
  const uint32_t limit_;
  std::optional<std::vector<Access>> chats_;
  size_t shown_ = 0;
  std::string body_ = "{\"chats\":[";
};

}  // namespace

std::shared_ptr<Reading> make_inbox_read(Reading::Context context, protocol::InboxRead request) {
  return std::make_shared<InboxReading>(std::move(context), std::move(request));
}

}  // namespace chat::messaging

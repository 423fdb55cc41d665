#include "connect/messaging/answer.h"
#include "connect/messaging/latest_first.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using persistence::ListedChat;
using persistence::UserChat;

constexpr std::string_view kCall = "inbox";
// Chats whose newest events, of 64 KB at most, are in memory at one time: 1 MB, as an answer has.
constexpr size_t kChatsPerRead = 16;

class InboxReading final : public Reading {
 public:
  InboxReading(Context context, protocol::InboxRead request)
      : Reading(std::move(context)),
        cursor_(std::move(*request.mutable_cursor())),
        limit_(limit_or_default(request.limit())) {}

 private:
  Step step() override {
    if (!latest_) return ask_list();
    for (; shown_ < latest_->ranks.size() && !is_full(); ++shown_) {
      if (shown_ == first_read_ + chats_.size()) return ask_chats();
      const Access& access = chats_[shown_ - first_read_];
      // Who has left since the list was read is not shown the chat.
      if (access.member_now() && add_last(access) == Step::kWaits) return Step::kWaits;
    }
    body_ += "],\"next\":";
    if (shown_ < latest_->ranks.size() || latest_->more) {
      const std::string last = text_of(latest_->ranks[shown_ - 1]);
      json::append_string(body_, cursors().seal(kCall, user().value(), last));
    } else {
      body_ += "null";
    }
    body_ += '}';
    return answer(std::move(body_));
  }

  Step ask_list() {
    std::optional<Rank> after;
    if (!cursor_.empty()) {
      auto position = cursors().open(kCall, user().value(), cursor_);
      if (!position) return refuse(std::move(position.error()));
      after = rank_from(*position);
    }
    persistence().list_chats(
        user(), then<std::vector<ListedChat>>([this, after](std::vector<ListedChat> chats) {
          latest_ = latest_first(std::move(chats), after, limit_);
        }));
    return Step::kWaits;
  }

  Step ask_chats() {
    persistence().read_user_chats(user(), names_of(*latest_, shown_, kChatsPerRead),
                                  then<std::vector<UserChat>>([this](std::vector<UserChat> read) {
                                    first_read_ = shown_;
                                    chats_.clear();
                                    for (UserChat& chat : read)
                                      chats_.emplace_back(std::move(chat));
                                  }));
    return Step::kWaits;
  }

  bool is_full() const { return body_.size() >= kAnswerBytesMax || scanned_ >= kAnswerEventsMax; }

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
    if (page_) scanned_ += page_->scanned();
    page_.reset();
    return Step::kDone;
  }

  const std::string cursor_;
  const uint32_t limit_;
  std::optional<LatestChats> latest_;
  std::vector<Access> chats_;  // of some of them
  size_t first_read_ = 0;      // the first of these
  size_t shown_ = 0;
  uint32_t scanned_ = 0;  // events, by the pages of these
  std::string body_ = "{\"chats\":[";
};

}  // namespace

std::shared_ptr<Reading> make_inbox_read(Reading::Context context, protocol::InboxRead request) {
  return std::make_shared<InboxReading>(std::move(context), std::move(request));
}

}  // namespace chat::messaging

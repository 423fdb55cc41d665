#include <algorithm>
#include <map>

#include "connect/messaging/answer.h"
#include "connect/messaging/latest_first.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using persistence::ListedChat;
using persistence::UserChat;
using protocol::ChatId;
using protocol::ErrorCode;
using protocol::EventId;

constexpr std::string_view kCall = "sync";
// A cursor stands behind a named chat, or behind one that was not named: then all named are done.
constexpr char kNamed = 'n';
constexpr char kOther = 'o';

// The named chats in the order of their names, then the others, latest first. The cursor says how
// far that went; the chats themselves are named again with every batch.
class SyncReading final : public Reading {
 public:
  SyncReading(Context context, protocol::SyncRead request)
      : Reading(std::move(context)),
        cursor_(std::move(*request.mutable_cursor())),
        limit_(limit_or_default(request.limit())) {
    for (protocol::SyncRead::Known& known : *request.mutable_chats())
      named_.emplace(ChatId(std::move(*known.mutable_chat())), EventId(known.after()));
  }

 private:
  Step step() override {
    if (!begun_ && !begin()) return Step::kDone;
    if (!named_batch_) return ask_named();
    if (!latest_) return ask_list();
    if (!others_) return ask_others();
    while (done_ < batch_size() && !is_full()) {
      if (add_entry() == Step::kWaits) return Step::kWaits;
      ++done_;
    }
    return finish();
  }

  // False when the cursor was refused.
  bool begin() {
    begun_ = true;
    if (cursor_.empty()) return true;
    auto position = cursors().open(kCall, user().value(), cursor_);
    if (!position) {
      refuse(std::move(position.error()));
      return false;
    }
    if (position->starts_with(kNamed)) {
      named_after_ = ChatId(position->substr(1));
    } else {
      after_other_ = rank_from(std::string_view(*position).substr(1));
      named_done_ = true;
    }
    return true;
  }

  Step ask_named() {
    std::vector<ChatId> chats;
    auto next = named_after_ ? named_.upper_bound(*named_after_) : named_.begin();
    if (named_done_) next = named_.end();
    for (; next != named_.end() && chats.size() < protocol::kSyncChatsPerBatch; ++next)
      chats.push_back(next->first);
    more_named_ = next != named_.end();
    if (chats.empty()) {
      named_batch_.emplace();
      return step();
    }
    return ask_chats(std::move(chats), named_batch_);
  }

  // A batch's newest events are 50 times 64 KB at most.
  Step ask_chats(std::vector<ChatId> chats, std::optional<std::vector<Access>>& into) {
    persistence().read_user_chats(user(), std::move(chats),
                                  then<std::vector<UserChat>>([&into](std::vector<UserChat> read) {
                                    into.emplace();
                                    for (UserChat& chat : read) into->emplace_back(std::move(chat));
                                  }));
    return Step::kWaits;
  }

  Step ask_list() {
    if (named_batch_->size() >= protocol::kSyncChatsPerBatch) {
      latest_.emplace();
      others_unknown_ = true;
      return step();
    }
    persistence().list_chats(
        user(), then<std::vector<ListedChat>>([this](std::vector<ListedChat> chats) {
          std::erase_if(chats, [this](const ListedChat& c) { return named_.contains(c.chat); });
          latest_ = latest_first(std::move(chats), after_other_,
                                 protocol::kSyncChatsPerBatch - named_batch_->size());
        }));
    return Step::kWaits;
  }

  Step ask_others() {
    if (latest_->ranks.empty()) {
      others_.emplace();
      return step();
    }
    return ask_chats(names_of(*latest_, 0, latest_->ranks.size()), others_);
  }

  bool is_full() const { return body_.size() >= kAnswerBytesMax || scanned_ >= kAnswerEventsMax; }

  size_t batch_size() const { return named_batch_->size() + others_->size(); }

  bool is_named(size_t i) const { return i < named_batch_->size(); }
  const Access& entry(size_t i) const {
    return is_named(i) ? (*named_batch_)[i] : (*others_)[i - named_batch_->size()];
  }

  Step add_entry() {
    const Access& access = entry(done_);
    if (is_named(done_) && !access.ever_member()) {
      add_unknown(access.chat());
      return Step::kDone;
    }
    return is_named(done_) ? add_named(access) : add_other(access);
  }

  void open_entry() { body_ += body_.back() == '[' ? "{" : ",{"; }

  void add_unknown(const ChatId& chat) {
    open_entry();
    body_ += "\"chat\":";
    json::append_string(body_, chat.value());
    body_ += ",\"error\":";
    json::append_error(body_, {ErrorCode::kNotFound, "no such chat, or not yours to see", "", 0});
    body_ += '}';
  }

  Step add_named(const Access& access) {
    if (!catch_up_)
      catch_up_.emplace(named_.at(access.chat()), limit_, access.view().up_to(access.head()));
    if (advance_catch_up(access.chat()) == Step::kWaits) return Step::kWaits;
    open_entry();
    access.append_fields(body_);
    body_ += access.member_now() ? "," : ",\"left\":true,";
    append_catch_up(body_, access);
    body_ += '}';
    catch_up_.reset();
    return Step::kDone;
  }

  Step add_other(const Access& access) {
    if (!access.member_now()) return Step::kDone;  // left since the list was read
    if (!page_) page_.emplace(PagePosition::newest(), limit_, access.view(), access.head());
    if (advance_page(access.chat()) == Step::kWaits) return Step::kWaits;
    open_entry();
    access.append_fields(body_);
    body_ += ',';
    page_->append_fields(body_, access.chat().value());
    body_ += '}';
    scanned_ += page_->scanned();
    page_.reset();
    return Step::kDone;
  }

  Step finish() {
    const bool more = more_named_ || others_unknown_ || latest_->more || done_ < batch_size();
    body_ += "],\"next\":";
    if (more) {
      json::append_string(body_, cursors().seal(kCall, user().value(), position_of(done_ - 1)));
    } else {
      body_ += "null";
    }
    body_ += '}';
    return answer(std::move(body_));
  }

  std::string position_of(size_t i) const {
    if (is_named(i)) return kNamed + entry(i).chat().value();
    return kOther + text_of(latest_->ranks[i - named_batch_->size()]);
  }

  const std::string cursor_;
  const uint32_t limit_;
  std::map<ChatId, EventId> named_;  // and after which event

  bool begun_ = false;
  bool named_done_ = false;
  std::optional<ChatId> named_after_;
  std::optional<Rank> after_other_;
  std::optional<std::vector<Access>> named_batch_;
  std::optional<LatestChats> latest_;  // the others
  std::optional<std::vector<Access>> others_;
  bool more_named_ = false;
  bool others_unknown_ = false;  // there was no room for any, so nobody looked
  uint32_t scanned_ = 0;         // events, by the pages of the others
  size_t done_ = 0;              // entries of the batch: the named, then the others
  std::string body_ = "{\"chats\":[";
};

}  // namespace

std::shared_ptr<Reading> make_sync_read(Reading::Context context, protocol::SyncRead request) {
  return std::make_shared<SyncReading>(std::move(context), std::move(request));
}

}  // namespace chat::messaging

#include "connect/messaging/answer.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using persistence::Member;
using protocol::ChatId;
using protocol::UserId;

class MembersReading final : public Reading {
 public:
  MembersReading(Context context, protocol::MembersRead request)
      : Reading(std::move(context)),
        chat_(request.chat()),
        call_("members/" + request.chat()),
        cursor_(std::move(*request.mutable_cursor())),
        limit_(limit_or_default(request.limit())) {}

 private:
  Step step() override {
    if (!access_) return ask_access(chat_);
    if (!access_->ever_member()) return refuse_not_found();
    if (!access_->member_now())
      return refuse({protocol::ErrorCode::kForbidden, "only members see the members", "", 0});
    if (!members_) return ask_members();
    return answer(body());
  }

  // One more than the page holds tells whether there is a next one.
  Step ask_members() {
    std::optional<UserId> after;
    if (!cursor_.empty()) {
      auto position = cursors().open(call_, user().value(), cursor_);
      if (!position) return refuse(std::move(position.error()));
      after.emplace(std::move(*position));
    }
    persistence().read_members(chat_, after, limit_ + 1,
                               then<std::vector<Member>>([this](std::vector<Member> members) {
                                 members_ = std::move(members);
                               }));
    return Step::kWaits;
  }

  std::string body() const {
    std::string out = "{\"members\":[";
    const size_t shown = std::min<size_t>(members_->size(), limit_);
    for (size_t i = 0; i < shown; ++i) {
      const Member& member = (*members_)[i];
      out += i == 0 ? "{\"user\":" : ",{\"user\":";
      json::append_string(out, member.user.value());
      out += ",\"role\":";
      append_role(out, member.item.role());
      out += ",\"since\":";
      json::append_number(out, member.item.since());
      out += '}';
    }
    out += "],\"next\":";
    if (members_->size() > shown) {
      const std::string& last = (*members_)[shown - 1].user.value();
      json::append_string(out, cursors().seal(call_, user().value(), last));
    } else {
      out += "null";
    }
    out += '}';
    return out;
  }

  const ChatId chat_;
  const std::string call_;
  const std::string cursor_;
  const uint32_t limit_;
  std::optional<std::vector<Member>> members_;
};

}  // namespace

std::shared_ptr<Reading> make_members_read(Reading::Context context,
                                           protocol::MembersRead request) {
  return std::make_shared<MembersReading>(std::move(context), std::move(request));
}

}  // namespace chat::messaging

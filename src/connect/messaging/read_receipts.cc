#include "connect/messaging/answer.h"
#include "connect/messaging/reads.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/limits.h"

namespace chat::messaging {
namespace {

namespace json = protocol::json;
using persistence::Member;
using persistence::UserMarks;
using protocol::ChatId;
using protocol::UserId;

class ReceiptsReading final : public Reading {
 public:
  ReceiptsReading(Context context, const protocol::ReceiptsRead& request)
      : Reading(std::move(context)), chat_(request.chat()), id_(request.id()) {}

 private:
  Step step() override {
    if (!access_) return ask_access(chat_);
    if (!access_->ever_member()) return refuse_not_found();
    if (!access_->member_now())
      return refuse({protocol::ErrorCode::kForbidden, "only members see receipts", "", 0});
    if (!members_) return ask_members();
    if (members_->size() > protocol::kReceiptsMembersMax)
      return refuse({protocol::ErrorCode::kTooLarge,
                     "receipts are for chats of up to " +
                         std::to_string(protocol::kReceiptsMembersMax) + " members",
                     "", 0});
    if (!marks_) return ask_marks();
    return answer(body());
  }

  Step ask_members() {
    persistence().read_members(chat_, std::nullopt, protocol::kReceiptsMembersMax + 1,
                               then<std::vector<Member>>([this](std::vector<Member> members) {
                                 members_.emplace();
                                 for (Member& member : members)
                                   members_->push_back(std::move(member.user));
                               }));
    return Step::kWaits;
  }

  Step ask_marks() {
    persistence().read_marks(chat_, *members_,
                             then<std::vector<UserMarks>>([this](std::vector<UserMarks> marks) {
                               marks_ = std::move(marks);
                             }));
    return Step::kWaits;
  }

  void append_past(std::string& out, const UserId& user, uint64_t id) const {
    if (id == 0 || id < id_) return;
    out += out.back() == '[' ? "{\"user\":" : ",{\"user\":";
    json::append_string(out, user.value());
    out += ",\"id\":";
    json::append_number(out, id);
    out += '}';
  }

  // Who has read a message has received it, whether or not the device said so.
  std::string body() const {
    std::string out = "{\"read\":[";
    for (const UserMarks& user : *marks_) append_past(out, user.user, user.marks.read().id());
    out += "],\"delivered\":[";
    for (const UserMarks& user : *marks_)
      append_past(out, user.user, std::max(user.marks.read().id(), user.marks.delivered().id()));
    out += "]}";
    return out;
  }

  const ChatId chat_;
  const uint64_t id_;
  std::optional<std::vector<UserId>> members_;
  std::optional<std::vector<UserMarks>> marks_;
};

}  // namespace

std::shared_ptr<Reading> make_receipts_read(Reading::Context context,
                                            const protocol::ReceiptsRead& request) {
  return std::make_shared<ReceiptsReading>(std::move(context), request);
}

}  // namespace chat::messaging

#include "connect/messaging/reading.h"

#include "connect/base/check.h"
#include "connect/base/log.h"
#include "connect/messaging/answer.h"

namespace chat::messaging {

using persistence::LogPage;
using persistence::UserChat;
using protocol::ChatId;
using protocol::ErrorCode;

namespace {

// Until the server that takes over has started.
constexpr int64_t kStoppingRetryMs = 1'000;

}  // namespace

Reading::~Reading() {
  if (answered_) return;
  context_.done(
      protocol::refuse(ErrorCode::kUnavailable, "the server is stopping", "", kStoppingRetryMs));
}

// A question may be answered inside the call: then the loop goes round instead of the callback
// calling run() again, so that a long read does not pile up stack.
void Reading::run() {
  while (!answered_) {
    first_came_.store(false);
    if (step() == Step::kDone) return;
    if (!first_came_.exchange(true)) return;
  }
}

void Reading::arrived() {
  if (!first_came_.exchange(true)) return;
  if (answered_) return;
  context_.executor->post([self = shared_from_this()] { self->run(); });
}

Reading::Step Reading::answer(std::string body) {
  CHECK(!answered_);
  answered_ = true;
  context_.done(std::move(body));
  return Step::kDone;
}

Reading::Step Reading::refuse(protocol::Error error) {
  CHECK(!answered_);
  answered_ = true;
  context_.done(base::Unexpected<protocol::Error>{std::move(error)});
  return Step::kDone;
}

// The user is not told what broke inside; the operator is.
void Reading::fail(const base::Error& error) {
  protocol::Error refusal = protocol::from_base(error);
  if (refusal.code == ErrorCode::kInternal) {
    const std::string reference = "read-" + std::to_string(context_.number);
    refusal.message += ", reference " + reference;
    base::log_error("a read failed", {{"reference", reference}, {"why", error.message}});
  }
  refuse(std::move(refusal));
}

Reading::Step Reading::refuse_not_found() {
  return refuse({ErrorCode::kNotFound, "no such chat, or not yours to see", "", 0});
}

Reading::Step Reading::ask_access(const ChatId& chat) {
  persistence().read_user_chats(user(), {chat},
                                then<std::vector<UserChat>>([this](std::vector<UserChat> chats) {
                                  CHECK(chats.size() == 1);
                                  access_.emplace(std::move(chats.front()));
                                }));
  return Step::kWaits;
}

Reading::Step Reading::advance_page(const ChatId& chat) {
  if (const auto range = page_->next()) {
    persistence().read_log(chat, *range, user(),
                           then<LogPage>([this](LogPage read) { page_->take(std::move(read)); }));
    return Step::kWaits;
  }
  if (!page_->stale()) return Step::kDone;
  persistence().read_user_chats(user(), {chat},
                                then<std::vector<UserChat>>([this](std::vector<UserChat> chats) {
                                  CHECK(chats.size() == 1);
                                  const Access access(std::move(chats.front()));
                                  page_->renew(access.view(), access.head());
                                }));
  return Step::kWaits;
}

Reading::Step Reading::advance_catch_up(const ChatId& chat) {
  const auto range = catch_up_->next();
  if (!range) return Step::kDone;
  persistence().read_log(chat, *range, std::nullopt,
                         then<LogPage>([this](LogPage read) { catch_up_->take(std::move(read)); }));
  return Step::kWaits;
}

void Reading::append_catch_up(std::string& out, const Access& access) const {
  out += "\"events\":[";
  for (const protocol::Event& event : catch_up_->events()) {
    if (out.back() != '[') out += ',';
    append_seen_event(out, access.chat().value(), event, access.view());
  }
  out += "],\"missing\":";
  append_missing(out, catch_up_->missing());
  out += catch_up_->complete() ? ",\"complete\":true" : ",\"complete\":false";
}

}  // namespace chat::messaging

// Reading: one read of a user under way. It runs on a reader thread, asks persistence one question
// at a time and never waits for an answer: what it has learned so far are its members, and step()
// goes on from there.
//
// Thread rule: one thread at a time. A Reading is shared with the callbacks it has given to
// persistence and lives as long as one of them does; nobody else keeps it.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "connect/base/executor.h"
#include "connect/messaging/access.h"
#include "connect/messaging/catch_up.h"
#include "connect/messaging/page_builder.h"
#include "connect/persistence/persistence.h"
#include "connect/protocol/cursor.h"
#include "connect/protocol/error.h"

namespace chat::messaging {

using ReadAnswer = base::Callback<protocol::Result<std::string>>;

class Reading : public std::enable_shared_from_this<Reading> {
 public:
  struct Context {
    persistence::Persistence* persistence = nullptr;
    const protocol::CursorSealer* cursors = nullptr;
    base::Executor* executor = nullptr;  // the reader thread it runs on
    protocol::UserId user;
    uint64_t number = 0;  // the reference that `internal` gives, here and in the log
    ReadAnswer done;
  };

  explicit Reading(Context context) : context_(std::move(context)) {}
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  // Answers `unavailable` if nothing has been answered.
  virtual ~Reading();

  // Goes on as far as it can without waiting. On the executor.
  void run();

 protected:
  // Returns waits() after asking persistence one question, through then(); or what answer() and
  // refuse() return.
  enum class Step { kWaits, kDone };
  virtual Step step() = 0;

  persistence::Persistence& persistence() { return *context_.persistence; }
  const protocol::CursorSealer& cursors() const { return *context_.cursors; }
  const protocol::UserId& user() const { return context_.user; }

  Step answer(std::string body);
  Step refuse(protocol::Error error);
  Step refuse_not_found();

  // The callback for the question: hands the value to `take`, which may use `this`, and goes on; an
  // error is the answer of the whole read.
  template <typename T, typename Take>
  persistence::Done<T> then(Take take) {
    return [self = shared_from_this(), take = std::move(take)](base::Result<T> result) mutable {
      if (result)
        take(std::move(*result));
      else
        self->fail(result.error());
      self->arrived();
    };
  }

  // Reads `access_`.
  Step ask_access(const protocol::ChatId& chat);
  // These go on with `page_` and `catch_up_`; kDone: complete.
  Step advance_page(const protocol::ChatId& chat);
  Step advance_catch_up(const protocol::ChatId& chat);
  // "events":[…],"missing":[…],"complete":…
  void append_catch_up(std::string& out, const Access& access) const;

  std::optional<Access> access_;
  std::optional<PageBuilder> page_;
  std::optional<CatchUp> catch_up_;

 private:
  void arrived();
  void fail(const base::Error& error);

  Context context_;
  bool answered_ = false;
  // Whether the asking side or the answer got here second: that one goes on.
  std::atomic<bool> first_came_ = false;
};

}  // namespace chat::messaging

// PageBuilder: a page of history from the first read to its JSON: Paging, then Fold. Everything it
// needs are ranges of the log. A state machine without I/O. Thread rule: belongs to one read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connect/messaging/fold.h"
#include "connect/messaging/paging.h"
#include "connect/messaging/view.h"

namespace chat::messaging {

class PageBuilder {
 public:
  // `view` is the user's, `head` the chat's newest place when it was read.
  PageBuilder(PagePosition position, uint32_t limit, View view, const protocol::Place& head);

  // The next range to read, with the viewer; nothing when the page is complete or stale().
  std::optional<store::LogRange> next();
  void take(persistence::LogPage read);
  // How many events of the log were looked through.
  uint32_t scanned() const { return paging_.scanned(); }

  // Something happened to a message after the head that was read, so it is not known whether this
  // user may see it: read the user's membership again and renew() with it.
  bool stale() const { return stale_; }
  void renew(const View& view, const protocol::Place& head);

  // The fields of a page without its braces and without `head`, when next() has given nothing.
  void append_fields(std::string& out, std::string_view chat) const;
  // The last message alone; null when there is none.
  void append_last(std::string& out, std::string_view chat) const;

 private:
  void finish_paging();
  bool overtaken() const;
  void begin_fold();

  View view_;
  uint64_t head_id_ = 0;
  uint32_t renewals_ = 0;
  bool stale_ = false;
  Paging paging_;
  std::optional<Page> page_;
  std::optional<Fold> fold_;
};

}  // namespace chat::messaging

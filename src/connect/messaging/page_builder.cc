#include "connect/messaging/page_builder.h"

#include <algorithm>

#include "connect/base/check.h"
#include "connect/messaging/answer.h"

namespace chat::messaging {

using persistence::LogPage;
using protocol::EventId;
using protocol::Place;
using store::LogRange;

namespace {

// A chat so busy that each look at the membership is overtaken by another reaction: after this many
// what lies beyond the last look is treated as beyond the interval.
constexpr uint32_t kRenewalsMax = 3;

LogRange only(EventId id) {
  LogRange range;
  range.after = EventId(id.value() - 1);
  range.before = EventId(id.value() + 1);
  range.events_max = 1;
  return range;
}

}  // namespace

PageBuilder::PageBuilder(PagePosition position, uint32_t limit, View view, const Place& head)
    : view_(view.up_to(head)), head_id_(head.id()), paging_(position, limit, view_) {}

std::optional<LogRange> PageBuilder::next() {
  if (!page_) {
    if (auto range = paging_.next()) return range;
    finish_paging();
  }
  if (stale_) return std::nullopt;
  if (!fold_) begin_fold();
  const auto edit = fold_->wanted();
  return edit ? std::optional(only(*edit)) : std::nullopt;
}

void PageBuilder::take(LogPage read) {
  if (!page_) return paging_.take(std::move(read));
  CHECK(fold_);
  if (read.events.empty())
    fold_->take(std::nullopt);
  else
    fold_->take(std::move(read.events.front()));
}

void PageBuilder::finish_paging() {
  page_ = paging_.finish();
  stale_ = overtaken();
}

void PageBuilder::renew(const View& view, const Place& head) {
  CHECK(stale_ && page_);
  view_ = view.up_to(head);
  head_id_ = head.id();
  stale_ = ++renewals_ < kRenewalsMax && overtaken();
}

// What one sees who left does not depend on the head.
bool PageBuilder::overtaken() const {
  return view_.member_now() &&
         std::any_of(page_->overlays.begin(), page_->overlays.end(),
                     [this](const auto& overlay) { return overlay.version() > head_id_; });
}

void PageBuilder::begin_fold() {
  fold_.emplace(view_, std::move(page_->overlays), std::move(page_->reactions));
}

void PageBuilder::append_fields(std::string& out, std::string_view chat) const {
  CHECK(fold_);
  out += "\"messages\":[";
  for (size_t i = 0; i < page_->messages.size(); ++i) {
    if (i != 0) out += ',';
    fold_->append(out, chat, *page_->messages[i]);
  }
  out += "],\"range\":";
  append_range(out, *page_);
  out += ",\"missing\":";
  append_missing(out, page_->missing);
  out += ",\"prev\":";
  append_optional_id(out, page_->prev);
  out += ",\"next\":";
  append_optional_id(out, page_->next);
}

void PageBuilder::append_last(std::string& out, std::string_view chat) const {
  CHECK(fold_);
  if (page_->messages.empty())
    out += "null";
  else
    fold_->append(out, chat, *page_->messages.back());
}

}  // namespace chat::messaging

#include "connect/messaging/latest_first.h"

#include <algorithm>
#include <charconv>

namespace chat::messaging {

using protocol::ChatId;
using protocol::EventId;

namespace {

constexpr size_t kIdDigits = 16;  // ids are below 2^53, which has 16

}  // namespace

Rank rank_of(const Access& access) { return {EventId(access.newest().id()), access.chat()}; }

bool comes_before(const Rank& a, const Rank& b) {
  if (a.newest != b.newest) return a.newest > b.newest;
  return a.chat < b.chat;
}

std::string text_of(const Rank& rank) {
  std::string digits = std::to_string(rank.newest.value());
  digits.insert(0, kIdDigits - std::min(kIdDigits, digits.size()), '0');
  return digits + rank.chat.value();
}

std::optional<Rank> rank_from(std::string_view text) {
  if (text.size() <= kIdDigits) return std::nullopt;
  uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + kIdDigits, id);
  if (error != std::errc() || end != text.data() + kIdDigits) return std::nullopt;
  return Rank{EventId(id), ChatId(std::string(text.substr(kIdDigits)))};
}

std::vector<Access> latest_first(std::vector<persistence::UserChat> chats,
                                 const std::optional<Rank>& after) {
  std::vector<Access> kept;
  kept.reserve(chats.size());
  for (persistence::UserChat& chat : chats) {
    Access access(std::move(chat));
    if (!access.member_now()) continue;
    if (after && !comes_before(*after, rank_of(access))) continue;
    kept.push_back(std::move(access));
  }
  std::sort(kept.begin(), kept.end(),
            [](const Access& a, const Access& b) { return comes_before(rank_of(a), rank_of(b)); });
  return kept;
}

}  // namespace chat::messaging

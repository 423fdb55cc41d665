#include "connect/messaging/latest_first.h"

#include <algorithm>
#include <charconv>

namespace chat::messaging {

using protocol::ChatId;
using protocol::EventId;

namespace {

constexpr size_t kIdDigits = 16;  // ids are below 2^53, which has 16

}  // namespace

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

LatestChats latest_first(std::vector<persistence::ListedChat> chats,
                         const std::optional<Rank>& after, size_t limit) {
  LatestChats latest;
  for (persistence::ListedChat& listed : chats) {
    Rank rank{listed.tail, std::move(listed.chat)};
    if (!after || comes_before(*after, rank)) latest.ranks.push_back(std::move(rank));
  }
  latest.more = latest.ranks.size() > limit;
  const size_t kept = std::min(latest.ranks.size(), limit);
  std::partial_sort(latest.ranks.begin(), latest.ranks.begin() + static_cast<std::ptrdiff_t>(kept),
                    latest.ranks.end(), comes_before);
  latest.ranks.resize(kept);
  return latest;
}

std::vector<ChatId> names_of(const LatestChats& latest, size_t first, size_t count) {
  std::vector<ChatId> names;
  const size_t end = std::min(latest.ranks.size(), first + count);
  for (size_t i = first; i < end; ++i) names.push_back(latest.ranks[i].chat);
  return names;
}

}  // namespace chat::messaging

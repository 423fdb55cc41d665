#include "connect/store/rocksdb_layout.h"

#include <algorithm>
#include <utility>

namespace chat::store {
namespace {

constexpr size_t kVersionBytes = 8;
constexpr size_t kIdBytes = 8;
constexpr std::string_view kRedacted = "redacted";
constexpr char kGroupMax = 3;

bool is_group_byte(char c) { return c >= 0 && c <= kGroupMax; }

void append_big_endian(std::string& bytes, uint64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(number >> shift));
}

char group_of(Table table) {
  switch (table) {
    case Table::kUsers: return 1;
    case Table::kRead: return 2;
    case Table::kDelivered: return 3;
    case Table::kChats: break;
  }
  return 0;
}

}  // namespace

std::string_view name_of(Family family) {
  switch (family) {
    case Family::kEvents: return "events";
    case Family::kChats: return "chats";
    case Family::kUsers: return "users";
    case Family::kMeta: break;
  }
  return "meta";
}

Family family_of(Table table) { return table == Table::kChats ? Family::kChats : Family::kUsers; }

std::string partition_prefix(std::string_view partition) {
  std::string prefix;
  // Room for what usually follows: an id, or a name.
  prefix.reserve(partition.size() + 32);
  return prefix.append(partition).append(1, '\0');
}

std::string event_key(std::string_view chat, EventId id) {
  std::string key = partition_prefix(chat);
  append_big_endian(key, ~id.value());
  return key;
}

std::optional<EventId> id_of_event_key(std::string_view key) {
  if (key.size() < kIdBytes + 1 || key[key.size() - kIdBytes - 1] != '\0') return std::nullopt;
  uint64_t inverted = 0;
  for (const char c : key.substr(key.size() - kIdBytes))
    inverted = inverted << 8 | static_cast<uint8_t>(c);
  return EventId(~inverted);
}

std::string item_key(const ItemKey& key) {
  std::string bytes = partition_prefix(key.partition).append(key.item);
  if (key.table != Table::kChats) bytes.push_back(group_of(key.table));
  return bytes;
}

std::string redaction_note_prefix() { return partition_prefix(kRedacted); }

std::string redaction_note_key(std::string_view chat, uint64_t number) {
  std::string key = redaction_note_prefix().append(chat).append(1, '\0');
  append_big_endian(key, number);
  return key;
}

std::optional<std::string_view> chat_of_redaction_note(std::string_view key) {
  const std::string prefix = redaction_note_prefix();
  if (!key.starts_with(prefix)) return std::nullopt;
  key.remove_prefix(prefix.size());
  if (key.size() < kIdBytes + 2 || key[key.size() - kIdBytes - 1] != '\0') return std::nullopt;
  key.remove_suffix(kIdBytes + 1);
  return key;
}

std::string item_bound(Table table, std::string_view partition, std::string_view bound) {
  std::string key = partition_prefix(partition);
  if (table == Table::kChats) return key.append(bound);
  // A user's keys sort as bare names do, except where the bound holds a byte that may be a group:
  // names hold none, so "from there on" means behind every key of the name that it cuts.
  const auto cut = std::ranges::find_if(bound, is_group_byte);
  key.append(bound.begin(), cut);
  if (cut != bound.end()) key.push_back(kGroupMax + 1);
  return key;
}

std::optional<std::string_view> item_of_key(Table table, std::string_view key) {
  const size_t nul = key.find('\0');
  if (nul == std::string_view::npos) return std::nullopt;
  std::string_view item = key.substr(nul + 1);
  if (table == Table::kChats) return item;
  if (item.empty() || item.back() != group_of(table)) return std::nullopt;
  item.remove_suffix(1);
  return item;
}

base::Status check_partition(std::string_view partition) {
  if (partition.empty() || partition.find('\0') != std::string_view::npos)
    return base::unexpected(base::Code::kInvalid, "a chat or user id is empty or holds a NUL");
  return base::ok();
}

base::Status check_item_key(const ItemKey& key) {
  TRY(check_partition(key.partition));
  if (key.table == Table::kChats) return base::ok();
  if (std::ranges::any_of(key.item, is_group_byte))
    return base::unexpected(base::Code::kInvalid, "a chat id holds a byte from 0x00 to 0x03");
  return base::ok();
}

std::string encode_item(uint64_t version, std::string_view value) {
  std::string bytes;
  bytes.reserve(kVersionBytes + value.size());
  for (int shift = 0; shift < 64; shift += 8) bytes.push_back(static_cast<char>(version >> shift));
  return bytes.append(value);
}

base::Result<uint64_t> version_of_item(std::string_view bytes) {
  if (bytes.size() < kVersionBytes)
    return base::unexpected(base::Code::kCorrupt, "a stored item is shorter than its version");
  uint64_t version = 0;
  for (size_t i = kVersionBytes; i-- > 0;) version = version << 8 | static_cast<uint8_t>(bytes[i]);
  return version;
}

base::Result<Item> decode_item(std::string_view item, std::string_view bytes) {
  TRY_ASSIGN(const uint64_t version, version_of_item(bytes));
  return Item{std::string(item), version, std::string(bytes.substr(kVersionBytes))};
}

base::Result<Event> decode_event(std::string_view key, std::string_view bytes) {
  Event event;
  const std::optional<EventId> id = id_of_event_key(key);
  if (!id || !event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())) ||
      event.id() != id->value())
    return base::unexpected(base::Code::kCorrupt, "a stored event does not parse");
  return event;
}

}  // namespace chat::store

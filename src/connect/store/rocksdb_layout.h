// How the chat database lies in RocksDB: families, keys, values. Pure functions, any thread.
//
//     events   chat 0x00 id          event (protobuf Event)
//     chats    chat 0x00 item        item
//     users    user 0x00 chat group  item
//     meta     name                  bytes
//              note                  nothing: what a redaction replaced may still be in the files
//
//     note   "redacted" 0x00 chat 0x00 number; the number, 8 bytes big-endian, makes it unique
//     id     8 bytes: the event id inverted, big-endian, so that newer events come first and a page
//            of the newest is a forward scan
//     group  1 byte: 0x01 kUsers, 0x02 kRead, 0x03 kDelivered. It follows the chat, and is below
//            every byte a chat id may hold, so that the order of keys is the order of chats.
//     item   8 bytes version, little-endian; then the value
//
// No chat or user id holds a NUL, so the bytes up to the first NUL are the partition.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connect/base/result.h"
#include "connect/store/store.h"

namespace chat::store {

enum class Family { kEvents, kChats, kUsers, kMeta };
inline constexpr size_t kFamilies = 4;
std::string_view name_of(Family family);
Family family_of(Table table);

// The partition and the NUL after it.
std::string partition_prefix(std::string_view partition);
std::string event_key(std::string_view chat, EventId id);
// Where the items from `bound` on begin in the partition.
std::string item_bound(Table table, std::string_view partition, std::string_view bound);
// Of a key in `events`; nothing when it is none.
std::optional<EventId> id_of_event_key(std::string_view key);
std::string item_key(const ItemKey& key);
// What every redaction note's key begins with.
std::string redaction_note_prefix();
std::string redaction_note_key(std::string_view chat, uint64_t number);
// Nothing when the key in `meta` is no redaction note.
std::optional<std::string_view> chat_of_redaction_note(std::string_view key);
// The item's name in a key of the table's family; nothing when it belongs to another table.
std::optional<std::string_view> item_of_key(Table table, std::string_view key);

// kInvalid when the names cannot be laid out unambiguously.
base::Status check_partition(std::string_view partition);
base::Status check_item_key(const ItemKey& key);

std::string encode_item(uint64_t version, std::string_view value);
// kCorrupt when the bytes are no item, or no event with the key's id.
base::Result<Item> decode_item(std::string_view item, std::string_view bytes);
base::Result<uint64_t> version_of_item(std::string_view bytes);
base::Result<Event> decode_event(std::string_view key, std::string_view bytes);

}  // namespace chat::store

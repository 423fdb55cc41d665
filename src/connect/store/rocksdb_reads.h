// Reads of the chat database. Each is one look at one state of it, at least as new as everything
// that was answered before it began. Any thread; may block on disk.
#pragma once

#include <optional>
#include <vector>

#include "connect/base/result.h"
#include "connect/store/rocksdb_database.h"
#include "connect/store/store.h"

namespace chat::store {

base::Result<std::vector<Event>> read_log(const Database& database, const ChatId& chat,
                                          const LogRange& range);
base::Result<std::vector<std::optional<Event>>> read_heads(const Database& database,
                                                           const std::vector<ChatId>& chats);
base::Result<std::vector<EventId>> read_tails(const Database& database,
                                              const std::vector<ChatId>& chats);
base::Result<std::vector<std::optional<Item>>> read_items(const Database& database,
                                                          const std::vector<ItemKey>& keys);
base::Result<std::vector<Item>> scan_items(const Database& database, const ItemRange& range);
base::Result<std::vector<ChatId>> list_chats(const Database& database,
                                             const std::optional<ChatId>& after, uint32_t limit);

}  // namespace chat::store

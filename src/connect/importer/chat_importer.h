// ChatImporter: appends old messages to one chat, at their own times and by compare-and-append, so
// that it may run beside a server's workers. Makes the chat when it does not exist; whoever says
// something joins in the same append. What is there already, by its key, is passed over.
// Thread rule: one thread, which waits for the store; Persistence is shared.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "connect/base/result.h"
#include "connect/importer/import_plan.h"
#include "connect/persistence/persistence.h"

namespace chat::importer {

// The user who makes imported chats and adds their members.
inline constexpr std::string_view kImporter = "importer";
// With the event that makes the chat and the one that adds members, a block holds 100 events.
inline constexpr size_t kLinesPerBlock = store::kAppendEventsMax - 2;
// Of text and names in a block: with 100 bytes for the rest of each event and the new members'
// names a second time, a block stays within kAppendBytesMax.
inline constexpr size_t kTextBytesPerBlock = 24 * 1024;

struct ImportCounts {
  uint64_t added = 0;
  uint64_t present = 0;  // by key: an earlier import's
  uint64_t refused = 0;  // older than the chat's newest event: they cannot be placed
  uint64_t future = 0;   // later than now: every send to the chat would be older than they are
  uint64_t people = 0;   // who joined

  ImportCounts& operator+=(const ImportCounts& other);
};

class ChatImporter final {
 public:
  // The title is only used to make the chat.
  ChatImporter(persistence::Persistence& persistence, protocol::ChatId chat, std::string title);

  // Lines with rising times; those later than now_ms are left out. An error leaves what was
  // appended before it: try again, the keys see to it that nothing comes twice.
  base::Result<ImportCounts> add(std::span<const ImportLine> lines, int64_t now_ms);

 private:
  base::Status load();
  base::Result<std::vector<const ImportLine*>> missing(std::span<const ImportLine> lines,
                                                       ImportCounts& counts);
  base::Result<ImportCounts> add_block(std::span<const ImportLine> lines);
  base::Result<store::AppendResult> append_lines(std::span<const ImportLine* const> lines,
                                                 ImportCounts& counts);
  protocol::Event& next_event(store::Append& append, int64_t ms, protocol::Kind kind);
  void create_chat(store::Append& append, const ImportLine& first);
  void add_members(store::Append& append, std::span<const ImportLine* const> lines);
  void add_member_items(store::Append& append, const std::string& user, protocol::Role role,
                        const protocol::Event& event);
  void add_chat_item(store::Append& append, uint64_t version);

  persistence::Persistence& persistence_;
  const protocol::ChatId chat_;
  const std::string title_;
  // What the chat is like after the last append; not to be believed unless loaded_.
  bool loaded_ = false;
  protocol::Place tail_;
  protocol::ChatItem settings_;
  std::unordered_set<std::string> members_;
};

}  // namespace chat::importer

#include "connect/importer/chat_importer.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <unordered_set>
#include <utility>

#include "connect/protocol/limits.h"
#include "connect/store/blocking_store.h"
#include "connect/store/item_names.h"

namespace chat::importer {
namespace {

using base::Code;
using base::Result;
using protocol::Event;
using protocol::EventId;

constexpr int kTriesMax = 8;
constexpr std::chrono::milliseconds kFirstPause{20};  // doubles: 2.5 s over all tries

// The event id after the tail that stands at this time, as every event's does (data model).
uint64_t next_id(uint64_t tail, int64_t ms) {
  return std::max(EventId::first_of_ms(ms).value(), tail + 1);
}

size_t bytes_of(const ImportLine& line) { return line.text.size() + line.from.value().size(); }

}  // namespace

ImportCounts& ImportCounts::operator+=(const ImportCounts& other) {
  added += other.added;
  present += other.present;
  refused += other.refused;
  future += other.future;
  people += other.people;
  return *this;
}

ChatImporter::ChatImporter(persistence::Persistence& persistence, protocol::ChatId chat,
                           std::string title)
    : persistence_(persistence), chat_(std::move(chat)), title_(std::move(title)) {}

base::Status ChatImporter::load() {
  TRY_ASSIGN(persistence::LoadedChat chat,
             store::wait_for<Result<persistence::LoadedChat>>(
                 [this](auto done) { persistence_.load_chat(chat_, 1, std::move(done)); }));
  tail_.Clear();
  settings_.Clear();
  members_.clear();
  if (!chat.newest.empty()) {
    if (!chat.chat) return base::unexpected(Code::kCorrupt, chat_.value() + " has no settings");
    if (chat.chat->type() != protocol::CHAT_TYPE_GROUP)
      return base::unexpected(Code::kInvalid, chat_.value() + " is not a group");
    if (chat.chat->visibility() != protocol::VISIBILITY_FULL)
      return base::unexpected(Code::kInvalid,
                              chat_.value() + " does not show its past to its members");
    const Event& newest = chat.newest.back();
    tail_.set_id(newest.id());
    tail_.set_seq(newest.seq());
    tail_.set_nth(newest.nth());
    settings_ = std::move(*chat.chat);
  }
  for (const persistence::Member& member : chat.members)
    if (member.item.role() != protocol::ROLE_NONE) members_.insert(member.user.value());
  loaded_ = true;
  return base::ok();
}

// The lines that the chat does not hold, of those that stand behind its tail.
Result<std::vector<const ImportLine*>> ChatImporter::missing(std::span<const ImportLine> lines,
                                                             ImportCounts& counts) {
  std::unordered_set<std::string> keys;
  const auto first = EventId::first_of_ms(lines.front().ms);
  store::LogRange range;
  range.after = EventId(std::max<uint64_t>(first.value(), 1) - 1);
  range.before = EventId::first_of_ms(lines.back().ms + 1);
  while (range.after.value() < tail_.id()) {
    TRY_ASSIGN(const persistence::LogPage page,
               store::wait_for<Result<persistence::LogPage>>([this, &range](auto done) {
                 persistence_.read_log(chat_, range, std::nullopt, std::move(done));
               }));
    if (page.events.empty()) break;
    for (const Event& event : page.events) keys.insert(event.key());
    range.after = EventId(page.events.back().id());
  }
  std::vector<const ImportLine*> left;
  const int64_t tail_ms = EventId(tail_.id()).ms();
  for (const ImportLine& line : lines) {
    if (keys.contains(std::string(line.key.bytes()))) {
      ++counts.present;
    } else if (line.ms < tail_ms) {
      ++counts.refused;
    } else {
      left.push_back(&line);
    }
  }
  return left;
}

Event& ChatImporter::next_event(store::Append& append, int64_t ms, protocol::Kind kind) {
  Event& event = append.events.emplace_back();
  tail_.set_id(next_id(tail_.id(), ms));
  tail_.set_seq(tail_.seq() + 1);
  if (kind == protocol::KIND_MESSAGE) tail_.set_nth(tail_.nth() + 1);
  event.set_id(tail_.id());
  event.set_seq(tail_.seq());
  event.set_nth(tail_.nth());
  event.set_kind(kind);
  return event;
}

void ChatImporter::add_member_items(store::Append& append, const std::string& user,
                                    protocol::Role role, const Event& event) {
  protocol::MemberItem item;
  item.set_version(event.id());
  item.set_role(role);
  item.set_since(event.id());
  // The place before the first event: in a chat of full visibility a member sees everything.
  item.add_intervals()->set_open(true);
  const std::string value = item.SerializeAsString();
  append.projections.items.push_back(
      {{store::Table::kChats, chat_.value(), store::member_item(user)}, event.id(), value});
  append.projections.items.push_back(
      {{store::Table::kUsers, user, chat_.value()}, event.id(), value});
  members_.insert(user);
}

void ChatImporter::add_chat_item(store::Append& append, uint64_t version) {
  settings_.set_version(version);
  settings_.set_members(static_cast<uint32_t>(members_.size()));
  append.projections.items.push_back(
      {{store::Table::kChats, chat_.value(), std::string(store::kChatItem)},
       version,
       settings_.SerializeAsString()});
}

void ChatImporter::create_chat(store::Append& append, const ImportLine& first) {
  const std::string importer(kImporter);
  const protocol::Key key = key_of_line(chat_, "the chat", 0, first.ms);
  Event& event = next_event(append, first.ms, protocol::KIND_CHAT);
  event.set_from(importer);
  event.set_key(std::string(key.bytes()));
  protocol::ChatChange& change = *event.mutable_chat();
  change.set_created(true);
  change.set_type(protocol::CHAT_TYPE_GROUP);
  change.set_title(title_);
  change.set_visibility(protocol::VISIBILITY_FULL);
  change.set_joinable(true);
  change.add_members(importer);
  settings_.set_type(protocol::CHAT_TYPE_GROUP);
  settings_.set_title(title_);
  settings_.set_visibility(protocol::VISIBILITY_FULL);
  settings_.set_joinable(true);
  settings_.set_creator(importer);
  settings_.set_create_key(event.key());
  *settings_.mutable_created() = tail_;
  add_member_items(append, importer, protocol::ROLE_OWNER, event);
  add_chat_item(append, event.id());
}

void ChatImporter::add_members(store::Append& append, std::span<const ImportLine* const> lines) {
  std::vector<std::string> joining;
  for (const ImportLine* line : lines) {
    const std::string& user = line->from.value();
    if (members_.contains(user) || std::count(joining.begin(), joining.end(), user) != 0) continue;
    joining.push_back(user);
  }
  if (joining.empty()) return;
  const ImportLine& first = *lines.front();
  Event& event = next_event(append, first.ms, protocol::KIND_MEMBER);
  event.set_from(std::string(kImporter));
  const protocol::Key key = key_of_line(chat_, first.key.text(), 0, first.ms);
  event.set_key(std::string(key.bytes()));
  protocol::MemberChange& change = *event.mutable_member();
  change.set_change(protocol::CHANGE_JOINED);
  change.set_role(protocol::ROLE_MEMBER);
  for (const std::string& user : joining) {
    change.add_users(user);
    add_member_items(append, user, protocol::ROLE_MEMBER, event);
  }
  add_chat_item(append, event.id());
}

Result<store::AppendResult> ChatImporter::append_lines(std::span<const ImportLine* const> lines,
                                                       ImportCounts& counts) {
  store::Append append;
  append.chat = chat_;
  append.expected_tail = EventId(tail_.id());
  if (tail_.seq() == 0) create_chat(append, *lines.front());
  const size_t members_before = members_.size();
  add_members(append, lines);
  const size_t people = members_.size() - members_before;
  if (members_.size() > protocol::kMembersMax)
    return base::unexpected(Code::kInvalid, chat_.value() + " would have over 100,000 members");
  std::map<std::string, protocol::Place> read;  // what one has said, one has read
  for (const ImportLine* line : lines) {
    Event& event = next_event(append, line->ms, protocol::KIND_MESSAGE);
    event.set_from(line->from.value());
    event.set_key(std::string(line->key.bytes()));
    event.mutable_body()->set_text(line->text);
    read[line->from.value()] = tail_;
  }
  for (const auto& [user, place] : read)
    append.projections.items.push_back(
        {{store::Table::kRead, user, chat_.value()}, place.id(), place.SerializeAsString()});
  auto result = store::wait_for<Result<store::AppendResult>>(
      [this, &append](auto done) { persistence_.append(std::move(append), std::move(done)); });
  if (result && *result == store::AppendResult::kDone) {
    counts.added += lines.size();
    counts.people += people;
  } else {
    loaded_ = false;
  }
  return result;
}

// At most a block of lines, until they are in the log, by whomever.
Result<ImportCounts> ChatImporter::add_block(std::span<const ImportLine> lines) {
  base::Error last;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(kFirstPause * (1 << (tries - 1)));
    if (!loaded_) TRY(load());
    ImportCounts counts;
    TRY_ASSIGN(const std::vector<const ImportLine*> left, missing(lines, counts));
    if (left.empty()) return counts;
    auto result = append_lines(left, counts);
    if (result && *result == store::AppendResult::kDone) return counts;
    last = result ? base::Error{Code::kConflict, "others append to " + chat_.value()}
                  : std::move(result.error());
    if (last.code == Code::kInvalid || last.code == Code::kCorrupt) break;
  }
  loaded_ = false;
  return base::Unexpected{std::move(last)};
}

Result<ImportCounts> ChatImporter::add(std::span<const ImportLine> lines, int64_t now_ms) {
  ImportCounts all;
  const auto later = std::ranges::upper_bound(lines, now_ms, {}, &ImportLine::ms);
  all.future = static_cast<uint64_t>(lines.end() - later);
  lines = lines.first(lines.size() - all.future);
  while (!lines.empty()) {
    size_t count = 0;
    size_t bytes = 0;
    while (count < std::min(lines.size(), kLinesPerBlock)) {
      bytes += bytes_of(lines[count]);
      if (count > 0 && bytes > kTextBytesPerBlock) break;
      ++count;
    }
    TRY_ASSIGN(const ImportCounts counts, add_block(lines.first(count)));
    all += counts;
    lines = lines.subspan(count);
  }
  return all;
}

}  // namespace chat::importer

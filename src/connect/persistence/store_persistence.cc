#include "connect/persistence/store_persistence.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "connect/persistence/item_scan.h"
#include "connect/store/item_names.h"

namespace chat::persistence {
namespace {

using store::Item;
using store::ItemKey;
using store::ItemRange;
using store::Store;
using store::Table;
using Heads = std::vector<std::optional<Event>>;
using Items = std::vector<std::optional<Item>>;

// Greater than every chat id, whose bytes are all ASCII.
constexpr const char* kBehindChats = "\x7f";

template <typename Record>
base::Result<Record> parse(const Item& item) {
  Record record;
  if (!record.ParseFromString(item.value))
    return base::unexpected(base::Code::kCorrupt, "a stored item does not parse");
  return record;
}

template <typename Record>
base::Result<std::optional<Record>> parse(const std::optional<Item>& item) {
  if (!item) return std::optional<Record>();
  TRY_ASSIGN(Record record, parse<Record>(*item));
  return std::optional<Record>(std::move(record));
}

ItemKey chat_key(const ChatId& chat, std::string item) {
  return {Table::kChats, chat.value(), std::move(item)};
}

// Calls `next` with the value, or answers `done` with the error.
template <typename T, typename U, typename Next>
auto on_success(Done<U> done, Next next) {
  return [done = std::move(done), next = std::move(next)](base::Result<T> result) {
    if (!result) return done(base::Unexpected{std::move(result.error())});
    next(*std::move(result), done);
  };
}

// -- marks ----------------------------------------------------------------------------------------

void add_mark_keys(const UserId& user, const ChatId& chat, std::vector<ItemKey>& keys) {
  keys.push_back({Table::kRead, user.value(), chat.value()});
  keys.push_back({Table::kDelivered, user.value(), chat.value()});
}

base::Result<protocol::MarksItem> parse_marks(const std::optional<Item>& read,
                                              const std::optional<Item>& delivered) {
  protocol::MarksItem marks;
  TRY_ASSIGN(auto read_place, parse<protocol::Place>(read));
  TRY_ASSIGN(auto delivered_place, parse<protocol::Place>(delivered));
  if (read_place) *marks.mutable_read() = *std::move(read_place);
  if (delivered_place) *marks.mutable_delivered() = *std::move(delivered_place);
  return marks;
}

base::Result<std::vector<UserMarks>> parse_all_marks(const std::vector<UserId>& users,
                                                     const Items& items) {
  std::vector<UserMarks> marks;
  marks.reserve(users.size());
  for (size_t i = 0; i < users.size(); ++i) {
    TRY_ASSIGN(auto parsed, parse_marks(items[2 * i], items[2 * i + 1]));
    marks.push_back({users[i], std::move(parsed)});
  }
  return marks;
}

// -- a user's chats -------------------------------------------------------------------------------

constexpr size_t kKeysPerUserChat = 4;

std::vector<ItemKey> user_chat_keys(const UserId& user, const std::vector<ChatId>& chats) {
  std::vector<ItemKey> keys;
  keys.reserve(chats.size() * kKeysPerUserChat);
  for (const ChatId& chat : chats) {
    keys.push_back(chat_key(chat, std::string(store::kChatItem)));
    keys.push_back({Table::kUsers, user.value(), chat.value()});
    add_mark_keys(user, chat, keys);
  }
  return keys;
}

// Takes the heads.
base::Result<std::vector<UserChat>> parse_user_chats(const std::vector<ChatId>& chats, Heads& heads,
                                                     const Items& items) {
  std::vector<UserChat> parsed(chats.size());
  for (size_t i = 0; i < chats.size(); ++i) {
    const auto item = items.begin() + static_cast<std::ptrdiff_t>(i * kKeysPerUserChat);
    parsed[i].chat = chats[i];
    parsed[i].head = std::move(heads[i]);
    TRY_ASSIGN(parsed[i].settings, parse<protocol::ChatItem>(item[0]));
    TRY_ASSIGN(parsed[i].member, parse<protocol::MemberItem>(item[1]));
    TRY_ASSIGN(parsed[i].marks, parse_marks(item[2], item[3]));
  }
  return parsed;
}

bool is_present(const protocol::MemberItem& item) { return item.role() != protocol::ROLE_NONE; }

// -- members --------------------------------------------------------------------------------------

ItemRange member_range(const ChatId& chat) {
  return {Table::kChats, chat.value(), std::string(store::kMemberPrefix),
          store::after_prefix(store::kMemberPrefix)};
}

base::Result<Member> parse_member(const Item& item) {
  TRY_ASSIGN(auto record, parse<protocol::MemberItem>(item));
  return Member{UserId(std::string(store::user_of_member_item(item.item))), std::move(record)};
}

// Loads all members into what has everything else already.
void load_members(Store& store, const ChatId& chat, std::shared_ptr<LoadedChat> loaded,
                  Done<LoadedChat> done) {
  const auto visit = [loaded](const Item& item) -> base::Result<bool> {
    TRY_ASSIGN(Member member, parse_member(item));
    loaded->members.push_back(std::move(member));
    return true;
  };
  scan_all(
      store, member_range(chat), visit,
      on_success<base::Unit>(std::move(done), [loaded](base::Unit, const Done<LoadedChat>& answer) {
        answer(std::move(*loaded));
      }));
}

// Likewise, or only finds that they are too many and leaves it to the loader.
void load_few_members(Store& store, base::Executor& loader, const ChatId& chat,
                      std::shared_ptr<LoadedChat> loaded, Done<LoadedChat> done) {
  ItemRange range = member_range(chat);
  range.limit = StorePersistence::kMembersAtOnce + 1;
  const auto next = [&store, &loader, chat, loaded](const std::vector<Item>& items,
                                                    const Done<LoadedChat>& answer) {
    if (items.size() > StorePersistence::kMembersAtOnce)
      return loader.post(
          [&store, chat, loaded, answer] { load_members(store, chat, loaded, answer); });
    for (const Item& item : items) {
      base::Result<Member> member = parse_member(item);
      if (!member) return answer(base::Unexpected{member.error()});
      loaded->members.push_back(*std::move(member));
    }
    answer(std::move(*loaded));
  };
  store.scan_items(range, on_success<std::vector<Item>>(std::move(done), next));
}

// Loads the settings into what has the newest events already, and calls `next`.
void load_settings(Store& store, const ChatId& chat, std::shared_ptr<LoadedChat> loaded,
                   Done<LoadedChat> done, std::function<void(const Done<LoadedChat>&)> next) {
  const auto parsed = [loaded, next = std::move(next)](const Items& items,
                                                       const Done<LoadedChat>& answer) {
    auto settings = parse<protocol::ChatItem>(items.front());
    if (!settings) return answer(base::Unexpected{settings.error()});
    loaded->chat = *std::move(settings);
    next(answer);
  };
  store.read_items({chat_key(chat, std::string(store::kChatItem))},
                   on_success<Items>(std::move(done), parsed));
}

// -- a page of the log ----------------------------------------------------------------------------

// The ids of the first and the last message in a stretch; nothing when there is no message in it.
struct MessageSpan {
  EventId first;
  EventId last;
};
std::optional<MessageSpan> messages_in(const std::vector<Event>& events) {
  std::optional<MessageSpan> span;
  for (const Event& event : events) {
    if (event.kind() != protocol::KIND_MESSAGE) continue;
    const EventId id(event.id());
    if (!span) span = MessageSpan{id, id};
    span->first = std::min(span->first, id);
    span->last = std::max(span->last, id);
  }
  return span;
}

EventId after(EventId id) { return EventId(id.value() + 1); }

void add_reactions(Store& store, const ChatId& chat, const MessageSpan& span, const UserId& viewer,
                   std::shared_ptr<LogPage> page, Done<LogPage> done) {
  const ItemRange range{Table::kChats, chat.value(),
                        store::reaction_item(viewer.value(), span.first),
                        store::reaction_item(viewer.value(), after(span.last))};
  // Users are named as they like: a name of another user may lie between, but is longer.
  const auto visit = [page, length = range.first.size()](const Item& item) -> base::Result<bool> {
    const std::optional<EventId> id = store::id_of_item(item.item);
    if (!id || item.item.size() != length) return true;
    TRY_ASSIGN(auto reaction, parse<protocol::ReactionItem>(item));
    page->reactions.emplace_back(*id, std::move(reaction));
    return true;
  };
  scan_all(store, range, visit,
           on_success<base::Unit>(std::move(done), [page](base::Unit, const Done<LogPage>& answer) {
             answer(std::move(*page));
           }));
}

void add_overlays(Store& store, const ChatId& chat, const MessageSpan& span, const UserId& viewer,
                  std::shared_ptr<LogPage> page, Done<LogPage> done) {
  const ItemRange range{Table::kChats, chat.value(), store::edit_item(span.first),
                        store::edit_item(after(span.last))};
  const auto visit = [page](const Item& item) -> base::Result<bool> {
    TRY_ASSIGN(auto overlay, parse<protocol::OverlayItem>(item));
    page->overlays.push_back(std::move(overlay));
    return true;
  };
  const auto next = [&store, chat, span, viewer, page](base::Unit, const Done<LogPage>& answer) {
    add_reactions(store, chat, span, viewer, page, answer);
  };
  scan_all(store, range, visit, on_success<base::Unit>(std::move(done), next));
}

base::Result<LoadedTarget> parse_target(std::vector<Event> events, const Items& items) {
  LoadedTarget target;
  if (!events.empty()) target.event = std::move(events.front());
  TRY_ASSIGN(target.overlay, parse<protocol::OverlayItem>(items[0]));
  TRY_ASSIGN(target.reaction, parse<protocol::ReactionItem>(items[1]));
  return target;
}

}  // namespace

void StorePersistence::append(store::Append append, Done<store::AppendResult> done) {
  store_.append(std::move(append), std::move(done));
}

void StorePersistence::project(ChatId chat, store::Projections projections, Done<base::Unit> done) {
  store_.project(std::move(chat), std::move(projections), std::move(done));
}

void StorePersistence::load_chat(ChatId chat, uint32_t newest_max, Done<LoadedChat> done) {
  const store::LogRange range{
      .before = EventId(EventId::kMax + 1), .newest_first = true, .events_max = newest_max};
  const auto next = [&store = store_, loader = loader_, chat](std::vector<Event> events,
                                                              const Done<LoadedChat>& answer) {
    if (events.empty()) return answer(LoadedChat{});
    std::ranges::reverse(events);
    const auto loaded = std::make_shared<LoadedChat>();
    loaded->newest = std::move(events);
    load_settings(store, chat, loaded, answer,
                  [&store, loader, chat, loaded](const Done<LoadedChat>& last) {
                    loader == nullptr ? load_members(store, chat, loaded, last)
                                      : load_few_members(store, *loader, chat, loaded, last);
                  });
  };
  store_.read_log(chat, range, on_success<std::vector<Event>>(std::move(done), next));
}

void StorePersistence::load_target(ChatId chat, EventId target, UserId user,
                                   Done<LoadedTarget> done) {
  if (target.value() == 0) return done(LoadedTarget{});
  const store::LogRange range{.after = EventId(target.value() - 1), .before = after(target)};
  std::vector<ItemKey> keys = {chat_key(chat, store::edit_item(target)),
                               chat_key(chat, store::reaction_item(user.value(), target))};
  const auto next = [&store = store_, keys = std::move(keys)](std::vector<Event> events,
                                                              const Done<LoadedTarget>& answer) {
    store.read_items(
        keys, on_success<Items>(answer, [events = std::move(events)](
                                            const Items& items, const Done<LoadedTarget>& last) {
          last(parse_target(events, items));
        }));
  };
  store_.read_log(chat, range, on_success<std::vector<Event>>(std::move(done), next));
}

void StorePersistence::read_log(ChatId chat, store::LogRange range, std::optional<UserId> viewer,
                                Done<LogPage> done) {
  const auto next = [&store = store_, chat, viewer](std::vector<Event> events,
                                                    const Done<LogPage>& answer) {
    const auto page = std::make_shared<LogPage>();
    page->events = std::move(events);
    const std::optional<MessageSpan> span = messages_in(page->events);
    if (!viewer || !span) return answer(std::move(*page));
    add_overlays(store, chat, *span, *viewer, page, answer);
  };
  store_.read_log(chat, range, on_success<std::vector<Event>>(std::move(done), next));
}

void StorePersistence::read_user_chats(UserId user, std::vector<ChatId> chats,
                                       Done<std::vector<UserChat>> done) {
  using Answer = Done<std::vector<UserChat>>;
  // Heads first: a member item is never older than the head it comes with.
  const auto next = [&store = store_, user, chats](Heads read, const Answer& answer) {
    const auto heads = std::make_shared<Heads>(std::move(read));
    store.read_items(
        user_chat_keys(user, chats),
        on_success<Items>(answer, [chats, heads](const Items& items, const Answer& last) {
          last(parse_user_chats(chats, *heads, items));
        }));
  };
  store_.read_heads(chats, on_success<Heads>(std::move(done), next));
}

void StorePersistence::list_chats(UserId user, Done<std::vector<ListedChat>> done) {
  using Tails = std::vector<EventId>;
  using Answer = Done<std::vector<ListedChat>>;
  const auto chats = std::make_shared<std::vector<ChatId>>();
  const auto visit = [chats](const Item& item) -> base::Result<bool> {
    TRY_ASSIGN(const auto member, parse<protocol::MemberItem>(item));
    if (is_present(member)) chats->emplace_back(item.item);
    return chats->size() < kListedChatsMax;
  };
  const auto listed = [chats](const Tails& tails, const Answer& answer) {
    std::vector<ListedChat> list;
    list.reserve(tails.size());
    for (size_t i = 0; i < tails.size(); ++i) list.push_back({std::move((*chats)[i]), tails[i]});
    answer(std::move(list));
  };
  const auto next = [&store = store_, chats, listed](base::Unit, const Answer& answer) {
    store.read_tails(*chats, on_success<Tails>(answer, listed));
  };
  scan_all(store_, {Table::kUsers, user.value(), "", kBehindChats}, visit,
           on_success<base::Unit>(std::move(done), next));
}

void StorePersistence::read_members(ChatId chat, std::optional<UserId> after, uint32_t limit,
                                    Done<std::vector<Member>> done) {
  if (limit == 0) return done(std::vector<Member>());
  ItemRange range = member_range(chat);
  if (after) range.first = store::member_item(after->value()) + '\0';
  const auto members = std::make_shared<std::vector<Member>>();
  const auto visit = [members, limit](const Item& item) -> base::Result<bool> {
    TRY_ASSIGN(Member member, parse_member(item));
    if (is_present(member.item)) members->push_back(std::move(member));
    return members->size() < limit;
  };
  scan_all(store_, std::move(range), visit,
           on_success<base::Unit>(std::move(done),
                                  [members](base::Unit, const Done<std::vector<Member>>& answer) {
                                    answer(std::move(*members));
                                  }));
}

void StorePersistence::read_marks(ChatId chat, std::vector<UserId> users,
                                  Done<std::vector<UserMarks>> done) {
  std::vector<ItemKey> keys;
  for (const UserId& user : users) add_mark_keys(user, chat, keys);
  const auto next = [users](const Items& items, const Done<std::vector<UserMarks>>& answer) {
    answer(parse_all_marks(users, items));
  };
  store_.read_items(keys, on_success<Items>(std::move(done), next));
}

}  // namespace chat::persistence

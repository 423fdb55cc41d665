// The client core against a toy server with faults: pushes lost, doubled and reordered, answers
// lost with their connections, refusals, outcomes unknown, removals, restarts. Whatever happened,
// in the end the client holds what the server holds, and each of its operations is stored once.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "connect/client/core.h"
#include "connect/client/toy_server_test.h"

namespace chat::client {
namespace {

using toy::ToyChat;
using toy::ToyServer;

constexpr int64_t kStartMs = 1'795'000'000'000;
const std::vector<std::string> kChats{"c1", "c2"};
const std::vector<std::string> kOthers{"ann", "bob", "cat"};

class World {
 public:
  World(uint64_t seed, bool wrong_clock)
      : random_(seed), client_random_(seed + 1), server_(random_, kStartMs) {
    if (wrong_clock) wall_offset_ms_ = 86'400'000;
    for (const std::string& chat : kChats) {
      server_.append(chat, {.kind = Kind::kChat, .from = UserId("boss"), .title = chat});
      server_.invite(chat);
    }
    restart();
  }

  ToyServer& server() { return server_; }
  Core& core() { return *core_; }
  uint64_t pick(uint64_t below) { return random_.next() % below; }
  bool chance(int percent) { return pick(100) < static_cast<uint64_t>(percent); }

  void restart() {
    core_ = std::make_unique<Core>(
        Core::Options{.token = server_.token, .device = "d", .can_fetch_token = true, .page = 10},
        client_random_);
    hang_up();
    made_.clear();
    core_->start(now());
    obey();
  }

  void step(bool faults) {
    boot_ms_ += static_cast<int64_t>(1 + pick(40));
    server_.set_now(kStartMs + boot_ms_);
    if (faults) break_something();
    if (opening_ && boot_ms_ >= opens_at_ms_) open(faults);
    if (connected_) {
      take_requests();
      deliver_replies(faults);
      deliver_pushes(faults);
    }
    const std::optional<int64_t> at = core_->wake_at();
    if (at && *at <= boot_ms_) core_->wake(now());
    obey();
  }

  void act() {
    const std::string& chat = kChats[pick(kChats.size())];
    if (chance(60)) return others_act(chat);
    own_act(chat);
    obey();
  }

  bool quiet() const {
    if (!core_->synced() || !core_->outbox().operations().empty()) return false;
    if (!to_server_.empty() || !server_.replies.empty() || !server_.pushes.empty()) return false;
    for (const auto& [id, chat] : core_->chats())
      if (chat.log.behind() || chat.loading || chat.fetching || !chat.log.unsure().empty())
        return false;
    return true;
  }

  std::string state() const {
    std::string out =
        "status " + std::to_string(static_cast<int>(core_->status())) + " synced " +
        std::to_string(core_->synced()) + " unsent " +
        std::to_string(core_->outbox().operations().size()) + " wire " +
        std::to_string(to_server_.size() + server_.replies.size() + server_.pushes.size());
    for (const auto& [id, chat] : core_->chats())
      out += "; " + id.value() + " synced " + std::to_string(chat.log.synced().seq.value()) +
             " head " + std::to_string(chat.log.head().value()) + " behind " +
             std::to_string(chat.log.behind()) + " loading " + std::to_string(chat.loading) +
             " fetching " + std::to_string(chat.fetching) + " unsure " +
             std::to_string(chat.log.unsure().size()) + " left " + std::to_string(chat.left);
    return out;
  }

  Time now() const { return {boot_ms_, kStartMs + boot_ms_ + wall_offset_ms_}; }

  // Reads every chat back to its beginning and compares it there: one after the other, since only
  // the chat that is looked at keeps a long window.
  void read_and_compare() {
    for (const std::string& name : kChats) {
      SCOPED_TRACE(name);
      for (int i = 0; i < 1000; ++i) {
        load_older(name, 0);
        step(false);
      }
      const Chat* chat = core_->chat(ChatId(name));
      ASSERT_NE(chat, nullptr);
      expect_log(chat->log, server_.chats[name]);
      EXPECT_EQ(chat->left, !server_.chats[name].member());
    }
  }

  // Every operation that was reported stored is in the log, once; sends in the order made.
  void expect_own(bool in_order) {
    std::set<std::string> keys;
    for (const std::string& name : kChats)
      for (const Event& event : server_.chats[name].log)
        EXPECT_TRUE(!event.key || keys.insert(event.key->text()).second);
    for (const auto& [operation, place] : stored_) {
      const std::string& chat = place.chat.value();
      const Event& event = server_.chats[chat].log.at(place.seq.value() - 1);
      EXPECT_EQ(event.id, place.id);
      EXPECT_EQ(event.from, UserId(ToyServer::kMe));
    }
    if (!in_order) return;
    std::map<std::string, uint64_t> before;
    for (const auto& [operation, place] : stored_) {
      EXPECT_GT(place.seq.value(), before[place.chat.value()]);
      before[place.chat.value()] = place.seq.value();
    }
  }

  size_t stored_count() const { return stored_.size(); }
  std::map<OperationId, std::string> failed;

 private:
  base::SeededRandom random_;
  base::SeededRandom client_random_;
  ToyServer server_;
  std::unique_ptr<Core> core_;
  int64_t boot_ms_ = 1000;
  int64_t wall_offset_ms_ = 0;
  bool opening_ = false;
  bool connected_ = false;
  int64_t opens_at_ms_ = 0;
  std::vector<std::string> to_server_;
  std::set<OperationId> made_;
  std::map<OperationId, Appended> stored_;

  void hang_up() {
    opening_ = connected_ = false;
    to_server_.clear();
    server_.open_session();
    stored_.clear();
  }

  void obey() {
    for (const Effect& effect : core_->take_effects()) {
      if (std::get_if<OpenConnection>(&effect)) {
        opening_ = true;
        opens_at_ms_ = boot_ms_ + static_cast<int64_t>(pick(50));
      } else if (const auto* write = std::get_if<WriteText>(&effect)) {
        to_server_.push_back(write->text);
      } else if (std::get_if<CloseConnection>(&effect)) {
        cut();
      } else if (std::get_if<FetchToken>(&effect)) {
        core_->set_token(now(), server_.token);
        return obey();
      } else if (const auto* stored = std::get_if<OperationStored>(&effect)) {
        EXPECT_TRUE(stored_.emplace(stored->operation, stored->appended).second);
      } else if (const auto* refused = std::get_if<OperationFailed>(&effect)) {
        failed[refused->operation] = std::string(protocol::name_of(refused->error.code));
      }
    }
  }

  // The connection is gone; what was on its way may have reached the server, answers are lost.
  void cut() {
    if (connected_ && chance(50)) take_requests();
    connected_ = opening_ = false;
    to_server_.clear();
    server_.open_session();
  }

  void break_something() {
    if (!connected_ || !chance(2)) return;
    cut();
    if (chance(20)) server_.token += "x";
    const uint16_t codes[] = {1006, 1001, 1012, 4408, 4402};
    core_->closed(now(), codes[pick(5)], chance(50) ? "30" : "");
    obey();
  }

  void open(bool faults) {
    opening_ = false;
    if (faults && chance(20)) {
      core_->closed(now(), 1006, "");
    } else {
      connected_ = true;
      server_.open_session();
      core_->connected(now());
    }
    obey();
  }

  void take_requests() {
    for (const std::string& request : std::exchange(to_server_, {})) server_.request(request);
  }

  void deliver_replies(bool faults) {
    const size_t count = faults ? pick(server_.replies.size() + 1) : server_.replies.size();
    for (size_t i = 0; i < count && connected_ && !server_.replies.empty(); ++i) {
      const std::string reply = server_.replies.front();
      server_.replies.erase(server_.replies.begin());
      core_->text(now(), reply);
      obey();
    }
  }

  void deliver_pushes(bool faults) {
    if (!faults) {
      for (const std::string& push : std::exchange(server_.pushes, {})) core_->text(now(), push);
      return obey();
    }
    for (size_t i = 0; i < 3 && connected_ && !server_.pushes.empty(); ++i) {
      const size_t at = chance(80) ? 0 : pick(server_.pushes.size());
      const std::string push = server_.pushes[at];
      if (!chance(10)) server_.pushes.erase(server_.pushes.begin() + static_cast<long>(at));
      if (!chance(10)) core_->text(now(), push);
      obey();
    }
  }

  EventId some_message(const std::string& name) {
    std::vector<EventId> ids;
    for (const Event& event : server_.chats[name].log)
      if (event.kind == Kind::kMessage) ids.push_back(event.id);
    if (ids.empty()) return EventId();
    // Mostly among the latest.
    const size_t last = chance(70) ? std::min<size_t>(ids.size(), 8) : ids.size();
    return ids[ids.size() - 1 - pick(last)];
  }

  void others_act(const std::string& chat) {
    Event event{.kind = Kind::kMessage, .from = UserId(kOthers[pick(kOthers.size())])};
    event.body.text = "text " + std::to_string(pick(1000));
    const EventId target = some_message(chat);
    const uint64_t dice = pick(100);
    if (dice < 3 && chat == "c2") return server_.remove(chat);
    if (dice < 8) return server_.invite(chat);
    if (dice < 50 || target == EventId()) {
      server_.append(chat, event);
      return;
    }
    event.target = target;
    event.kind = dice < 65 ? Kind::kEdit : dice < 72 ? Kind::kDelete : Kind::kReact;
    event.emoji = chance(50) ? "+" : "!";
    event.on = chance(60);
    if (event.kind != Kind::kEdit) event.body = {};
    server_.append(chat, event);
  }

  void own_act(const std::string& chat) {
    const uint64_t dice = pick(100);
    if (dice < 10) return load_older(chat, 20);
    if (dice < 14) {
      if (const Chat* known = core_->chat(ChatId(chat)))
        core_->look_at(ChatId(chat), known->log.head().value());
      return;
    }
    const EventId target = some_message(chat);
    if (dice < 18) return core_->mark(now(), ChatId(chat), target);
    Operation operation{
        .name = "send", .chat = ChatId(chat), .fields = "\"body\":{\"text\":\"mine\"}"};
    if (dice < 40 && target != EventId()) {
      operation.name = "react";
      operation.fields = "\"target\":" + std::to_string(target.value()) +
                         ",\"emoji\":\"+\",\"on\":" + (chance(50) ? "true" : "false");
    }
    core_->operate(now(), operation);
  }

  void load_older(const std::string& name, int elsewhere_percent) {
    const Chat* chat = core_->chat(ChatId(name));
    if (!chat || !chat->log.started() || chat->log.entries().empty()) return;
    core_->look_at(ChatId(name), 1);
    if (chance(elsewhere_percent)) {
      core_->load(now(), ChatId(name),
                  {.position = Where::Position::kAround, .value = some_message(name).value()});
      return obey();
    }
    // The end of the newest stretch that does not reach the beginning.
    const auto newest = chat->log.stretches().rbegin();
    if (chat->log.begins_at(newest->first)) return;
    auto first = chat->log.entries().lower_bound(newest->first);
    if (first == chat->log.entries().end()) return;
    core_->load(now(), ChatId(name),
                {.position = Where::Position::kBefore,
                 .value = first->second.message.event.id.value(),
                 .before_seq = first->first});
    obey();
  }

  static std::vector<Reaction> sorted(std::vector<Reaction> reactions) {
    std::sort(reactions.begin(), reactions.end(),
              [](const Reaction& a, const Reaction& b) { return a.emoji < b.emoji; });
    return reactions;
  }

  void expect_log(const ChatLog& log, const ToyChat& chat) {
    EXPECT_EQ(log.synced().seq, chat.head().seq);
    const std::map<uint64_t, Message> expected = chat.folded();
    ASSERT_EQ(log.entries().size(), expected.size());
    for (const auto& [seq, message] : expected) {
      SCOPED_TRACE("seq " + std::to_string(seq));
      auto found = log.entries().find(seq);
      ASSERT_NE(found, log.entries().end());
      const Message& held = found->second.message;
      EXPECT_EQ(held.event.id, message.event.id);
      EXPECT_EQ(held.event.body.text, message.event.body.text);
      EXPECT_EQ(held.deleted, message.deleted);
      EXPECT_TRUE(message.deleted || held.edited == message.edited);
      EXPECT_EQ(held.deleted_by, message.deleted_by);
      EXPECT_EQ(sorted(held.reactions), sorted(message.reactions));
    }
  }
};

struct Scenario {
  const char* name;
  toy::Faults faults;
  bool network_faults;
  bool restarts;
  bool wrong_clock;
};

class CoreModel : public testing::TestWithParam<Scenario> {};

void run(const Scenario& scenario, uint64_t seed) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  World world(seed, scenario.wrong_clock);
  world.server().faults = scenario.faults;
  for (int i = 0; i < 1500; ++i) {
    world.step(scenario.network_faults);
    if (world.chance(25)) world.act();
    if (scenario.restarts && world.chance(1) && world.chance(30)) world.restart();
  }
  world.server().faults = {};
  // A push that was lost shows by the next one.
  for (const std::string& chat : kChats) {
    world.server().invite(chat);
    world.server().append(chat, {.kind = Kind::kMessage, .from = UserId("ann")});
  }
  for (int i = 0; i < 50'000 && !world.quiet(); ++i) world.step(false);
  ASSERT_TRUE(world.quiet()) << world.state();
  world.read_and_compare();
  ASSERT_TRUE(world.quiet());
  world.expect_own(scenario.faults.sync_required_percent == 0);
  EXPECT_TRUE(scenario.restarts || world.stored_count() > 0);
  for (const auto& [operation, code] : world.failed) EXPECT_EQ(code, "not_found");
}

TEST_P(CoreModel, Converges) {
  for (uint64_t seed = 1; seed <= 40 && !HasFailure(); ++seed) run(GetParam(), seed);
}

INSTANTIATE_TEST_SUITE_P(Faults, CoreModel,
                         testing::Values(Scenario{"None", {}, false, false, false},
                                         Scenario{"Network", {}, true, false, false},
                                         Scenario{"Refusals", {20, 10, 0}, false, false, false},
                                         Scenario{"Everything", {15, 10, 0}, true, true, true},
                                         Scenario{"SyncRequired", {5, 5, 10}, true, false, false}),
                         [](const testing::TestParamInfo<Scenario>& info) {
                           return info.param.name;
                         });

}  // namespace
}  // namespace chat::client

// FakePersistence: an in-memory chat database that keeps the contract of Store, for the tests of
// this folder only. By itself it answers inside the call; a test can hold answers back, and make
// the next ones fail with or without having been carried out. One thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "connect/base/random.h"
#include "connect/persistence/persistence.h"

namespace chat::messaging::testing {

class FakePersistence final : public persistence::Persistence {
 public:
  enum class Fault {
    kNone,
    kOverloaded,  // nothing is taken on
    kLost,        // not carried out, answered kUnavailable
    kAnswerLost,  // carried out, answered kUnavailable
    kRejected,    // never to be carried out, answered kCorrupt
  };

  void append(store::Append append, persistence::Done<store::AppendResult> done) override;
  void project(protocol::ChatId chat, store::Projections projections,
               persistence::Done<base::Unit> done) override;
  void load_chat(protocol::ChatId chat, uint32_t newest_max,
                 persistence::Done<persistence::LoadedChat> done) override;
  void load_target(protocol::ChatId chat, protocol::EventId target, protocol::UserId user,
                   persistence::Done<persistence::LoadedTarget> done) override;
  void read_log(protocol::ChatId chat, store::LogRange range,
                std::optional<protocol::UserId> viewer,
                persistence::Done<persistence::LogPage> done) override;
  void read_user_chats(protocol::UserId user, std::vector<protocol::ChatId> chats,
                       persistence::Done<std::vector<persistence::UserChat>> done) override;
  void list_chats(protocol::UserId user,
                  persistence::Done<std::vector<persistence::ListedChat>> done) override;
  void read_members(protocol::ChatId chat, std::optional<protocol::UserId> after, uint32_t limit,
                    persistence::Done<std::vector<persistence::Member>> done) override;
  void read_marks(protocol::ChatId chat, std::vector<protocol::UserId> users,
                  persistence::Done<std::vector<persistence::UserMarks>> done) override;

  // What happens to the next appends and projections, one each; kNone when empty.
  std::deque<Fault> faults;
  // Appends that hold an event with one of these keys are rejected.
  std::set<std::string> poisoned_keys;
  // With what the next reads fail, one each, at once even while `hold` is set.
  std::deque<base::Code> read_failures;
  // While set, every call waits until release() or release_one().
  bool hold = false;
  // Once set, half of the reads of targets wait too, and what waits is let go in any order.
  base::Random* random = nullptr;
  size_t held() const { return held_.size(); }
  void release();
  bool release_one();

  // What was asked for.
  size_t appends = 0, loads = 0, log_reads = 0, projects = 0, target_loads = 0;
  std::vector<size_t> block_sizes;

  // The database, as tests look at it and other writers change it.
  std::vector<protocol::Event>& log(const std::string& chat) { return logs_[chat]; }
  store::AppendResult append_now(const store::Append& append);
  void project_now(const std::string& chat, const store::Projections& projections);
  const store::Item* item(store::Table table, const std::string& partition,
                          const std::string& name) const;
  persistence::LoadedChat load_now(const std::string& chat, uint32_t newest_max) const;
  persistence::LoadedTarget target_now(const std::string& chat, protocol::EventId target,
                                       const std::string& user) const;

 private:
  void run(std::function<void()> call);
  Fault next_fault();
  Fault fault_of(const store::Append& append);
  template <typename T>
  bool fails(const persistence::Done<T>& done);
  template <typename Record>
  std::optional<Record> record(store::Table table, const std::string& partition,
                               const std::string& name) const;

  std::map<std::string, std::vector<protocol::Event>> logs_;
  std::map<store::ItemKey, store::Item> items_;
  std::deque<std::function<void()>> held_;
};

}  // namespace chat::messaging::testing

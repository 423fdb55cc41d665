#include "connect/protocol/request.h"

#include <algorithm>

#include "connect/protocol/limits.h"
#include "connect/protocol/operation.h"

namespace chat::protocol {
namespace {

using json::Value;

// How an operation is read: whether its command carries a key, and what fills in the rest.
using ReadOperation = Operation (*)(Fields&);

template <auto fill>
Operation keyed_command(Fields& fields) {
  Command command;
  fields.require({"chat", "key"});
  command.set_chat(fields.chat("chat").value_or(ChatId()).value());
  if (const auto key = fields.key("key")) command.set_key(key->bytes().data(), key->bytes().size());
  fill(fields, command);
  return command;
}

// `mark` and `typing`: nothing is appended, so there is no key.
template <auto fill>
Operation keyless_command(Fields& fields) {
  Command command;
  fields.require({"chat"});
  command.set_chat(fields.chat("chat").value_or(ChatId()).value());
  fill(fields, command);
  return command;
}

Operation edit(Fields& fields) {
  Operation operation = keyed_command<fill_edit>(fields);
  std::get<Command>(operation).mutable_edit()->set_target(target_of(fields));
  return operation;
}

// The chat follows from the creator, whom resolve_create() learns.
Operation create(Fields& fields) {
  Command command;
  fields.require({"key"});
  if (const auto key = fields.key("key")) command.set_key(key->bytes().data(), key->bytes().size());
  fill_create(fields, command);
  return command;
}

template <auto fill>
Operation read(Fields& fields) {
  ReadRequest request;
  fill(fields, request);
  return request;
}

Operation hello(Fields& fields) { return hello_of(fields); }

Operation watch(Fields& fields) { return watch_of(fields); }

struct Known {
  std::string_view name;
  ReadOperation read;
};

constexpr Known kOperations[] = {
    {"send", keyed_command<fill_send>},
    {"mark", keyless_command<fill_mark>},
    {"typing", keyless_command<fill_typing>},
    {"hello", hello},
    {"sync", read<fill_sync>},
    {"history", read<fill_history>},
    {"events", read<fill_events>},
    {"edit", edit},
    {"delete", keyed_command<fill_delete>},
    {"react", keyed_command<fill_react>},
    {"create", create},
    {"update", keyed_command<fill_update>},
    {"invite", keyed_command<fill_invite>},
    {"remove", keyed_command<fill_remove>},
    {"set_role", keyed_command<fill_set_role>},
    {"join", keyed_command<fill_join>},
    {"leave", keyed_command<fill_leave>},
    {"watch", watch},
};

const Known* known_operation(std::string_view name) {
  const auto* known = std::ranges::find(kOperations, name, &Known::name);
  return known == std::end(kOperations) ? nullptr : known;
}

// The one operation a message names, whose value is an object.
Result<const Known*> operation_of(const Value& message) {
  const Known* found = nullptr;
  for (const Value::Member& member : message.object) {
    const Known* known = known_operation(member.first);
    if (known == nullptr) continue;
    const std::string name(known->name);
    if (found != nullptr)
      return refuse(ErrorCode::kFieldInvalid, name + " is a second operation in one message", name);
    if (!member.second.is(Value::Type::kObject))
      return refuse(ErrorCode::kFieldInvalid, name + " is an object", name);
    found = known;
  }
  if (found == nullptr)
    return refuse(ErrorCode::kUnknownOperation, "the message names no operation of this version");
  return found;
}

Result<Operation> read_operation(const Value& message, const std::optional<Error>& bad_id,
                                 bool has_id) {
  TRY_ASSIGN(const Known* known, operation_of(message));
  if (bad_id) return base::Unexpected{*bad_id};
  const bool is_answered = known->name != "typing";
  if (!has_id && is_answered) return refuse(ErrorCode::kFieldMissing, "id is missing", "id");
  if (has_id && !is_answered)
    return refuse(ErrorCode::kFieldInvalid, "id: typing is never answered and has none", "id");
  std::optional<Error> refusal;
  Fields fields(*message.find(known->name), refusal);
  Operation operation = known->read(fields);
  if (refusal) return base::Unexpected{*std::move(refusal)};
  return operation;
}

// The others, each once.
std::vector<std::string> others_of(const UserId& creator, const Create& create) {
  std::vector<std::string> others;
  for (const std::string& member : create.members())
    if (member != creator.value() && std::ranges::find(others, member) == others.end())
      others.push_back(member);
  return others;
}

}  // namespace

Request parse_request(std::string_view text) {
  const Result<Value> message = parse_object(text);
  if (!message) return {std::nullopt, base::Unexpected{message.error()}};
  std::optional<Error> bad_id;
  const std::optional<uint64_t> id = Fields(*message, bad_id).integer("id", 0, EventId::kMax);
  return {id, read_operation(*message, bad_id, id.has_value())};
}

Result<base::Unit> resolve_create(const UserId& creator, Command& command) {
  Create& create = *command.mutable_create();
  const std::vector<std::string> others = others_of(creator, create);
  create.mutable_members()->Assign(others.begin(), others.end());
  if (create.type() == CHAT_TYPE_DIRECT) {
    if (others.size() != 1)
      return refuse(ErrorCode::kFieldInvalid, "members of a direct chat are one other user",
                    "members");
    command.set_chat(direct_chat_id(creator, UserId(others.front())).value());
    return base::Unit{};
  }
  if (others.size() >= kUsersPerChangeMax)
    return refuse(ErrorCode::kFieldInvalid, "members are up to 100 with the creator", "members");
  const std::optional<Key> key = Key::from_bytes(command.key());
  if (!key) return refuse(ErrorCode::kFieldMissing, "key is missing", "key");
  command.set_chat(group_chat_id(creator, *key).value());
  return base::Unit{};
}

}  // namespace chat::protocol

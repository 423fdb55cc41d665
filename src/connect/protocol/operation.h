// What each operation of the protocol is made of, the same for both transports: from the fields of
// a JSON object to a command or a read. Refusals stay in the fields' slot. Pure functions, any
// thread.
#pragma once

#include "connect/protocol/fields.h"
#include "connect/protocol/records.pb.h"
#include "connect/protocol/request.h"

namespace chat::protocol {

// These fill in all but the chat, the key and, where a path may say it, the target.
void fill_send(Fields& fields, Command& command);
void fill_edit(Fields& fields, Command& command);
void fill_delete(Fields& fields, Command& command);
void fill_react(Fields& fields, Command& command);
void fill_create(Fields& fields, Command& command);
void fill_update(Fields& fields, Command& command);
void fill_invite(Fields& fields, Command& command);
void fill_remove(Fields& fields, Command& command);
void fill_set_role(Fields& fields, Command& command);
void fill_join(Fields& fields, Command& command);
void fill_leave(Fields& fields, Command& command);
void fill_mark(Fields& fields, Command& command);
void fill_typing(Fields& fields, Command& command);

// The `target` of an edit, a delete or a reaction.
uint64_t target_of(Fields& fields);
Role role_of(Fields& fields);

void fill_sync(Fields& fields, ReadRequest& read);
void fill_history(Fields& fields, ReadRequest& read);
void fill_events(Fields& fields, ReadRequest& read);

Hello hello_of(Fields& fields);
Watch watch_of(Fields& fields);

// The text as a JSON object; json_invalid for any other value too.
Result<json::Value> parse_object(std::string_view text);

}  // namespace chat::protocol

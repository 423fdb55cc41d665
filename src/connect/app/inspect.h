// What is stored, as JSON for the people who run a server: chats, a chat, a membership. Blocking
// functions over a store; any thread that may wait for the disk.
#pragma once

#include <string>

#include "connect/base/result.h"
#include "connect/protocol/ids.h"
#include "connect/store/rocksdb_store.h"

namespace chat::app {

// {"chats":[{"chat","type","title","members","head":{"id","seq"}},…]}, all of them by their ids.
base::Result<std::string> inspect_chats(store::RocksDbStore& store);
// {"chat","type",…,"members":[{"user","role","since"},…],"newest":[the last 20 events]}: at most
// 1,000 members. kNotFound when there is no such chat.
base::Result<std::string> inspect_chat(store::Store& store, const protocol::ChatId& chat);
// {"chat","user","role","since","intervals":[{"from","to"},…],"read","delivered"}; `to` is null for
// an open one. kNotFound when the user was never in the chat.
base::Result<std::string> inspect_member(store::Store& store, const protocol::ChatId& chat,
                                         const protocol::UserId& user);

}  // namespace chat::app

// The reads of the protocol, one Reading each, made from its request. Each answers with the JSON
// object of its call. Thread rule: as Reading.
#pragma once

#include <memory>

#include "connect/messaging/reading.h"
#include "connect/protocol/records.pb.h"

namespace chat::messaging {

std::shared_ptr<Reading> make_history_read(Reading::Context, const protocol::HistoryRead&);
std::shared_ptr<Reading> make_events_read(Reading::Context, const protocol::EventsRead&);
std::shared_ptr<Reading> make_sync_read(Reading::Context, protocol::SyncRead);
std::shared_ptr<Reading> make_inbox_read(Reading::Context, protocol::InboxRead);
std::shared_ptr<Reading> make_chat_read(Reading::Context, const protocol::ChatRead&);
std::shared_ptr<Reading> make_members_read(Reading::Context, protocol::MembersRead);
std::shared_ptr<Reading> make_receipts_read(Reading::Context, const protocol::ReceiptsRead&);

}  // namespace chat::messaging

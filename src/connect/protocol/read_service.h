// ReadService: the one small interface through which gateways read a chat's history. Messaging
// implements it (may this user read this range?); in a fleet the same requests travel by RPC.
#pragma once

#include <string>

#include "connect/base/executor.h"
#include "connect/protocol/error.h"
#include "connect/protocol/records.pb.h"

namespace chat::protocol {

class ReadService {
 public:
  virtual ~ReadService() = default;
  // Answers with the JSON object of the reply, as both transports carry it. Any thread. `done` is
  // called exactly once, inside the call or later, on any thread; a full queue answers
  // kOverloaded at once. Reads are strong: they see every event that was acknowledged before.
  virtual void read(ReadRequest request, base::Callback<Result<std::string>> done) = 0;
};

}  // namespace chat::protocol

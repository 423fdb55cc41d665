// Any bytes as a stream of HTTP requests: read at once and read in pieces whose sizes come from the
// input, it must give the same requests and the same refusal.
#include <algorithm>
#include <string>
#include <vector>

#include "connect/base/check.h"
#include "connect/gateway/http.h"

namespace chat::gateway {
namespace {

using Status = HttpReader::Status;

// Small, so that the fuzzer reaches it.
constexpr size_t kBodyBytes = 512;

struct Outcome {
  std::vector<HttpRequest> requests;
  int failure = 0;
};

void check_request(const HttpRequest& request) {
  CHECK(request.body.size() <= kBodyBytes);
  CHECK(request.path.starts_with('/') || request.path == "*");
  CHECK(request.count("host") <= 1);
  CHECK(request.count("content-length") + request.count("transfer-encoding") <= 1);
}

// Piece i has 1 + sizes[i mod n] bytes.
Outcome read_pieces(std::string_view stream, std::string_view sizes) {
  HttpReader reader(kBodyBytes);
  Outcome outcome;
  std::string buffer;
  for (size_t i = 0; !stream.empty(); ++i) {
    const size_t piece =
        sizes.empty() ? stream.size() : 1 + static_cast<uint8_t>(sizes[i % sizes.size()]);
    buffer += stream.substr(0, piece);
    stream.remove_prefix(std::min(piece, stream.size()));
    Status status = Status::kRequest;
    while (status == Status::kRequest) {
      HttpRequest request;
      size_t consumed = 0;
      status = reader.next(buffer.data(), buffer.size(), consumed, request);
      CHECK(consumed <= buffer.size());
      buffer.erase(0, consumed);
      if (status != Status::kRequest) break;
      check_request(request);
      outcome.requests.push_back(std::move(request));
    }
    if (status == Status::kFailed) {
      outcome.failure = reader.failure().status;
      return outcome;
    }
  }
  return outcome;
}

void check_same(const Outcome& one, const Outcome& other) {
  CHECK(one.failure == other.failure);
  CHECK(one.requests.size() == other.requests.size());
  for (size_t i = 0; i < one.requests.size(); ++i) {
    CHECK(one.requests[i].path == other.requests[i].path);
    CHECK(one.requests[i].query == other.requests[i].query);
    CHECK(one.requests[i].headers == other.requests[i].headers);
    CHECK(one.requests[i].body == other.requests[i].body);
    CHECK(one.requests[i].keep_alive == other.requests[i].keep_alive);
  }
}

// The first byte says how many of the next are sizes of pieces.
void check(std::string_view input) {
  if (input.empty()) return;
  const size_t count = std::min<size_t>(static_cast<uint8_t>(input[0]) % 16, input.size() - 1);
  const std::string_view sizes = input.substr(1, count), stream = input.substr(1 + count);
  const Outcome at_once = read_pieces(stream, {});
  check_same(at_once, read_pieces(stream, sizes));
  check_same(at_once, read_pieces(stream, std::string_view("\0", 1)));
  if (const auto decoded = percent_decoded(stream)) CHECK(decoded->size() <= stream.size());
}

}  // namespace
}  // namespace chat::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::gateway::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

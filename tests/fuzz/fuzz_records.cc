// Any bytes as a record of the bus or the database: what parses is printed and serialized without
// harm, and reads back as it was. The first byte says which record it is.
#include "connect/base/check.h"
#include "connect/protocol/json_out.h"
#include "connect/protocol/records.pb.h"

namespace chat::protocol {
namespace {

template <typename Record>
bool parse(std::string_view bytes, Record& record) {
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
  Record again;
  CHECK(again.ParseFromString(record.SerializeAsString()));
  CHECK(again.ByteSizeLong() == record.ByteSizeLong());
  return true;
}

void print_event(std::string_view bytes) {
  Event event;
  if (!parse(bytes, event)) return;
  std::string out = json::push_event("c1", event);
  CHECK(out.starts_with("{\"event\":{\"chat\":\"c1\"") && out.ends_with("}}"));
  json::push_hidden("c1", event);
  json::append_message(out, "c1", {&event, nullptr, {}});
}

void print_overlay(std::string_view bytes) {
  OverlayItem overlay;
  if (!parse(bytes, overlay)) return;
  Event event;
  event.set_kind(KIND_MESSAGE);
  const std::string mine[] = {"x"};
  std::string out;
  json::append_message(out, "c1", {&event, &overlay, mine});
}

void print_reply(const Reply& reply) {
  if (reply.has_failure())
    json::reply_error(reply.request(), json::error_of(reply.failure()));
  else
    json::reply_ok(reply.request(), json::ok_of(reply));
}

void print_delivery(std::string_view bytes) {
  Delivery delivery;
  if (!parse(bytes, delivery)) return;
  if (delivery.has_reply()) print_reply(delivery.reply());
  if (delivery.has_event()) json::push_event(delivery.event().chat(), delivery.event().event());
  if (delivery.has_marked()) json::push_marked(delivery.marked().marked());
  if (delivery.has_rejected())
    json::push_rejected(delivery.rejected().chat(), delivery.rejected().key(),
                        error_code_from(delivery.rejected().code()));
}

template <typename Record>
void parse_only(std::string_view bytes) {
  Record record;
  parse(bytes, record);
}

constexpr void (*kReaders[])(std::string_view) = {
    print_event,          print_overlay,          print_delivery,        parse_only<Command>,
    parse_only<ChatItem>, parse_only<MemberItem>, parse_only<MarksItem>, parse_only<ReadRequest>};

void check(std::string_view input) {
  if (input.empty()) return;
  kReaders[static_cast<uint8_t>(input[0]) % std::size(kReaders)](input.substr(1));
}

}  // namespace
}  // namespace chat::protocol

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  chat::protocol::check({reinterpret_cast<const char*>(data), size});
  return 0;
}

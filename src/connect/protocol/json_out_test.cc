#include "connect/protocol/json_out.h"

#include <gtest/gtest.h>

#include "connect/protocol/json_in.h"

namespace chat::protocol::json {
namespace {

constexpr int64_t kMs = 1795000000001;
const uint64_t kId = EventId::first_of_ms(kMs).value();
const Key kKey = *Key::parse("0199c2a4-7b1e-7c3d-9a5f-00112233aabb");

Event event_of(Kind kind) {
  Event event;
  event.set_id(kId);
  event.set_seq(43);
  event.set_kind(kind);
  event.set_from("alice");
  event.set_key(kKey.bytes().data(), kKey.bytes().size());
  event.set_nth(40);
  return event;
}

Event message_of(const std::string& text) {
  Event event = event_of(KIND_MESSAGE);
  event.mutable_body()->set_text(text);
  return event;
}

// What every event of these tests begins with.
std::string common(std::string_view kind) {
  return R"({"chat":"c1","id":)" + std::to_string(kId) +
         R"(,"seq":43,"ts":1795000000001,"kind":")" + std::string(kind) +
         R"(","from":"alice","key":"0199c2a4-7b1e-7c3d-9a5f-00112233aabb")";
}

std::string written(const Event& event) {
  std::string out;
  append_event(out, "c1", event);
  EXPECT_TRUE(parse(out)) << out;
  return out;
}

std::string folded(const Event& event, const OverlayItem* overlay = nullptr,
                   std::span<const std::string> mine = {}) {
  std::string out;
  append_message(out, "c1", {&event, overlay, mine});
  EXPECT_TRUE(parse(out)) << out;
  return out;
}

TEST(JsonOut, Message) {
  EXPECT_EQ(written(message_of("hi")), common("message") + R"(,"body":{"text":"hi"}})");
}

TEST(JsonOut, MessageWithEverything) {
  Event event = message_of("a \"quoted\"\n\x01 é");
  Body& body = *event.mutable_body();
  body.set_reply_to(7);
  body.set_meta(R"({"a" : 1})");
  Attachment& full = *body.add_attachments();
  full.set_url("https://x/y");
  full.set_type("image/png");
  full.set_size(9007199254740991);
  full.set_name("y.png");
  body.add_attachments()->set_url("u");
  EXPECT_EQ(written(event), common("message") +
                                R"(,"body":{"text":"a \"quoted\"\n\u0001 é","reply_to":7,)"
                                R"("attachments":[{"url":"https://x/y","type":"image/png",)"
                                R"("size":9007199254740991,"name":"y.png"},{"url":"u"}],)"
                                R"("meta":{"a" : 1}}})");
}

TEST(JsonOut, GoneStandsInPlaceOfTheBody) {
  Event event = event_of(KIND_MESSAGE);
  event.set_gone(true);
  EXPECT_EQ(written(event), common("message") + R"(,"gone":true})");
  event.set_kind(KIND_EDIT);
  event.set_target(7);
  EXPECT_EQ(written(event), common("edit") + R"(,"target":7,"gone":true})");
}

TEST(JsonOut, EditDeleteReact) {
  Event event = message_of("new");
  event.set_kind(KIND_EDIT);
  event.set_target(7);
  EXPECT_EQ(written(event), common("edit") + R"(,"target":7,"body":{"text":"new"}})");
  event.set_kind(KIND_DELETE);
  EXPECT_EQ(written(event), common("delete") + R"(,"target":7})");
  event.set_kind(KIND_REACT);
  event.set_emoji("👍");
  EXPECT_EQ(written(event), common("react") + R"(,"target":7,"emoji":"👍","on":false})");
  event.set_on(true);
  EXPECT_EQ(written(event), common("react") + R"(,"target":7,"emoji":"👍","on":true})");
}

TEST(JsonOut, Member) {
  Event event = event_of(KIND_MEMBER);
  MemberChange& change = *event.mutable_member();
  change.add_users("bob");
  change.add_users("eve");
  change.set_change(CHANGE_JOINED);
  change.set_role(ROLE_ADMIN);
  EXPECT_EQ(written(event),
            common("member") + R"(,"users":["bob","eve"],"change":"joined","role":"admin"})");
  change.set_change(CHANGE_LEFT);
  change.clear_role();
  EXPECT_EQ(written(event), common("member") + R"(,"users":["bob","eve"],"change":"left"})");
}

TEST(JsonOut, ChatShowsOnlyWhatChanged) {
  Event event = event_of(KIND_CHAT);
  event.mutable_chat()->set_title("");
  EXPECT_EQ(written(event), common("chat") + R"(,"changes":{"title":""}})");
  event.mutable_chat()->clear_title();
  event.mutable_chat()->set_joinable(false);
  EXPECT_EQ(written(event), common("chat") + R"(,"changes":{"joinable":false}})");
  event.mutable_chat()->Clear();
  EXPECT_EQ(written(event), common("chat") + R"(,"changes":{}})");
}

TEST(JsonOut, ChatCreated) {
  Event event = event_of(KIND_CHAT);
  ChatChange& change = *event.mutable_chat();
  change.set_title("t");
  change.set_topic("o");
  change.set_visibility(VISIBILITY_FULL);
  change.set_joinable(true);
  change.set_created(true);
  change.set_type(CHAT_TYPE_GROUP);
  change.add_members("alice");
  change.add_members("bob");
  EXPECT_EQ(written(event),
            common("chat") +
                R"(,"changes":{"title":"t","topic":"o","visibility":"full","joinable":true},)"
                R"("created":true,"type":"group","members":["alice","bob"]})");
}

TEST(JsonOut, HiddenShowsNoMoreThanThePlace) {
  EXPECT_EQ(push_hidden("c1", message_of("secret")),
            R"({"event":{"chat":"c1","id":)" + std::to_string(kId) +
                R"(,"seq":43,"ts":1795000000001,"kind":"hidden"}})");
}

TEST(JsonOut, MessageOfAPageWithoutOverlayIsItsEvent) {
  const Event event = message_of("hi");
  EXPECT_EQ(folded(event), written(event));
  EXPECT_EQ(folded(event, &OverlayItem::default_instance()), written(event));
}

TEST(JsonOut, MessageOfAPageShowsTheLatestEdit) {
  OverlayItem overlay;
  overlay.set_edited(EventId::first_of_ms(kMs + 5).value());
  overlay.mutable_body()->set_text("edited");
  EXPECT_EQ(folded(message_of("hi"), &overlay),
            common("message") + R"(,"body":{"text":"edited"},"edited":{"id":)" +
                std::to_string(overlay.edited()) + R"(,"ts":1795000000006}})");
}

TEST(JsonOut, DeletedMessageOfAPageHasNoBody) {
  OverlayItem overlay;
  overlay.set_deleted(EventId::first_of_ms(kMs + 9).value());
  overlay.set_deleted_by("bob");
  EXPECT_EQ(folded(message_of("hi"), &overlay),
            common("message") + R"(,"deleted":{"by":"bob","ts":1795000000010}})");
}

TEST(JsonOut, ReactionsOfAPageSayWhichAreMine) {
  OverlayItem overlay;
  const auto react = [&](const char* emoji, uint32_t count) {
    ReactionCount& reaction = *overlay.add_reactions();
    reaction.set_emoji(emoji);
    reaction.set_count(count);
  };
  react("👍", 2);
  react("taken back", 0);
  react("❤", 1);
  const std::string mine[] = {"❤"};
  EXPECT_EQ(folded(message_of("hi"), &overlay, mine), common("message") +
                                                          R"(,"body":{"text":"hi"},"reactions":[)"
                                                          R"({"emoji":"👍","count":2,"me":false},)"
                                                          R"({"emoji":"❤","count":1,"me":true}]})");
  overlay.mutable_reactions(0)->set_count(0);
  overlay.mutable_reactions(2)->set_count(0);
  EXPECT_EQ(folded(message_of("hi"), &overlay, mine), written(message_of("hi")));
}

TEST(JsonOut, MemberEventsOfAPageAreThemselves) {
  Event event = event_of(KIND_MEMBER);
  event.mutable_member()->add_users("bob");
  event.mutable_member()->set_change(CHANGE_REMOVED);
  EXPECT_EQ(folded(event), written(event));
}

TEST(JsonOut, Errors) {
  EXPECT_EQ(error_body({ErrorCode::kFieldInvalid, "limit is 1 to 200, got 0", "limit"}),
            R"({"error":{"code":"field_invalid","field":"limit",)"
            R"("message":"limit is 1 to 200, got 0","retry_after_ms":null}})");
  EXPECT_EQ(reply_error(4, {ErrorCode::kRateLimited, "slower", "", 800}),
            R"({"id":4,"error":{"code":"rate_limited","field":null,"message":"slower",)"
            R"("retry_after_ms":800}})");
}

TEST(JsonOut, FailuresTravelWhole) {
  const Error error{ErrorCode::kOverloaded, "busy", "f", 250};
  const Error back = error_of(failure_of(error));
  EXPECT_EQ(back.code, error.code);
  EXPECT_EQ(back.message, error.message);
  EXPECT_EQ(back.field, error.field);
  EXPECT_EQ(back.retry_after_ms, error.retry_after_ms);
}

TEST(JsonOut, Replies) {
  Reply reply;
  Appended& appended = *reply.mutable_appended();
  appended.set_chat("c1");
  appended.set_id(5);
  appended.set_seq(2);
  EXPECT_EQ(ok_of(reply), R"({"chat":"c1","id":5,"seq":2,"duplicate":false})");
  appended.set_duplicate(true);
  EXPECT_EQ(ok_of(reply), R"({"chat":"c1","id":5,"seq":2,"duplicate":true})");
  appended.set_is_create(true);
  EXPECT_EQ(ok_of(reply), R"({"chat":"c1","id":5,"seq":2,"created":false})");
  EXPECT_EQ(reply_ok(3, R"({"a":1})"), R"({"id":3,"ok":{"a":1}})");

  Marked& marked = *reply.mutable_marked();
  marked.set_chat("c1");
  marked.set_unread(2);
  EXPECT_EQ(ok_of(reply), R"({"chat":"c1","read":{"id":0,"seq":0},"unread":2})");
  marked.mutable_read()->set_id(5);
  marked.mutable_read()->set_seq(2);
  EXPECT_EQ(ok_of(reply), R"({"chat":"c1","read":{"id":5,"seq":2},"unread":2})");
  EXPECT_EQ(ok_of(Reply()), "{}");
}

TEST(JsonOut, Pushes) {
  Marked marked;
  marked.set_chat("c1");
  marked.set_user("bob");
  marked.mutable_read()->set_id(5);
  marked.mutable_read()->set_seq(2);
  EXPECT_EQ(push_marked(marked), R"({"marked":{"chat":"c1","user":"bob","read":{"id":5,"seq":2},)"
                                 R"("delivered":{"id":0,"seq":0}}})");
  EXPECT_EQ(push_typing("c1", "a\"b"), R"({"typing":{"chat":"c1","user":"a\"b"}})");
  EXPECT_EQ(push_presence("bob", true, 0),
            R"({"presence":{"user":"bob","online":true,"last_seen":null}})");
  EXPECT_EQ(push_presence("bob", false, 17),
            R"({"presence":{"user":"bob","online":false,"last_seen":17}})");
  EXPECT_EQ(push_rejected("c1", kKey.bytes(), ErrorCode::kKeyReused),
            R"({"rejected":{"chat":"c1","key":"0199c2a4-7b1e-7c3d-9a5f-00112233aabb",)"
            R"("code":"key_reused"}})");
  EXPECT_EQ(push_resync("c1"), R"({"resync":{"chat":"c1"}})");
  EXPECT_EQ(push_reconnect(500), R"({"reconnect":{"after_ms":500}})");
  EXPECT_EQ(push_event("c1", message_of("hi")), "{\"event\":" + written(message_of("hi")) + "}");
}

TEST(JsonOut, TextsAreKeptByteForByte) {
  std::string text;
  for (int c = 0; c < 128; ++c) text += static_cast<char>(c);
  text += "\u202e\u2028😀👩‍👩‍👧";
  std::string out;
  append_string(out, text);
  EXPECT_EQ(parse(out)->string, text);
}

}  // namespace
}  // namespace chat::protocol::json

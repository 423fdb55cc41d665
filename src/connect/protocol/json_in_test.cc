#include "connect/protocol/json_in.h"

#include <gtest/gtest.h>

namespace chat::protocol::json {
namespace {

using Type = Value::Type;

Value good(std::string_view text) {
  Result<Value> value = parse(text);
  EXPECT_TRUE(value) << text << (value ? "" : value.error().message);
  return value ? *value : Value();
}

TEST(JsonIn, ReadsEveryTypeOfValue) {
  const Value value = good(
      " {\"null\":null , \"yes\":true,\"no\":false,\r\n\t\"whole\":-12,\"part\":1.5e2,"
      "\"text\":\"hi\",\"list\":[1,[],{}],\"empty\":{}} ");
  ASSERT_TRUE(value.is(Type::kObject));
  EXPECT_EQ(value.object.size(), 8u);
  EXPECT_TRUE(value.find("null")->is(Type::kNull));
  EXPECT_TRUE(value.find("yes")->boolean);
  EXPECT_FALSE(value.find("no")->boolean);
  EXPECT_TRUE(value.find("no")->is(Type::kBool));
  EXPECT_EQ(value.find("whole")->integer, -12);
  EXPECT_EQ(value.find("whole")->number, -12);
  EXPECT_TRUE(value.find("part")->is(Type::kNumber));
  EXPECT_EQ(value.find("part")->number, 150);
  EXPECT_EQ(value.find("text")->string, "hi");
  EXPECT_EQ(value.find("list")->array.size(), 3u);
  EXPECT_TRUE(value.find("empty")->is(Type::kObject));
  EXPECT_EQ(value.find("absent"), nullptr);
  EXPECT_EQ(value.find("list")->find("absent"), nullptr);
}

TEST(JsonIn, RawIsTheValuesOwnBytes) {
  const Value value = good(" {\"meta\" : {\"a\" : [1, 2]} ,\"n\":1.50}");
  EXPECT_EQ(value.find("meta")->raw, "{\"a\" : [1, 2]}");
  EXPECT_EQ(value.find("n")->raw, "1.50");
  EXPECT_EQ(value.raw.front(), '{');
}

TEST(JsonIn, WholeNumbersAreIntegersWithin64Bits) {
  EXPECT_EQ(good("9007199254740993").integer, 9007199254740993);
  EXPECT_EQ(good("-9223372036854775808").integer, INT64_MIN);
  EXPECT_EQ(good("-0").integer, 0);
  for (const char* text : {"9223372036854775808", "1e3", "1.0", "0.5", "-0.0"})
    EXPECT_TRUE(good(text).is(Type::kNumber)) << text;
  EXPECT_EQ(good("1E+3").number, 1000);
  EXPECT_EQ(good("1e-400").number, 0);
  EXPECT_EQ(good("-1e-99999999999999999999").number, 0);
  EXPECT_EQ(good("1.7976931348623157e308").number, 1.7976931348623157e308);
}

TEST(JsonIn, UnescapesStrings) {
  EXPECT_EQ(good(R"("\"\\\/\b\f\n\r\t")").string, "\"\\/\b\f\n\r\t");
  EXPECT_EQ(good(R"("\u0041\u00e9\u20AC\ud83d\ude00")").string, "Aé€😀");
  EXPECT_EQ(good(R"("a\u0000b")").string, std::string("a\0b", 3));
  EXPECT_EQ(good("\"é\x7f\"").string, "é\x7f");
}

struct Refused {
  std::string_view text;
  size_t at;
};

void expect_refused(std::string_view text, size_t at, size_t depth_max = kJsonDepthMax) {
  const Result<Value> value = parse(text, depth_max);
  ASSERT_FALSE(value) << text;
  EXPECT_EQ(value.error().code, ErrorCode::kJsonInvalid);
  const std::string position = "at byte " + std::to_string(at) + ":";
  EXPECT_NE(value.error().message.find(position), std::string::npos)
      << text << " gave " << value.error().message << " and not " << at;
}

TEST(JsonIn, RefusesBadStructureWithThePosition) {
  for (const Refused& row : std::initializer_list<Refused>{
           {"", 0},        {"   ", 3},       {"{", 1},         {"{\"a\"", 4},
           {"{\"a\":", 5}, {"{\"a\":1", 6},  {"{\"a\":1,", 7}, {"{\"a\":1,}", 7},
           {"{a:1}", 1},   {"{\"a\" 1}", 5}, {"{1:1}", 1},     {"{\"a\":1 \"b\":2}", 7},
           {"[1", 2},      {"[1,", 3},       {"[1,]", 3},      {"[1 2]", 3},
           {"[,1]", 1},    {"[1}", 2},       {"1 2", 2},       {"{} x", 3},
           {"{}}", 2},     {"]", 0},         {"//x\n1", 0},    {"\xef\xbb\xbf{}", 0}})
    expect_refused(row.text, row.at);
  expect_refused(std::string_view("null\0", 5), 4);
}

TEST(JsonIn, RefusesBadTokensWithThePosition) {
  for (const Refused& row : std::initializer_list<Refused>{
           {"nul", 0},         {"True", 0},    {"[NaN]", 1},    {"[Infinity]", 1},
           {"[-Infinity]", 1}, {"'a'", 0},     {"[truely]", 5}, {"-", 0},
           {"+1", 0},          {"01", 1},      {"-01", 2},      {".5", 0},
           {"1.", 2},          {"1.e5", 2},    {"1e", 2},       {"1e+", 3},
           {"0x10", 1},        {"[1e400]", 1}, {"-1e400", 0},   {"[1,1e99999999999]", 3}})
    expect_refused(row.text, row.at);
  expect_refused("[" + std::string(400, '9') + "]", 1);
}

TEST(JsonIn, RefusesBadStringsWithThePosition) {
  for (const Refused& row : std::initializer_list<Refused>{{"\"a", 2},
                                                           {"\"a\\", 3},
                                                           {"\"a\\\"", 4},
                                                           {"\"a\nb\"", 2},
                                                           {"\"\\x\"", 1},
                                                           {"\"\\u12\"", 1},
                                                           {"\"\\u12g4\"", 1},
                                                           {"\"\\u-123\"", 1},
                                                           {"\"a\\ud800\"", 2},
                                                           {"\"\\udc00\"", 1},
                                                           {"\"\\ud800\\u0041\"", 1},
                                                           {"\"\\ud800\\ud800\"", 1},
                                                           {"\"\\ud800x\"", 1},
                                                           {"\"\\ud83d\\ude0", 1},
                                                           {"\"\xff\"", 1},
                                                           {"\"\xe2\x82\"", 1},
                                                           {"\"é\xed\xa0\x80\"", 3},
                                                           {"\xe2", 0}})
    expect_refused(row.text, row.at);
  expect_refused(std::string_view("\"a\0\"", 4), 2);
}

TEST(JsonIn, RefusesDuplicateNamesWithThePosition) {
  expect_refused(R"({"a":1,"a":2})", 7);
  expect_refused(R"({"a":1,"\u0061":2})", 7);
  expect_refused(R"([{"x":{"b":1, "c":2, "b":3}}])", 21);
  EXPECT_TRUE(parse(R"({"a":{"a":1},"b":{"a":1}})"));
}

TEST(JsonIn, RefusesDuplicateNamesInLongObjects) {
  for (size_t members : {15u, 16u, 17u, 5000u}) {
    std::string text = "{";
    for (size_t i = 0; i < members; ++i) text += "\"n" + std::to_string(i) + "\":0,";
    EXPECT_TRUE(parse(text + "\"n\":0}")) << members;
    expect_refused(text + "\"n3\":0}", text.size());
    expect_refused(text + "\"n" + std::to_string(members - 1) + "\":0}", text.size());
  }
}

TEST(JsonIn, NestingIsLimited) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_TRUE(parse(nested(kJsonDepthMax)));
  expect_refused(nested(kJsonDepthMax + 1), kJsonDepthMax);
  expect_refused(std::string(10'000, '['), kJsonDepthMax);
  expect_refused(R"({"a":{"b":{}}})", 10, 2);
  expect_refused("[]", 0, 0);
  EXPECT_TRUE(parse("1", 0));
}

TEST(JsonIn, ErrorsDoNotRepeatTheText) {
  EXPECT_EQ(parse("{\"secret\":1,\"secret\":2}").error().message.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace chat::protocol::json

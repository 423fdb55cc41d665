#include "connect/app/import_batch.h"

#include <gtest/gtest.h>

#include <string>

namespace chat::app {
namespace {

importer::ChatPlan plan_of(int lines) {
  importer::ChatPlan plan{protocol::ChatId("ubuntu"), "Ubuntu \"IRC\"", {}};
  for (uint32_t i = 0; i < static_cast<uint32_t>(lines); ++i)
    plan.lines.push_back({1'000'000 + i / 2, protocol::UserId("[nick]"),
                          "text\n\x02 " + std::to_string(i),
                          importer::key_of_line(plan.chat, "2004-12-25.txt", i, 1'000'000)});
  return plan;
}

TEST(ImportBatch, IsReadAsItWasWritten) {
  const importer::ChatPlan plan = plan_of(5);
  const auto batch = read_batch(write_batch(plan, plan.lines));
  ASSERT_TRUE(batch.has_value()) << batch.error().message;
  EXPECT_EQ(batch->chat, plan.chat);
  EXPECT_EQ(batch->title, plan.title);
  ASSERT_EQ(batch->lines.size(), 5u);
  for (size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(batch->lines[i].ms, plan.lines[i].ms);
    EXPECT_EQ(batch->lines[i].from, plan.lines[i].from);
    EXPECT_EQ(batch->lines[i].text, plan.lines[i].text);
    EXPECT_EQ(batch->lines[i].key, plan.lines[i].key);
  }
}

TEST(ImportBatch, TheWorstOneFitsItsBound) {
  importer::ChatPlan plan = plan_of(static_cast<int>(importer::kLinesPerBlock));
  const size_t share = importer::kTextBytesPerBlock / plan.lines.size();
  for (importer::ImportLine& line : plan.lines) line.text = std::string(share, '\x07');
  EXPECT_LT(write_batch(plan, plan.lines).size(), kBatchBytesMax);
}

TEST(ImportBatch, RefusesWhatNoImportSends) {
  importer::ChatPlan falling = plan_of(4);
  std::swap(falling.lines.front(), falling.lines.back());
  importer::ChatPlan empty_text = plan_of(1);
  empty_text.lines.front().text.clear();
  for (const std::string& bad :
       {std::string("7"), std::string("{}"), std::string(R"({"chat":"a b","title":"","lines":[]})"),
        std::string(R"({"chat":"a","title":"","lines":[{}]})"),
        std::string(R"({"chat":"a","title":"","lines":7)"), write_batch(falling, falling.lines),
        write_batch(empty_text, empty_text.lines)})
    EXPECT_FALSE(read_batch(bad).has_value()) << bad;
}

TEST(ImportBatch, CountsAreReadAsTheyWereWritten) {
  const auto counts = read_counts(write_counts({1, 2, 3, 4, 5}));
  ASSERT_TRUE(counts.has_value());
  EXPECT_EQ(counts->added, 1u);
  EXPECT_EQ(counts->present, 2u);
  EXPECT_EQ(counts->refused, 3u);
  EXPECT_EQ(counts->future, 4u);
  EXPECT_EQ(counts->people, 5u);
  EXPECT_FALSE(read_counts("{}").has_value());
}

}  // namespace
}  // namespace chat::app

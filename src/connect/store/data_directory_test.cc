#include "connect/store/data_directory.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "connect/store/temporary_directory.h"

namespace chat::store {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

void write(const fs::path& path, const std::string& text) { std::ofstream(path) << text; }

std::string refusal(const std::string& path, base::Code code = base::Code::kInvalid) {
  const auto opened = DataDirectory::open(path);
  if (opened) return "it was opened";
  EXPECT_EQ(opened.error().code, code);
  return opened.error().message;
}

class DataDirectoryTest : public testing::Test {
 protected:
  TemporaryDirectory temporary_;
  const std::string path_ = temporary_ / "some/data";
};

TEST_F(DataDirectoryTest, IsCreatedAndKeepsItsSecret) {
  std::array<uint8_t, kSecretBytes> secret{};
  {
    const auto directory = DataDirectory::open(path_ + "/");
    ASSERT_TRUE(directory) << directory.error().message;
    secret = (*directory)->secret();
    EXPECT_EQ((*directory)->database_path(), path_ + "/db");
  }
  EXPECT_NE(secret, (std::array<uint8_t, kSecretBytes>{}));
  struct stat status {};
  ASSERT_EQ(stat((path_ + "/secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  const auto again = DataDirectory::open(path_);
  ASSERT_TRUE(again);
  EXPECT_EQ((*again)->secret(), secret);
}

TEST_F(DataDirectoryTest, IsOneProcessesAtATime) {
  const auto directory = DataDirectory::open(path_);
  ASSERT_TRUE(directory);
  EXPECT_THAT(refusal(path_, base::Code::kUnavailable),
              HasSubstr(path_ + " is in use by process " + std::to_string(getpid())));
}

TEST_F(DataDirectoryTest, AnotherFormatIsRefusedByName) {
  fs::create_directories(path_);
  for (const char* text : {"", "connect", "connect \n", "connect x\n", "connect 1", "connect 0\n",
                           "connect -1\n", "something 1\n"}) {
    write(path_ + "/FORMAT", text);
    EXPECT_THAT(refusal(path_), AllOf(HasSubstr(path_), HasSubstr("name another directory")))
        << text;
  }
  write(path_ + "/FORMAT", "connect 2\n");
  EXPECT_THAT(refusal(path_), AllOf(HasSubstr(path_), HasSubstr("newer version (format 2")));
}

TEST_F(DataDirectoryTest, OtherFilesAreLeftAlone) {
  fs::create_directories(path_);
  write(path_ + "/thesis.tex", "years of work");
  EXPECT_THAT(refusal(path_), HasSubstr("holds thesis.tex but no FORMAT"));
  EXPECT_FALSE(fs::exists(path_ + "/LOCK"));
}

TEST_F(DataDirectoryTest, ACreationThatWasCutIsCompleted) {
  fs::create_directories(path_);
  write(path_ + "/LOCK", "");
  write(path_ + "/secret", "x");
  write(path_ + "/secret.new", "y");
  write(path_ + "/FORMAT.new", "conn");
  EXPECT_TRUE(DataDirectory::open(path_));
  EXPECT_TRUE(DataDirectory::open(path_));
}

TEST_F(DataDirectoryTest, AWeakOrDamagedSecretIsRefused) {
  ASSERT_TRUE(DataDirectory::open(path_));
  chmod((path_ + "/secret").c_str(), 0644);
  EXPECT_THAT(refusal(path_), HasSubstr("chmod 600"));
  chmod((path_ + "/secret").c_str(), 0600);
  fs::resize_file(path_ + "/secret", 31);
  EXPECT_THAT(refusal(path_), HasSubstr("cut short"));
  fs::remove(path_ + "/secret");
  EXPECT_THAT(refusal(path_), HasSubstr("has no secret"));
}

TEST_F(DataDirectoryTest, APlaceThatCannotBeADirectoryIsRefused) {
  write(temporary_ / "file", "");
  EXPECT_FALSE(DataDirectory::open(temporary_ / "file"));
  EXPECT_FALSE(DataDirectory::open(""));
}

}  // namespace
}  // namespace chat::store

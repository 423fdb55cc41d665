#include "connect/app/ops_handler.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "connect/app/ops_client.h"
#include "connect/persistence/store_persistence.h"
#include "connect/store/temporary_directory.h"

namespace chat::app {
namespace {

using gateway::HttpAnswer;
using gateway::HttpRequest;
using gateway::Method;

// The handler behind a real server, asked as the commands ask it.
class OpsHandlerTest : public testing::Test {
 protected:
  OpsHandlerTest() : directory_(std::move(*store::DataDirectory::open(temporary_ / "data"))) {
    store::RocksDbOptions options;
    options.directory = directory_->database_path();
    options.durability = store::Durability::kProcess;
    store_ = std::move(*store::RocksDbStore::open(options, metrics_));
    persistence_ = std::make_unique<persistence::StorePersistence>(*store_);
    handler_ = std::make_unique<OpsHandler>(OpsHandler::Parts{
        loop_, metrics_, *store_, *directory_, *persistence_, [this] { return not_ready_; }});
    gateway::HttpServerOptions http;
    http.body_bytes_max = kBatchBytesMax;
    server_ = std::make_unique<gateway::HttpServer>(loop_, *handler_, http);
    EXPECT_TRUE(server_->listen("127.0.0.1:0").has_value());
    client_ = std::make_unique<OpsClient>(
        std::move(*OpsClient::make("127.0.0.1:" + std::to_string(server_->port()))));
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~OpsHandlerTest() override {
    handler_->stop();
    loop_.stop();
    thread_.join();
  }

  OpsAnswer call(const std::string& method, const std::string& target,
                 const std::string& body = {}) {
    auto answer = client_->call(method, target, body);
    EXPECT_TRUE(answer.has_value()) << answer.error().message;
    return answer ? *answer : OpsAnswer{};
  }

  static importer::ChatPlan plan() {
    importer::ChatPlan plan{protocol::ChatId("town"), "Town", {}};
    for (uint32_t i = 0; i < 150; ++i)
      plan.lines.push_back({1'000'000 + i, protocol::UserId("nick" + std::to_string(i % 7)), "text",
                            importer::key_of_line(plan.chat, "day", i, 1'000'000 + i)});
    return plan;
  }

  store::TemporaryDirectory temporary_;
  base::Metrics metrics_;
  std::unique_ptr<store::DataDirectory> directory_;
  std::unique_ptr<store::RocksDbStore> store_;
  std::unique_ptr<persistence::StorePersistence> persistence_;
  std::string not_ready_;  // set before the first call
  base::EventLoop loop_;
  std::unique_ptr<OpsHandler> handler_;
  std::unique_ptr<gateway::HttpServer> server_;
  std::unique_ptr<OpsClient> client_;
  std::thread thread_;
};

TEST_F(OpsHandlerTest, HealthMetricsAndWhatIsNotThere) {
  metrics_.counter("connect_things_total", "Things.").add();
  EXPECT_EQ(call("GET", "/healthz").status, 200);
  EXPECT_EQ(call("GET", "/readyz").status, 200);
  EXPECT_NE(call("GET", "/metrics").body.find("connect_things_total 1"), std::string::npos);
  EXPECT_EQ(call("GET", "/nowhere").status, 404);
  EXPECT_EQ(call("POST", "/healthz", "{}").status, 405);
  EXPECT_EQ(call("GET", "/import").status, 405);
}

TEST_F(OpsHandlerTest, NotReadySaysWhy) {
  not_ready_ = "draining";
  const OpsAnswer answer = call("GET", "/readyz");
  EXPECT_EQ(answer.status, 503);
  EXPECT_NE(answer.body.find("draining"), std::string::npos);
}

TEST_F(OpsHandlerTest, AnImportIsThereAndASecondOneAddsNothing) {
  const importer::ChatPlan town = plan();
  const auto first = read_counts(call("POST", "/import", write_batch(town, town.lines)).body);
  EXPECT_EQ(first->added, 150u);
  EXPECT_EQ(first->people, 7u);
  const auto second = read_counts(call("POST", "/import", write_batch(town, town.lines)).body);
  EXPECT_EQ(second->present, 150u);
  EXPECT_EQ(call("POST", "/import", "{}").status, 400);

  EXPECT_NE(call("GET", "/inspect/chats").body.find("\"town\""), std::string::npos);
  EXPECT_NE(call("GET", "/inspect/chat?chat=town").body.find("\"members_count\":8"),
            std::string::npos);
  EXPECT_NE(call("GET", "/inspect/member?chat=town&user=nick3").body.find("\"role\":\"member\""),
            std::string::npos);
  EXPECT_EQ(call("GET", "/inspect/member?chat=town&user=nobody").status, 404);
  EXPECT_EQ(call("GET", "/inspect/chat?chat=other").status, 404);
  EXPECT_EQ(call("GET", "/inspect/chat").status, 400);
}

TEST_F(OpsHandlerTest, ABackupIsWhole) {
  const std::string target = temporary_ / "backup";
  EXPECT_EQ(call("POST", "/backup", R"({"directory":")" + target + R"("})").status, 200);
  EXPECT_TRUE(std::filesystem::exists(target + "/FORMAT"));
  EXPECT_EQ(call("POST", "/backup", R"({"directory":"relative"})").status, 400);
  EXPECT_NE(call("POST", "/backup", R"({"directory":")" + target + R"("})").status, 200);
}

TEST_F(OpsHandlerTest, WebPagesAreKeptAway) {
  std::vector<HttpAnswer> answers;
  const auto ask = [this, &answers](std::vector<HttpRequest::Header> headers) {
    HttpRequest request;
    request.method = Method::kPost;
    request.path = "/backup";
    request.headers = std::move(headers);
    handler_->handle(request, {}, [&answers](HttpAnswer answer) { answers.push_back(answer); });
  };
  ask({{"content-type", "application/json"}, {"origin", "https://evil.example"}});
  ask({{"content-type", "text/plain"}});
  ask({});
  ASSERT_EQ(answers.size(), 3u);
  EXPECT_EQ(answers[0].status, 403);
  EXPECT_EQ(answers[1].status, 415);
  EXPECT_EQ(answers[2].status, 415);
}

}  // namespace
}  // namespace chat::app

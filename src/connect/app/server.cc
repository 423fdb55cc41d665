#include "connect/app/server.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "connect/app/descriptors.h"
#include "connect/app/openapi.h"
#include "connect/app/ops_client.h"
#include "connect/app/ops_handler.h"
#include "connect/app/serve_options.h"
#include "connect/app/start_page.h"
#include "connect/app/web_files.h"
#include "connect/base/clock.h"
#include "connect/base/event_loop.h"
#include "connect/base/log.h"
#include "connect/base/metrics.h"
#include "connect/base/random.h"
#include "connect/base/thread_executor.h"
#include "connect/bus/embedded_bus.h"
#include "connect/bus/embedded_session_registry.h"
#include "connect/crypto/digest.h"
#include "connect/crypto/tls.h"
#include "connect/gateway/gateway.h"
#include "connect/gateway/jwt_authenticator.h"
#include "connect/messaging/partition_worker.h"
#include "connect/messaging/read_service.h"
#include "connect/persistence/store_persistence.h"
#include "connect/store/blocking_store.h"
#include "connect/store/data_directory.h"
#include "connect/store/rocksdb_store.h"

namespace chat::app {
namespace {

using base::Code;

// Pages are answered from memory or in one or two disk reads: two readers keep both processors of
// a small machine busy, and a slow one holds up half.
constexpr uint32_t kReaders = 2;

uint32_t threads_of(uint32_t wanted) {
  return wanted != 0 ? wanted : default_threads(std::thread::hardware_concurrency());
}

// A secret for each use, so that none tells anything about another.
protocol::CursorSealer cursors_of(const store::DataDirectory& directory) {
  return protocol::CursorSealer(
      crypto::hmac_sha256(directory.secret(), "connect cursors, version 1"));
}

std::string with_port(const std::string& address, uint16_t port) {
  return address.substr(0, address.rfind(':') + 1) + std::to_string(port);
}

bus::EmbeddedBusOptions bus_options(const ServeOptions& options) {
  bus::EmbeddedBusOptions made;
  const int workers = static_cast<int>(threads_of(options.workers));
  made.commands.partitions = std::max(made.commands.partitions, workers);
  made.signals.partitions = made.commands.partitions;
  made.deliveries.partitions = static_cast<int>(threads_of(options.loops));
  return made;
}

base::Unexpected<base::Error> named(std::string_view option, const base::Error& error) {
  return {{error.code, std::string(option) + ": " + error.message}};
}

}  // namespace

// In the order in which they are made; each may use those above it. Executors stand above the
// store, whose last callbacks post to them while it ends.
struct Server::Parts {
  explicit Parts(const ServeOptions& serve_options)
      : options(serve_options), bus(bus_options(options), clock) {}

  const ServeOptions options;
  size_t connections_max = 0;  // of each loop
  base::SystemClock clock;
  base::SystemRandom random;
  base::Metrics metrics;
  std::vector<std::unique_ptr<base::ThreadExecutor>> worker_threads;
  std::vector<std::unique_ptr<base::ThreadExecutor>> reader_threads;
  std::unique_ptr<base::ThreadExecutor> loader_thread;  // of chats with very many members
  bus::EmbeddedBus bus;
  bus::EmbeddedSessionRegistry registry;

  std::unique_ptr<store::DataDirectory> directory;
  std::unique_ptr<store::RocksDbStore> store;
  std::unique_ptr<persistence::StorePersistence> persistence;
  std::unique_ptr<protocol::CursorSealer> cursors;
  std::unique_ptr<messaging::MessagingReadService> reads;
  std::vector<std::unique_ptr<messaging::PartitionWorker>> workers;

  std::unique_ptr<gateway::JwtAuthenticator> jwt;  // one of the two
  std::unique_ptr<gateway::DevAuthenticator> dev;
  std::unique_ptr<crypto::ServerTlsContext> tls;  // null: plain
  std::string page;                               // where there is no web app
  std::unique_ptr<gateway::Gateway> gateway;

  std::atomic<const char*> phase{"starting"};  // empty: serving
  base::EventLoop ops_loop;
  std::unique_ptr<OpsHandler> ops_handler;
  std::unique_ptr<gateway::HttpServer> ops_server;
  std::thread ops_thread;

  base::Status take_descriptors();
  base::Status open_access();
  base::Status open_storage();
  base::Status start_ops();
  void start_messaging();
  base::Status start_gateway();
  void stop();
};

base::Status Server::Parts::take_descriptors() {
  const uint64_t descriptors = raise_descriptor_limit();
  const uint32_t loops = threads_of(options.loops);
  TRY_ASSIGN(connections_max, connections_for(descriptors, loops));
  base::log_info("descriptors",
                 {{"limit", descriptors}, {"connections_max", connections_max * loops}});
  return base::ok();
}

base::Status Server::Parts::open_access() {
  if (options.auth == "jwt") {
    auto loaded = gateway::JwtAuthenticator::load(options.jwt_keys,
                                                  {options.jwt_issuer, options.jwt_audience});
    if (!loaded) return named("--jwt-key", loaded.error());
    jwt = std::move(*loaded);
    if (options.jwt_audience.empty())
      base::log_warning("tokens for any audience are accepted, --jwt-audience names ours");
  }
  if (options.tls_cert.empty()) return base::ok();
  auto loaded = crypto::ServerTlsContext::load(options.tls_cert, options.tls_key);
  if (!loaded) return named("--tls-cert, --tls-key", loaded.error());
  tls = std::move(*loaded);
  return base::ok();
}

base::Status Server::Parts::open_storage() {
  TRY_ASSIGN(directory, store::DataDirectory::open(options.data));
  store::RocksDbOptions database;
  database.directory = directory->database_path();
  database.durability =
      options.durability == "process" ? store::Durability::kProcess : store::Durability::kSync;
  TRY_ASSIGN(store, store::RocksDbStore::open(database, metrics));
  loader_thread = std::make_unique<base::ThreadExecutor>("loader");
  persistence = std::make_unique<persistence::StorePersistence>(*store, loader_thread.get());
  cursors = std::make_unique<protocol::CursorSealer>(cursors_of(*directory));
  if (!jwt) dev = std::make_unique<gateway::DevAuthenticator>(directory->secret());
  return base::ok();
}

base::Status Server::Parts::start_ops() {
  ops_handler = std::make_unique<OpsHandler>(OpsHandler::Parts{
      ops_loop, metrics, *store, *directory, *persistence, [this]() -> std::string {
        const char* why = phase.load();
        return *why == '\0' && !store->writable() ? "the database takes no writes" : why;
      }});
  gateway::HttpServerOptions http;
  http.body_bytes_max = kBatchBytesMax;
  http.connections_max = 100;
  ops_server = std::make_unique<gateway::HttpServer>(ops_loop, *ops_handler, http);
  const auto listening = ops_server->listen(options.ops);
  if (!listening) return named("--ops " + options.ops, listening.error());
  ops_thread = std::thread([this] { ops_loop.run(); });
  base::log_info("operations listening", {{"address", with_port(options.ops, ops_server->port())}});
  if (!is_loopback(parse_host_port(options.ops)->host))
    base::log_warning("anybody who reaches the operations port can read and import",
                      {{"address", options.ops}});
  return base::ok();
}

void Server::Parts::start_messaging() {
  messaging::MessagingReadService::Parts of_reads;
  of_reads.persistence = persistence.get();
  of_reads.cursors = cursors.get();
  of_reads.clock = &clock;
  of_reads.metrics = &metrics;
  for (uint32_t i = 0; i < kReaders; ++i) {
    reader_threads.push_back(std::make_unique<base::ThreadExecutor>("reader-" + std::to_string(i)));
    of_reads.readers.push_back(reader_threads.back().get());
  }
  reads = std::make_unique<messaging::MessagingReadService>(std::move(of_reads));
  for (uint32_t i = 0; i < threads_of(options.workers); ++i) {
    worker_threads.push_back(
        std::make_unique<base::ThreadExecutor>("messaging-" + std::to_string(i)));
    workers.push_back(std::make_unique<messaging::PartitionWorker>(
        messaging::PartitionWorkerOptions{}, *worker_threads.back(), bus, registry, *persistence,
        clock, metrics));
  }
}

base::Status Server::Parts::start_gateway() {
  gateway::GatewayOptions of_gateway;
  of_gateway.listen = options.listen;
  of_gateway.loops = bus.partitions(bus::Topic::kDeliveries);
  of_gateway.connections_max = connections_max;
  of_gateway.origins = options.origins;
  of_gateway.sends_per_second = options.rate_sends;
  of_gateway.openapi_json = std::string(openapi_json());
  of_gateway.files = web_files();
  if (of_gateway.files.empty()) {
    page = start_page(dev != nullptr);
    of_gateway.files = {
        {.path = "/index.html", .content_type = "text/html; charset=utf-8", .plain = page}};
  }
  of_gateway.files.push_back(
      {.path = "/v1/asyncapi.json", .content_type = "application/json", .plain = asyncapi_json()});
  const gateway::Authenticator& authenticator =
      jwt ? static_cast<const gateway::Authenticator&>(*jwt) : *dev;
  gateway = std::make_unique<gateway::Gateway>(
      std::move(of_gateway), gateway::GatewayParts{bus, registry, *reads, authenticator, dev.get(),
                                                   tls.get(), clock, random, metrics});
  const auto started = gateway->start();
  if (!started) return named("--listen " + options.listen, started.error());
  return base::ok();
}

// First whatever calls others, then what they called.
void Server::Parts::stop() {
  for (auto& thread : worker_threads) thread->stop();
  for (auto& thread : reader_threads) thread->stop();
  gateway.reset();
  workers.clear();
  reads.reset();
  if (ops_handler) ops_handler->stop();
  ops_loop.stop();
  if (ops_thread.joinable()) ops_thread.join();
  if (loader_thread) loader_thread->stop();  // an import may have waited for it
  ops_server.reset();
  ops_handler.reset();
  persistence.reset();
  store.reset();
}

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

base::Result<std::unique_ptr<Server>> Server::start(const ServeOptions& options) {
  TRY(check_serve_options(options));
  std::unique_ptr<Server> server(new Server(std::make_unique<Parts>(options)));
  Parts& parts = *server->parts_;
  TRY(parts.take_descriptors());
  TRY(parts.open_access());  // before a data directory is made for nothing
  TRY(parts.open_storage());
  TRY(parts.start_ops());
  parts.start_messaging();
  TRY(parts.start_gateway());
  parts.phase = "";
  base::log_info("listening", {{"address", with_port(options.listen, parts.gateway->port())},
                               {"tls", parts.tls != nullptr},
                               {"auth", options.auth},
                               {"durability", options.durability},
                               {"data", options.data},
                               {"version", CONNECT_VERSION}});
  return server;
}

Server::~Server() { parts_->stop(); }

void Server::tend() {
  parts_->store->tend(parts_->clock.boot_ms());
  if (parts_->jwt) parts_->jwt->refresh();
  if (!parts_->tls) return;
  const auto replaced = parts_->tls->reload_if_changed();
  if (!replaced)
    base::log_error("certificate is broken, the old one stays in use",
                    {{"why", replaced.error().message}});
  else if (*replaced)
    base::log_info("certificate read again", {{"file", parts_->options.tls_cert}});
}

void Server::drain() {
  parts_->phase = "draining";
  base::log_info("draining", {{"connections", parts_->gateway->connections()}});
  store::wait_for<base::Unit>([this](auto done) { parts_->gateway->drain(std::move(done)); });
  // All at once, so that none takes over what another gives back.
  const auto working =
      std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(parts_->workers.size()));
  for (auto& worker : parts_->workers) worker->drain([working] { working->count_down(); });
  working->wait();
  base::log_info("drained");
}

}  // namespace chat::app

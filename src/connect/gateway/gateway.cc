#include "connect/gateway/gateway.h"

#include <atomic>
#include <utility>
#include <vector>

#include "connect/base/check.h"
#include "connect/gateway/gateway_loop.h"

namespace chat::gateway {

struct Gateway::Impl {
  Impl(GatewayOptions chosen, const GatewayParts& borrowed)
      : options(std::move(chosen)), parts(borrowed), shared(options, parts) {}
  ~Impl();

  void accept(int fd, Peer peer);

  const GatewayOptions options;
  const GatewayParts parts;
  GatewayShared shared;
  std::vector<std::unique_ptr<GatewayLoop>> loops;
  std::unique_ptr<Listener> listener;  // on the first loop
  size_t next = 0;                     // of loops; the first loop's thread
  std::atomic<size_t> draining{0};     // loops that are not drained yet
};

Gateway::Impl::~Impl() {
  for (const auto& loop : loops) loop->stop();
  listener.reset();
}

// Loops take turns. With few connections that balances what the kernel's choice by hash
// (SO_REUSEPORT) leaves lopsided.
void Gateway::Impl::accept(int fd, Peer peer) {
  shared.accepts.add();
  GatewayLoop& loop = *loops[next++ % loops.size()];
  if (&loop == loops.front().get()) return loop.server().adopt(fd, std::move(peer));
  loop.loop().post([&server = loop.server(), fd, peer = std::move(peer)]() mutable {
    server.adopt(fd, std::move(peer));
  });
}

Gateway::Gateway(GatewayOptions options, const GatewayParts& parts)
    : impl_(std::make_unique<Impl>(std::move(options), parts)) {}

Gateway::~Gateway() = default;

base::Status Gateway::start() {
  Impl& impl = *impl_;
  CHECK(impl.loops.empty());
  const int loops = impl.options.loops;
  if (loops < 1 || loops > impl.parts.bus.partitions(bus::Topic::kDeliveries))
    return base::unexpected(
        base::Code::kInvalid,
        "gateway loops: 1 to the number of delivery partitions, got " + std::to_string(loops));
  for (int i = 0; i < loops; ++i)
    impl.loops.push_back(std::make_unique<GatewayLoop>(static_cast<uint32_t>(i), impl.options,
                                                       impl.parts, impl.shared));
  impl.listener = std::make_unique<Listener>(impl.loops.front()->loop(), [this](int fd, Peer peer) {
    impl_->accept(fd, std::move(peer));
  });
  TRY(impl.listener->listen(impl.options.listen));
  for (const auto& loop : impl.loops) loop->start();
  return base::ok();
}

uint16_t Gateway::port() const { return impl_->listener ? impl_->listener->port() : 0; }

size_t Gateway::connections() const {
  size_t count = 0;
  for (const auto& loop : impl_->loops) count += loop->server().connections().count();
  return count;
}

void Gateway::drain(base::Callback<base::Unit> done) {
  Impl& impl = *impl_;
  impl.draining = impl.loops.size();
  impl.loops.front()->loop().post([&impl] { impl.listener->stop(); });
  for (const auto& loop : impl.loops) {
    loop->drain([&impl, done] {
      if (--impl.draining == 0) done(base::Unit{});
    });
  }
}

}  // namespace chat::gateway

#include "connect/client/client.h"

#include <algorithm>

namespace chat::client {

Client::Client(base::EventLoop& loop, const base::Clock& clock, base::Random& random, Url url,
               std::unique_ptr<crypto::TlsContext> tls, Core::Options options, Listener& listener)
    : loop_(loop),
      clock_(clock),
      listener_(listener),
      core_(std::move(options), random),
      connection_(loop, random, std::move(url), std::move(tls), *this) {}

Client::~Client() {
  if (timer_) loop_.cancel_timer(timer_);
}

void Client::on_open() {
  change([](Core& core, Time now) { core.connected(now); });
}

void Client::on_text(std::string_view text) {
  change([text](Core& core, Time now) { core.text(now, text); });
}

void Client::on_frame() { core_.heard(now()); }

void Client::on_closed(uint16_t code, std::string_view reason) {
  change([code, reason](Core& core, Time now) { core.closed(now, code, reason); });
}

// A listener may change the core while it is told of something: what comes of that is done by the
// loop that is under way, in order.
void Client::obey() {
  if (obeying_) return;
  obeying_ = true;
  for (std::vector<Effect> effects = core_.take_effects(); !effects.empty();
       effects = core_.take_effects())
    for (const Effect& effect : effects) obey(effect);
  obeying_ = false;
  connection_.flush();
  set_timer();
}

void Client::obey(const Effect& effect) {
  if (std::holds_alternative<OpenConnection>(effect))
    connection_.open();
  else if (const WriteText* write = std::get_if<WriteText>(&effect))
    connection_.write(write->text);
  else if (const CloseConnection* close = std::get_if<CloseConnection>(&effect))
    connection_.close(close->code);
  else
    listener_.on_notice(effect);
}

void Client::set_timer() {
  const std::optional<int64_t> at = core_.wake_at();
  if (timer_ && at && timer_at_ms_ == *at) return;
  if (timer_) loop_.cancel_timer(timer_);
  timer_ = 0;
  if (!at) return;
  timer_at_ms_ = *at;
  timer_ = loop_.start_timer(std::max<int64_t>(*at - clock_.boot_ms(), 0), [this] {
    timer_ = 0;
    change([](Core& core, Time now) { core.wake(now); });
  });
}

}  // namespace chat::client

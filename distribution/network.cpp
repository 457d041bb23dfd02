#include "distribution/network.hpp"

#include <caf/io/all.hpp>
#include <caf/io/basp_broker.hpp>

#include "core/base/assert.hpp"
#include "distribution/link/link_gateway.hpp"
#include "distribution/net/net_part.hpp"

namespace warren::distribution {

using supervision::child_spec;
using supervision::start_context;

result<std::unique_ptr<network>> network::make(caf::actor_system& system, network_options options) {
  if (options.tls.enabled() && options.tls.certfile.empty())
    return fail(reply_code::internal_error, "inter-node TLS: a node needs a certfile (distribution.ssl_options.certfile)");
  auto tls = make_link_tls(options.tls);
  if (!tls) return tls.failure();
  return std::unique_ptr<network>(new network(system, std::move(options), std::move(*tls)));
}

network::network(caf::actor_system& system, network_options options, link_tls tls)
    : options_(std::move(options)),
      tls_(std::move(tls)),
      basp_(system.middleman().named_broker<caf::io::basp_broker>(caf::atom("BASP"))) {  // not thread-safe: once, here
  dial_options dial;
  dial.self = options_.self.full();
  dial.incarnation = options_.incarnation;
  dial.epmd_port = options_.mapper.port;
  dial.timeout = options_.setup_time;
  dial.tls = tls_;
  keeper_ = std::make_shared<link_keeper>(thread_.context(), options_.cookie, std::move(dial), options_.log);
}

network::~network() {
  thread_.ask([this] {
    if (registration_) registration_->stop();
    if (listener_) listener_->stop();
    keeper_->stop();
  });
  thread_.stop();
}

supervision::supervisor_spec network::tree() {
  return {"net",
          {.strategy = supervision::strategy::rest_for_one, .intensity = 5, .period_ms = 60'000},
          {gateway_child(), listener_child(), mapper_child()}};
}

child_spec network::gateway_child() {
  return supervision::worker("links", "links", [this](start_context& c) -> caf::actor {
    gateway_reports reports;
    reports.started = [this](caf::actor gateway) {
      link_adopter adopter;
      adopter.adopt = [gateway](std::shared_ptr<link> l, descriptor socket) {
        caf::anon_send(gateway, adopt_link{std::move(l), std::make_shared<descriptor>(std::move(socket))});
      };
      adopter.close = [gateway](std::uint64_t number) { caf::anon_send(gateway, close_link{number}); };
      thread_.post([k = keeper_, adopter] { k->attach(adopter); });
    };
    reports.stopped = [this] { thread_.post([k = keeper_] { k->detach(); }); };
    reports.came_up = [this](const std::string& peer) { thread_.post([k = keeper_, peer] { k->came_up(peer); }); };
    reports.ended = [this](const std::string& peer, std::uint64_t number) {
      thread_.post([k = keeper_, peer, number] { k->ended(peer, number); });
    };
    return c.supervisor->spawn<link_gateway>(std::move(c.where), basp_, board_, std::move(reports), options_.log);
  });
}

child_spec network::listener_child() {
  net_part_functions f;
  f.start = [this](std::function<void(std::string)> done) {
    thread_.post([this, done = std::move(done)] { done(listen()); });
  };
  f.stop = [this] {
    thread_.post([this] {
      if (auto old = std::exchange(listener_, nullptr)) old->stop();
    });
  };
  return net_part_child("link listener", "link_listener", std::move(f));
}

std::string network::listen() {
  listener_options o;
  o.self = options_.self.full();
  o.incarnation = options_.incarnation;
  o.addresses = options_.addresses;
  // a listener that comes back does so on the port that the mapper names
  o.port = port_ ? port_.load() : options_.port;
  o.handshake_time = options_.setup_time;
  o.tls = tls_;
  auto callbacks = keeper_->callbacks();
  callbacks.tool = options_.tool;
  auto made =
      link_listener::listen(thread_.context(), std::move(o), options_.cookie, std::move(callbacks), options_.log);
  if (!made) return made.failure().text;
  listener_ = *made;
  port_ = listener_->port();
  return {};
}

child_spec network::mapper_child() {
  net_part_functions f;
  f.start = [this](std::function<void(std::string)> done) {
    thread_.post([this, done = std::move(done)] {
      epmd::alive2_req node;
      node.port = port_;
      node.name = options_.self.name;
      registration_ = std::make_shared<epmd::registration>(thread_.context(), options_.mapper, std::move(node),
                                                           options_.self.host, options_.log);
      registration_->start(done);
    });
  };
  f.stop = [this] {
    thread_.post([this] {
      if (auto old = std::exchange(registration_, nullptr)) old->stop();
    });
  };
  return net_part_child("port mapper", "port_mapper", std::move(f));
}

void network::subscribe(service s, caf::actor who) {
  const auto number = static_cast<std::uint16_t>(s);
  if (const auto gateway = board_->subscribe(number, who))
    caf::anon_send(gateway, new_subscriber{number, std::move(who)});
}

bool network::send(const std::string& peer, service s, std::string bytes) {
  WARREN_ENSURE(bytes.size() <= max_message_bytes);
  auto l = board_->find(peer);
  if (!l) return false;
  if (l->push(static_cast<std::uint16_t>(s), std::move(bytes)))
    if (const auto gateway = board_->gateway()) caf::anon_send(gateway, flush_link{std::move(l)});
  return true;
}

std::vector<std::string> network::peers() const {
  std::vector<std::string> out;
  for (const auto& l : board_->all()) out.push_back(l->peer());
  return out;
}

void network::keep(const std::string& peer) {
  thread_.post([k = keeper_, peer] { k->keep(peer); });
}

void network::release(const std::string& peer) {
  thread_.post([k = keeper_, peer] { k->release(peer); });
}

std::vector<link_info> network::links() const {
  std::vector<link_info> out;
  for (const auto& l : board_->all()) out.push_back(l->info());
  return out;
}

std::string network::last_failure(const std::string& peer) {
  return thread_.ask([&] { return keeper_->last_failure(peer); });
}

bool network::serves_port_mapper() {
  return thread_.ask([&] { return registration_ && registration_->serves(); });
}

}  // namespace warren::distribution

#pragma once

#include <caf/all.hpp>
#include <caf/io/all.hpp>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "distribution/link/link_config.hpp"
#include "distribution/network.hpp"
#include "net_testkit.hpp"
#include "supervision/exit_reason.hpp"

namespace distribution_test {

using namespace warren::distribution;
namespace supervision = warren::supervision;

/// What a subscriber was told, in order: "up b", "b: bytes" (their beginning), "down b".
class told {
 public:
  static constexpr std::size_t kept_bytes = 100;
  void note(std::string line) {
    const std::lock_guard lock(mutex_);
    if (line.size() > kept_bytes) line.resize(kept_bytes);
    lines_.push_back(std::move(line));
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
  }
  [[nodiscard]] std::size_t count() const {
    const std::lock_guard lock(mutex_);
    return lines_.size();
  }
  [[nodiscard]] int count(const std::string& line) const {
    const std::lock_guard lock(mutex_);
    int n = 0;
    for (const auto& l : lines_) n += l == line;
    return n;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

inline std::string first_part(const std::string& name) { return name.substr(0, name.find('@')); }

inline caf::behavior subscriber(caf::event_based_actor*, std::shared_ptr<told> log) {
  return {[=](const peer_up& m) { log->note("up " + first_part(m.peer)); },
          [=](const peer_down& m) { log->note("down " + first_part(m.peer)); },
          [=](const peer_message& m) { log->note(first_part(m.from) + ": " + m.bytes); }};
}

struct caf_config : caf::actor_system_config {
  explicit caf_config(std::chrono::milliseconds tick) {
    set("scheduler.max-throughput", std::size_t{300});
    set("scheduler.max-threads", std::size_t{2});
    set("logger.verbosity", caf::atom("quiet"));
    configure_links(*this, tick);
  }
};

struct node_settings {
  std::string cookie = "COOKIE";
  std::uint64_t incarnation = 0;  ///< 0: of the name
  std::chrono::milliseconds tick{60'000};
  link_tls_options tls;
};

/// A whole node as far as links are concerned, under its supervisors.
class test_node {
 public:
  test_node(const std::string& name, std::uint16_t mapper_port, const node_settings& s = {})
      : config_(s.tick), system_(config_) {
    network_options o({name, "127.0.0.1"}, cookie_of(s.cookie));
    o.incarnation = s.incarnation ? s.incarnation : std::hash<std::string>{}(name);
    o.addresses = {"127.0.0.1"};
    o.mapper.port = mapper_port;
    o.tls = s.tls;
    o.log = log.sink();
    auto made = network::make(system_, std::move(o));
    if (!made) throw std::runtime_error(made.failure().text);
    net = std::move(*made);
    root_ = supervision::spawn_supervisor(system_, net->tree());
    caf::scoped_actor self(system_);
    self->request(root_, std::chrono::seconds(20), supervision::await_started{})
        .receive([](supervision::completed) {}, [&](const caf::error& e) { start_failure = supervision::render(e); });
    listen_to(service::control, events);
  }
  ~test_node() { stop(); }
  void stop() {
    if (!net) return;
    caf::scoped_actor self(system_);
    for (auto& a : subscribers_) self->send_exit(a, caf::exit_reason::kill);
    self->send_exit(root_, caf::exit_reason::user_shutdown);
    self->wait_for(root_);
    subscribers_.clear();
    root_ = nullptr;
    net.reset();
  }
  void listen_to(service s, std::shared_ptr<told> log) {
    auto a = system_.spawn(subscriber, std::move(log));
    subscribers_.push_back(a);
    net->subscribe(s, a);
  }
  [[nodiscard]] caf::actor_system& system() { return system_; }
  [[nodiscard]] caf::actor root() const { return root_; }
  [[nodiscard]] std::string name() const { return net->self().full(); }
  [[nodiscard]] bool linked(const test_node& other) const {
    const auto all = net->peers();
    return std::find(all.begin(), all.end(), other.name()) != all.end();
  }

  lines log;
  std::shared_ptr<told> events = std::make_shared<told>();  ///< of service::control
  std::string start_failure;
  std::unique_ptr<network> net;

 private:
  caf_config config_;
  caf::actor_system system_;
  std::vector<caf::actor> subscribers_;
  caf::actor root_;
};

inline bool both_linked(const test_node& a, const test_node& b) {
  return eventually([&] { return a.linked(b) && b.linked(a); });
}

}  // namespace distribution_test

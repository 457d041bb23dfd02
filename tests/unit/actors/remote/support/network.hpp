#pragma once

#include <caf/all.hpp>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/base/assert.hpp"
#include "distribution/peer_transport.hpp"

namespace warren::testing {

/// Nodes in one process, and the links between them: made, lost, or slow, as a test wants it.
class network {
 public:
  class port final : public distribution::peer_transport {
   public:
    port(network& net, std::string name) : net_(net), name_(std::move(name)) {}
    void subscribe(distribution::service s, caf::actor who) override { net_.subscribe(*this, s, std::move(who)); }
    bool send(const std::string& peer, distribution::service s, std::string bytes) override {
      return net_.send(*this, peer, s, std::move(bytes));
    }
    [[nodiscard]] std::vector<std::string> peers() const override { return net_.peers(name_); }
    void keep(const std::string&) override {}
    void release(const std::string&) override {}

   private:
    friend class network;
    network& net_;
    std::string name_;
    std::map<distribution::service, caf::actor> subscribers_;
  };

  port& add(const std::string& name) {
    std::lock_guard lock(mutex_);
    return *ports_.emplace(name, std::make_unique<port>(*this, name)).first->second;
  }
  void connect(const std::string& a, const std::string& b) {
    std::lock_guard lock(mutex_);
    const std::uint64_t link = links_[key(a, b)] = ++last_link_;
    tell(a, distribution::peer_up{b, link});
    tell(b, distribution::peer_up{a, link});
  }
  /// What is held back is lost with the link.
  void cut(const std::string& a, const std::string& b) { report(a, b, break_off(a, b)); }
  /// The link is gone, and nobody has been told yet; report() tells.
  std::uint64_t break_off(const std::string& a, const std::string& b) {
    std::lock_guard lock(mutex_);
    const std::uint64_t link = links_.at(key(a, b));
    std::erase_if(held_, [&](const held& h) { return h.link == link; });
    links_.erase(key(a, b));
    return link;
  }
  void report(const std::string& a, const std::string& b, std::uint64_t link) {
    std::lock_guard lock(mutex_);
    tell(a, distribution::peer_down{b, link});
    tell(b, distribution::peer_down{a, link});
  }
  /// From now on messages wait; then they go on.
  void hold() {
    std::lock_guard lock(mutex_);
    holding_ = true;
  }
  void go_on() {
    std::lock_guard lock(mutex_);
    holding_ = false;
    for (held& h : held_) hand_over(h);
    held_.clear();
  }
  [[nodiscard]] std::uint64_t held_bytes() const {
    std::lock_guard lock(mutex_);
    std::uint64_t n = 0;
    for (const held& h : held_) n += h.bytes.size();
    return n;
  }
  [[nodiscard]] caf::actor subscriber(const std::string& node, distribution::service s) const {
    std::lock_guard lock(mutex_);
    return ports_.at(node)->subscribers_.at(s);
  }
  void forget_subscribers() {
    std::lock_guard lock(mutex_);
    for (auto& [name, p] : ports_) p->subscribers_.clear();
    held_.clear();
  }

 private:
  struct held {
    std::string from, to;
    std::uint64_t link;
    distribution::service service;
    std::string bytes;
  };
  static std::pair<std::string, std::string> key(const std::string& a, const std::string& b) {
    return a < b ? std::pair(a, b) : std::pair(b, a);
  }

  void subscribe(port& p, distribution::service s, caf::actor who) {
    std::lock_guard lock(mutex_);
    p.subscribers_[s] = who;
    for (const auto& [ends, link] : links_)
      if (ends.first == p.name_ || ends.second == p.name_)
        caf::anon_send(who, distribution::peer_up{ends.first == p.name_ ? ends.second : ends.first, link});
  }
  bool send(port& from, const std::string& peer, distribution::service s, std::string bytes) {
    std::lock_guard lock(mutex_);
    WARREN_ENSURE(bytes.size() <= distribution::max_message_bytes);
    const auto l = links_.find(key(from.name_, peer));
    if (l == links_.end()) return false;
    held h{from.name_, peer, l->second, s, std::move(bytes)};
    if (holding_) {
      held_.push_back(std::move(h));
    } else {
      hand_over(h);
    }
    return true;
  }
  void hand_over(held& h) {
    auto& subscribers = ports_.at(h.to)->subscribers_;
    const auto who = subscribers.find(h.service);
    if (who != subscribers.end()) caf::anon_send(who->second, distribution::peer_message{h.from, h.link, std::move(h.bytes)});
  }
  template <class News>
  void tell(const std::string& node, News news) {
    for (const auto& [s, who] : ports_.at(node)->subscribers_) caf::anon_send(who, news);
  }
  [[nodiscard]] std::vector<std::string> peers(const std::string& of) const {
    std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    for (const auto& [ends, link] : links_) {
      if (ends.first == of) out.push_back(ends.second);
      if (ends.second == of) out.push_back(ends.first);
    }
    return out;
  }

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<port>> ports_;
  std::map<std::pair<std::string, std::string>, std::uint64_t> links_;
  std::uint64_t last_link_ = 0;
  bool holding_ = false;
  std::deque<held> held_;
};

}  // namespace warren::testing

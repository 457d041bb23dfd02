#include "actors/remote/remote_queues.hpp"

namespace warren::actors {

void remote_queues::open(starter start) {
  std::lock_guard lock(mutex_);
  start_ = std::move(start);
  up_.clear();
}

std::vector<caf::actor> remote_queues::close() {
  std::lock_guard lock(mutex_);
  start_ = nullptr;
  up_.clear();
  in_use_.clear();
  std::vector<caf::actor> left;
  for (const auto& [stream, p] : proxies_) left.push_back(p.actor);
  return left;
}

void remote_queues::peer_up(const std::string& node, std::uint64_t id_space) {
  std::lock_guard lock(mutex_);
  up_[node] = id_space;
}

std::vector<caf::actor> remote_queues::peer_down(const std::string& node) {
  std::lock_guard lock(mutex_);
  up_.erase(node);
  std::vector<caf::actor> left;
  for (const auto& [stream, p] : proxies_) {
    if (p.node != node) continue;
    left.push_back(p.actor);
    if (const auto used = in_use_.find(p.queue); used != in_use_.end() && used->second == stream) in_use_.erase(used);
  }
  return left;
}

bool remote_queues::is_up(const std::string& node) const {
  std::lock_guard lock(mutex_);
  return up_.contains(node);
}

std::vector<std::string> remote_queues::up() const {
  std::lock_guard lock(mutex_);
  std::vector<std::string> nodes;
  for (const auto& [node, id_space] : up_) nodes.push_back(node);
  return nodes;
}

std::string remote_queues::node_numbered(std::uint64_t id_space) const {
  std::lock_guard lock(mutex_);
  for (const auto& [node, its] : up_)
    if (its == id_space) return node;
  return {};
}

caf::actor remote_queues::find_or_start(const queue_record& queue) {
  std::lock_guard lock(mutex_);
  if (const auto used = in_use_.find(queue.id); used != in_use_.end()) return proxies_.at(used->second).actor;
  if (!start_ || !up_.contains(queue.node)) return {};
  const std::uint64_t stream = ++last_stream_;
  caf::actor started = start_(queue, stream);
  proxies_.emplace(stream, proxy{started, queue.id, queue.node, queue.name});
  in_use_.emplace(queue.id, stream);
  return started;
}

caf::actor remote_queues::find_stream(std::uint64_t stream) const {
  std::lock_guard lock(mutex_);
  const auto p = proxies_.find(stream);
  return p == proxies_.end() ? caf::actor{} : p->second.actor;
}

std::vector<std::pair<std::string, caf::actor>> remote_queues::all() const {
  std::lock_guard lock(mutex_);
  std::vector<std::pair<std::string, caf::actor>> list;
  for (const auto& [stream, p] : proxies_) list.emplace_back(p.name, p.actor);
  return list;
}

void remote_queues::retire(queue_id queue, std::uint64_t stream) {
  std::lock_guard lock(mutex_);
  if (const auto used = in_use_.find(queue); used != in_use_.end() && used->second == stream) in_use_.erase(used);
}

void remote_queues::ended(queue_id queue, std::uint64_t stream) {
  std::lock_guard lock(mutex_);
  if (const auto used = in_use_.find(queue); used != in_use_.end() && used->second == stream) in_use_.erase(used);
  proxies_.erase(stream);
}

}  // namespace warren::actors

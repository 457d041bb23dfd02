#pragma once

#include <array>
#include <caf/all.hpp>
#include <mutex>
#include <unordered_map>

#include "core/base/ids.hpp"

namespace warren::actors {

/// Who runs a thing right now: id → actor, for all threads. A supervisor's restart puts the new actor in the old one's
/// place; whoever holds the old handle learns of its end by monitoring it and looks here again.
template <class Id>
class directory {
 public:
  void put(Id id, caf::actor who) {
    shard& s = shard_of(id);
    std::lock_guard lock(s.mutex);
    s.actors[id] = std::move(who);
  }
  /// Removes the entry if it still is this actor (an old actor must not remove its successor).
  void remove(Id id, const caf::actor_addr& who) {
    shard& s = shard_of(id);
    std::lock_guard lock(s.mutex);
    const auto i = s.actors.find(id);
    if (i != s.actors.end() && i->second.address() == who) s.actors.erase(i);
  }
  /// Invalid when nobody runs it.
  [[nodiscard]] caf::actor find(Id id) const {
    const shard& s = shard_of(id);
    std::lock_guard lock(s.mutex);
    const auto i = s.actors.find(id);
    return i == s.actors.end() ? caf::actor{} : i->second;
  }
  [[nodiscard]] std::vector<std::pair<Id, caf::actor>> all() const {
    std::vector<std::pair<Id, caf::actor>> out;
    for (const shard& s : shards_) {
      std::lock_guard lock(s.mutex);
      out.insert(out.end(), s.actors.begin(), s.actors.end());
    }
    return out;
  }
  [[nodiscard]] std::size_t size() const {
    std::size_t n = 0;
    for (const shard& s : shards_) {
      std::lock_guard lock(s.mutex);
      n += s.actors.size();
    }
    return n;
  }

 private:
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<Id, caf::actor> actors;
  };
  [[nodiscard]] shard& shard_of(Id id) { return shards_[std::hash<Id>{}(id) % shards_.size()]; }
  [[nodiscard]] const shard& shard_of(Id id) const { return shards_[std::hash<Id>{}(id) % shards_.size()]; }

  std::array<shard, 16> shards_;
};

}  // namespace warren::actors

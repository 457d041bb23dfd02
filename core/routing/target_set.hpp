#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/persistent_map.hpp"
#include "core/metadata/records.hpp"

namespace warren {

/// Where a binding leads: a queue or another exchange, never both.
struct route_target {
  queue_ptr queue;
  exchange_ptr exchange;

  [[nodiscard]] std::string_view name() const { return queue ? std::string_view(queue->name) : exchange->name; }
};

struct target_key {
  bool to_queue;
  std::string_view name;
  friend bool operator==(const target_key&, const target_key&) = default;
};
[[nodiscard]] inline std::uint64_t hash_of(const target_key& k) { return hash_bytes(k.name) + (k.to_queue ? 0 : 1); }

[[nodiscard]] inline target_key key_of(const route_target& t) { return {t.queue != nullptr, t.name()}; }

/// Destinations, each once, with the number of bindings that lead to it.
class target_set {
 public:
  struct entry {
    route_target target;
    std::uint64_t bindings = 1;
  };
  struct key_of_entry {
    target_key operator()(const entry& e) const { return key_of(e.target); }
  };

  void add(const route_target& target);
  void remove(const route_target& target);
  [[nodiscard]] bool empty() const { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] auto begin() const { return entries_.begin(); }
  [[nodiscard]] auto end() const { return entries_.end(); }

 private:
  persistent_table<entry, key_of_entry> entries_;
};

}  // namespace warren

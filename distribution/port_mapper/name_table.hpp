#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "distribution/wire/epmd_codec.hpp"

namespace warren::distribution::epmd {

/// Who is registered at this host's port mapper. Pure.
class name_table {
 public:
  /// False: the name is taken.
  bool add(const alive2_req& node) { return nodes_.emplace(node.name, node).second; }
  void remove(const std::string& name) { nodes_.erase(name); }
  [[nodiscard]] const alive2_req* find(const std::string& name) const {
    const auto at = nodes_.find(name);
    return at == nodes_.end() ? nullptr : &at->second;
  }
  [[nodiscard]] std::vector<name_and_port> all() const {
    std::vector<name_and_port> out;
    for (const auto& [name, node] : nodes_) out.push_back({name, node.port});
    return out;
  }
  /// Tells an earlier life of a node from a later one; 1 to 3 in the old 16-bit answer are those of epmd, 0 is
  /// reserved.
  [[nodiscard]] std::uint32_t next_creation() {
    if (++creation_ < 4) creation_ = 4;
    return creation_;
  }

 private:
  std::map<std::string, alive2_req> nodes_;
  std::uint32_t creation_ = 3;
};

/// The answer to an alive2_req, in the form that the node understands; registers it when it can.
[[nodiscard]] inline alive2_resp answer(name_table& table, const alive2_req& request) {
  alive2_resp r;
  r.extended = request.highest_version >= 6;
  r.result = table.add(request) ? 0 : 1;
  const std::uint32_t creation = r.result == 0 ? table.next_creation() : 0;
  r.creation = r.extended ? creation : (creation ? creation % 3 + 1 : 0);
  return r;
}

}  // namespace warren::distribution::epmd

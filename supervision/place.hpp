#pragma once

#include <caf/all.hpp>
#include <memory>
#include <string>

#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// Where an actor stands in the tree, and whom it tells that it has started. Given to it by its parent; ~72 bytes,
/// because ten thousand queues have one each: the parent's path is shared among siblings.
struct place {
  std::shared_ptr<const std::string> parent;  ///< the parent's whole path, null for the root
  std::string name;                           ///< as it is; path() escapes it
  caf::actor_addr supervisor;                 ///< null when the parent is no supervisor
  child_key key = 0;
  supervision::incarnation incarnation = 0;

  /// `node/vhosts/%2F/queues/q1`: `%` and `/` in a name become `%25` and `%2F`, control bytes `%XX`.
  [[nodiscard]] std::string path() const;
};

/// A place without a supervisor, for actors that are not supervised (tests) or whose parent is an ordinary actor.
[[nodiscard]] place make_place(std::string name, std::shared_ptr<const std::string> parent_path = nullptr);

[[nodiscard]] std::string escape_name(std::string_view name);

}  // namespace warren::supervision

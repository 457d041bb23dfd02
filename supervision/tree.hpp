#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervision/supervisor.hpp"

// A snapshot of the supervision tree. Nobody blocks for it: a collector actor asks every actor that can answer (ahead
// of its other messages) and gives up on those that have not answered in time.
namespace warren::supervision {

struct tree_node {
  std::string name;
  std::string kind;           ///< "supervisor" for supervisors
  caf::actor_id actor_id = 0; ///< 0 = not running
  caf::actor_addr actor;      ///< weak
  std::string state;          ///< idle, starting, running, stopping, gone, delayed; `busy` when it did not answer in time
  std::uint32_t restarts = 0;
  std::string last_exit;                    ///< "" if it never ended
  std::optional<std::uint64_t> mailbox;     ///< messages waiting; unknown for actors without the guard and busy ones
  std::vector<tree_node> children;
};

/// Asks `root` and everything below it. The answer is one `tree_node`, at the latest `timeout` after it was asked for:
///   self->request(tree_collector(self->system(), root, 500ms), caf::infinite, tree_request{}).then(
///       [](const tree_node& tree) { … });
struct tree_request {};
[[nodiscard]] caf::actor tree_collector(caf::actor_system& system, caf::actor root, std::chrono::milliseconds timeout);

/// The same, blocking: for tests and for threads that are not CAF's. Never call it in a scheduled actor.
[[nodiscard]] tree_node take_tree(caf::actor_system& system, const caf::actor& root, std::chrono::milliseconds timeout);

/// The node at `path` (as place::path() writes it, the root's name first), null if there is none.
[[nodiscard]] const tree_node* find(const tree_node& root, std::string_view path);

/// One line per node, two spaces a level.
[[nodiscard]] std::string render_text(const tree_node& root);
[[nodiscard]] std::string render_json(const tree_node& root);

// ---- between the collector and the actors; guarded<…> answers for you, override report_children() ----

struct tree_query {
  std::uint64_t ticket = 0;
};
struct tree_report {
  std::uint64_t ticket = 0;
  std::string name;
  std::string kind;
  std::uint64_t mailbox = 0;
  std::vector<child_info> children;
};

/// Actors that answer tree_query; the collector looks for this base so as not to disturb those that do not.
class tree_member {
 public:
  virtual ~tree_member() = default;
};

}  // namespace warren::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::tree_node)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::tree_request)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::tree_query)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::tree_report)

#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/sim/raft/sim_server.hpp"

namespace warren::sim {

struct violation : std::runtime_error {
  using std::runtime_error::runtime_error;
};
[[noreturn]] void violated(const std::string& what);

/// What must hold after every step, whatever happens: the paper's figure 3, and what a client may rely on.
class sim_checker {
 public:
  explicit sim_checker(std::map<raft::server_id, sim_server>& servers) : servers_(servers) {}

  /// Before the server's effects are performed.
  void after_step(sim_server& s, const raft::raft_effects& out);
  void applied(sim_server& s, const raft::entry& e);
  void restored(const sim_server& s);

  void acknowledged(raft::log_index at) { acknowledged_ = std::max(acknowledged_, at); }
  [[nodiscard]] raft::log_index acknowledged() const { return acknowledged_; }
  void read_answered(raft::log_index at, raft::log_index asked_after) const;
  [[nodiscard]] raft::log_index committed() const { return committed_.size(); }

 private:
  struct content {
    std::uint64_t hash = 0;
    raft::term_number before = 0;
  };
  struct place {
    raft::term_number term = 0;
    std::uint64_t hash = 0;
    std::uint64_t chain = 0;  ///< of the state machine after it; 0 = nobody has applied it yet
  };
  void check_leader(sim_server& s, const raft::raft_effects& out);
  void check_writes(sim_server& s, const raft::raft_effects& out);
  void check_commit(sim_server& s);

  std::map<raft::server_id, sim_server>& servers_;
  std::unordered_map<raft::term_number, raft::server_id> leaders_;
  std::map<std::pair<raft::log_index, raft::term_number>, content> entries_;
  std::vector<place> committed_;  ///< index 1 is the first
  raft::log_index acknowledged_ = 0;
};

}  // namespace warren::sim

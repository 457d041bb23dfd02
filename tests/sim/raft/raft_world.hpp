#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <string>
#include <vector>

#include "tests/sim/raft/sim_checker.hpp"

namespace warren::sim {

/// How rough a seed's world is; all of it from the seed.
struct sim_weather {
  std::size_t founders = 3, spares = 2;
  raft::raft_settings settings;
  time_ms fault_ms = 20'000;
  time_ms delay_ms = 20;
  time_ms disk_ms = 10;
  unsigned drop = 0, duplicate = 0;                                      ///< per mille, of messages
  unsigned crash = 0, cut = 0, members = 0, transfer = 0, snapshot = 0;  ///< weights of what happens
  bool through_codec = false;
};
[[nodiscard]] sim_weather weather_of(sim_random& random);

/// A group of servers, their disks and the network between them. Time is a number; everything follows from the seed.
class raft_world {
 public:
  raft_world(std::uint64_t seed, bool trace);
  /// Faults for a while, then peace; throws violation (or invariant_violation) when something is wrong.
  void run();
  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] std::string summary() const;

 private:
  using server_id = raft::server_id;
  struct link {
    bool up = false;
    bool cut = false;               ///< wanted
    std::array<bool, 2> told_up{};  ///< by side, lower id first
    std::uint64_t epoch = 0;
    std::array<time_ms, 2> last_arrival{};  ///< ordered, by direction
  };
  struct event {
    time_ms at = 0;
    std::uint64_t order = 0;
    std::function<void()> what;
    bool operator<(const event& o) const { return at != o.at ? at > o.at : order > o.order; }
  };

  // raft_world.cpp
  void later(time_ms after, std::function<void()> what);
  void run_until(time_ms until, const std::function<bool()>& done);
  void step(sim_server& s, const std::function<void(raft::raft_effects&)>& call);
  void perform(sim_server& s);
  void begin_sync(sim_server& s);
  void write_snapshot(sim_server& s);
  void say(const std::string& line) const;
  [[nodiscard]] bool hosted() const { return weather_.settings.alive_by == raft::liveness::host; }
  [[nodiscard]] sim_server* pick(bool alive);
  [[nodiscard]] sim_server* pick_leader();

  // sim_network.cpp
  void send(raft::message m);
  void deliver(raft::message m);
  [[nodiscard]] link& between(server_id a, server_id b) { return links_[std::minmax(a, b)]; }
  void break_link(server_id a, server_id b);
  void mend_links();
  void cut_somehow();
  void heal();

  // sim_faults.cpp
  void start(sim_server& s);
  void crash(sim_server& s);
  void something_happens();
  void client_acts();
  void change_members();
  void hand_over();
  [[nodiscard]] bool converged();
  std::string missing_;  ///< what converged() waits for

  sim_random random_;
  bool trace_;
  sim_weather weather_;
  std::map<server_id, sim_server> servers_;
  sim_checker checker_;
  raft::configuration founders_;
  std::map<std::pair<server_id, server_id>, link> links_;
  std::map<std::pair<server_id, server_id>, bool> blocked_;  ///< one-way, liveness::heartbeats
  std::priority_queue<event> events_;
  std::uint64_t order_ = 0;
  time_ms now_ = 1000;
  std::uint64_t steps_ = 0, next_read_ = 1, next_command_ = 1;
  std::uint64_t commands_ = 0, crashes_ = 0, installs_ = 0, reads_ = 0, changes_ = 0;
  bool peace_ = false;
};

}  // namespace warren::sim

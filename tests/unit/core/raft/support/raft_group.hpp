#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/raft/raft_codec.hpp"
#include "core/raft/raft_machine.hpp"

namespace warren::raft::testing {

inline payload text(std::string s) { return std::make_shared<const std::string>(std::move(s)); }

inline configuration voters(std::initializer_list<server_id> ids) {
  configuration c;
  for (const server_id id : ids) c.set({id, "node" + std::to_string(id), member_role::voter});
  return c;
}

/// One member with a disk whose syncs are the test's to give, and a state machine that is a list of commands.
struct test_server {
  std::unique_ptr<raft_machine> machine;
  raft_effects out;
  durable_state disk;
  std::string blob;  ///< of disk.snapshot
  std::vector<log_write> unsynced;
  std::string incoming;
  std::vector<std::string> applied;
  std::vector<read_answer> reads;
  std::vector<divergence> divergences;
  std::uint64_t chunks_received = 0;
  bool disk_works = true;  ///< false: writes stay unsynced
};

/// A few members on links that deliver at once, unless they are cut. Time moves only when the test says so.
class raft_group {
 public:
  explicit raft_group(std::initializer_list<server_id> ids, liveness alive_by = liveness::host);

  test_server& operator[](server_id id) { return servers_.at(id); }
  raft_machine& machine(server_id id) { return *servers_.at(id).machine; }

  void add(server_id id);    ///< without any configuration
  void elect(server_id id);  ///< lets it time out first, and everything settle
  proposal propose(server_id id, std::vector<std::string> commands);
  void settle();          ///< performs effects and delivers messages until nothing is left
  void wait(time_ms ms);  ///< ticks as deadlines ask, settling
  void cut(server_id a, server_id b);
  void join(server_id a, server_id b);
  void isolate(server_id id);
  void rejoin(server_id id);
  void crash(server_id id);  ///< unsynced writes are lost; its links are down
  void restart(server_id id);
  void sync(server_id id);  ///< what is unsynced, with disk_works false
  void snapshot(server_id id);
  [[nodiscard]] server_id leader() const;  ///< that leads safely; 0 = none

  std::function<bool(const message&)> drops;  ///< true: this message is lost
  std::size_t delivered = 0;
  time_ms now = 1000;
  raft_settings settings;

 private:
  void perform(server_id id);
  void start(server_id id);
  [[nodiscard]] bool linked(server_id a, server_id b) const;

  std::map<server_id, test_server> servers_;
  std::map<std::pair<server_id, server_id>, bool> cut_;
  std::vector<message> network_;
};

/// Performs a write on what is durable.
void write_to(durable_state& disk, const log_write& w);

}  // namespace warren::raft::testing

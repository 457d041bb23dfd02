#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>

#include "actors/control/command_actor.hpp"
#include "actors/control/control_protocol.hpp"
#include "actors/control/peer_parts.hpp"

namespace warren::actors {

/// Have another node run a command. Always answered by relay_answer: the node's, or an error when there is no link or
/// it is lost. The asker's own timeout covers a node that is silent.
struct relay_ask {
  std::string node;
  control_request request;
};
struct relay_answer {
  control_outcome outcome;
};

/// The control service's end of the links to other nodes: sends requests and waits for answers, runs the requests of
/// others.
class relay_actor : public supervision::guarded<> {
 public:
  relay_actor(caf::actor_config& config, supervision::place where, control_environment& environment);

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void report_children(std::vector<supervision::child_info>& out) override;

 private:
  struct waiting {
    std::string node;
    caf::response_promise promise;
  };
  struct running {
    std::string node;
    std::uint64_t link = 0, number = 0;
    caf::actor command;
  };

  void on_message(const distribution::peer_message& m);
  void on_request(const distribution::peer_message& m, std::uint64_t number, const std::string& text);
  void on_down(const std::string& node);
  [[nodiscard]] bool send_parts(const std::string& node, peer_part::kind what, std::uint64_t number,
                                const std::string& text);

  control_environment& environment_;
  std::uint64_t last_number_ = 0;
  std::unordered_map<std::uint64_t, waiting> waiting_;  ///< by number: what we asked
  std::unordered_map<std::uint64_t, running> running_;  ///< by a number of ours: what we were asked
  std::map<std::string, peer_assembly> incoming_;       ///< by node
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::relay_ask)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::relay_answer)

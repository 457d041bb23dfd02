#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "actors/control/control_protocol.hpp"
#include "actors/control/node_control.hpp"
#include "actors/metadata/metadata_messages.hpp"
#include "actors/runtime/services.hpp"
#include "core/metadata/commands.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// What every command may use. Lives as long as the node's actor system.
struct control_environment {
  control_environment(node_services& s, node_control& n) : services(s), node(n) {}
  node_services& services;
  node_control& node;
  replaceable_actor relay;     ///< asks other nodes (relay_actor.hpp)
  replaceable_actor sessions;  ///< supervisor of the sessions
};

// ---- a command → whoever had it run

struct command_item {
  std::uint64_t number = 0;
  std::string json;  ///< a whole reply
};
struct command_result {
  std::uint64_t number = 0;
  std::string json;
};

/// What another node answered.
struct node_outcome {
  std::string node;
  control_outcome outcome;
};

/// One request of a tool or of another node, from its arrival to its answer. Runs on CAF's workers, so that long lists
/// do not delay clients; commands that block have a thread. The functions of command_table.hpp say what is done; what
/// they start with ask() and its like is dropped when the actor ends: by its answer, its deadline or the end of its
/// session.
class command_actor : public supervision::guarded<> {
 public:
  struct origin {
    caf::actor asker;  ///< gets items and the result
    std::uint64_t number = 0;
    bool from_node = false;  ///< another node gathers: only what is here is wanted
    int socket = -1;         ///< of the tool
  };
  command_actor(caf::actor_config& config, supervision::place where, control_environment& environment,
                control_request request, origin from);

  [[nodiscard]] const control_request& request() const { return request_; }
  [[nodiscard]] bool from_node() const { return from_.from_node; }
  [[nodiscard]] int socket() const { return from_.socket; }
  [[nodiscard]] control_environment& environment() { return environment_; }
  [[nodiscard]] node_services& services() { return environment_.services; }
  [[nodiscard]] node_control& node() { return environment_.node; }
  [[nodiscard]] const std::string& node_name() const { return environment_.services.options.node_name; }
  [[nodiscard]] broker_snapshot state() const { return environment_.services.metadata_now.get(); }

  [[nodiscard]] std::size_t arguments() const { return request_.arguments.size(); }
  [[nodiscard]] const std::string& argument(std::size_t i) const;  ///< "" when there is none
  [[nodiscard]] std::vector<std::string> arguments_from(std::size_t i) const;
  [[nodiscard]] std::string vhost() const { return request_.option("vhost", "/"); }
  /// The vhost of the request; fails the command (65) when there is none.
  [[nodiscard]] vhost_ptr find_vhost();

  // ---- answers: the first counts
  void finish(boost::json::value result = nullptr);
  void fail(control_error error);
  void fail(int exit, std::string text, control_error::layout how = control_error::layout::error) {
    fail(control_error{exit, std::move(text), how, {}});
  }
  void conclude(control_outcome outcome);
  void item(const boost::json::value& one);
  [[nodiscard]] bool answered() const { return answered_; }
  /// To be called from anywhere: finishes the command.
  [[nodiscard]] control_done completion();

  // ---- asking others
  /// Applies a change of metadata; a failure ends the command by `refused`, by default with 69 and the failure's text.
  void apply(command c, std::function<void(const metadata_answer&)> then,
             std::function<void(const error&)> refused = nullptr);
  void apply_and_finish(command c, std::function<void(const error&)> refused = nullptr) {
    apply(
        std::move(c), [this](const metadata_answer&) { finish(); }, std::move(refused));
  }
  /// Every actor gets the message; `each` sees the answers (with the index of who gave it) as they come, `done` follows
  /// when all have answered, died or let `limit` pass.
  template <class Answer, class Message>
  void ask_all(const std::vector<caf::actor>& whom, const Message& message, std::chrono::milliseconds limit,
               std::function<void(std::size_t, Answer&)> each, std::function<void()> done) {
    auto left = std::make_shared<std::size_t>(whom.size());
    if (*left == 0) return done();
    auto shared_each = std::make_shared<decltype(each)>(std::move(each));
    auto shared_done = std::make_shared<decltype(done)>(std::move(done));
    for (std::size_t i = 0; i < whom.size(); ++i)
      this->request_of(whom[i], limit, message)
          .then(
              [=](Answer& a) {
                (*shared_each)(i, a);
                if (--*left == 0) (*shared_done)();
              },
              [=](const caf::error&) {
                if (--*left == 0) (*shared_done)();
              });
  }
  template <class Message>
  auto request_of(const caf::actor& whom, std::chrono::milliseconds limit, Message&& message) {
    return guarded::request(whom, limit, std::forward<Message>(message));
  }
  /// Runs a command on a node, this one or another. No answer is an error of 69.
  void ask_node(const std::string& node, control_request what, std::function<void(control_outcome)> then);
  /// Runs it on all other members of the cluster that run; answers in the order of their names.
  void ask_others(control_request what, std::function<void(std::vector<node_outcome>)> then);
  /// This very request on all other members; rows of all nodes end the command, ours first.
  void finish_with_rows_of_all(boost::json::array own);
  /// Until the deadline, at most `most`.
  [[nodiscard]] std::chrono::milliseconds patience(std::chrono::milliseconds most = std::chrono::minutes(10)) const;
  /// Calls again and again until it returns true, or the deadline comes.
  void poll(std::chrono::milliseconds every, std::function<bool()> again);
  /// What the deadline does instead of exit 75.
  void on_deadline(std::function<void()> instead) { on_deadline_ = std::move(instead); }

 protected:
  caf::behavior make_behavior() override;

 private:
  void run();
  void deadline();
  void answer(std::string json);

  control_environment& environment_;
  control_request request_;
  origin from_;
  bool answered_ = false;
  std::chrono::steady_clock::time_point until_;
  std::function<void()> on_deadline_;
  std::function<bool()> poll_;
  std::chrono::milliseconds poll_every_{0};
  std::uint64_t last_asked_ = 0;
  std::vector<std::pair<std::uint64_t, std::function<void(control_outcome)>>>
      asked_;  ///< commands of ours on this node
};

/// Spawns it, with a thread of its own when the command blocks.
caf::actor run_command(caf::event_based_actor& parent, supervision::place where, control_environment& environment,
                       control_request request, command_actor::origin from);

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::command_item)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::command_result)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::node_outcome)

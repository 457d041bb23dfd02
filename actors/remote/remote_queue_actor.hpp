#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "actors/queue/queue_messages.hpp"
#include "actors/remote/remote_messages.hpp"
#include "actors/remote/wire/stream_end.hpp"
#include "actors/runtime/io_actor.hpp"
#include "actors/runtime/services.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// Stands on this node for a queue whose home is another one: understands what channels say to a queue, passes it on in
/// packets, and hands back what the queue answers (from its queue_session_actor there). Decides nothing.
///
/// It ends when the queue does (normally: it was deleted; else it crashed), when the link to its home is lost, and some time
/// after its last channel has gone. Its end is what channels see of a lost node: they monitor it as they monitor a queue.
class remote_queue_actor : public supervision::guarded<io_actor> {
 public:
  remote_queue_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services, queue_id queue,
                     std::string home, std::uint64_t stream);

 protected:
  caf::behavior make_behavior() override;
  void end_of_turn() override { flush(); }
  void on_exit() override;

 private:
  struct user {  ///< a channel
    caf::actor channel;
    std::vector<delivery> outbox;
  };

  void receive(const std::string& packet);
  void perform(wire::frame& f);
  void deliver(wire::deliver& batch);
  void flush();
  void use(channel_id id, const caf::strong_actor_ptr& channel);
  void channel_gone(channel_id id);
  void on_channel_down(const caf::actor_addr& who);
  template <class Answer>
  void answer(std::uint64_t request, Answer&& a);
  std::uint64_t ask(caf::response_promise promise);
  [[nodiscard]] caf::actor user_of(consumer_id consumer) const;
  void end(bool crashed);
  void fail_requests();
  void look_for_users();

  node_services& services_;
  queue_id queue_;
  std::string home_;
  std::uint64_t stream_;
  wire::stream_end wire_;
  std::unordered_map<channel_id, user> users_;
  std::unordered_map<consumer_id, channel_id> consumers_;
  std::unordered_map<std::uint64_t, caf::response_promise> requests_;
  std::uint64_t last_request_ = 0;
  bool retired_ = false, used_ = true, cut_off_ = false, over_ = false;
};

}  // namespace warren::actors

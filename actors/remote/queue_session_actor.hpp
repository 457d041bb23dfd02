#pragma once

#include <caf/all.hpp>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_set>

#include "actors/queue/queue_messages.hpp"
#include "actors/remote/remote_messages.hpp"
#include "actors/remote/wire/stream_end.hpp"
#include "actors/runtime/io_actor.hpp"
#include "actors/runtime/services.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// Stands at a queue's home for the channels of another node: the other end of a remote_queue_actor. The queue takes it for
/// the channels that it speaks for. Its end (the proxy closed, the link is down) is their end: what they had is requeued,
/// their consumers go. The queue's end is told to the proxy, then this ends too.
class queue_session_actor : public supervision::guarded<io_actor> {
 public:
  queue_session_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services, std::string peer,
                      std::uint64_t stream, queue_id queue);

 protected:
  caf::behavior make_behavior() override;
  void end_of_turn() override { flush(); }
  void on_exit() override;

 private:
  void receive(const std::string& packet);
  void look_for_queue();
  void perform(wire::frame& f);
  void speak_for(channel_id channel);
  void queue_ended(bool crashed);
  void flush();

  node_services& services_;
  std::string peer_;
  queue_id id_;
  wire::stream_end wire_;
  caf::actor queue_;
  std::deque<std::string> waiting_;  ///< packets, until the queue is there: no more than the stream's window
  std::int64_t waited_ms_ = 0, wait_ms_ = 0;
  std::unordered_set<channel_id> channels_;
  bool ending_ = false;  ///< once the last word is out
};

}  // namespace warren::actors

#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <deque>
#include <memory>
#include <string>

#include "actors/control/command_actor.hpp"
#include "actors/control/control_protocol.hpp"
#include "actors/runtime/io_actor.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// A tool's socket, authenticated already. Closed with it.
struct control_socket {
  explicit control_socket(int descriptor) : fd(descriptor) {}
  ~control_socket();
  control_socket(const control_socket&) = delete;
  control_socket& operator=(const control_socket&) = delete;
  int fd;
  io_thread* thread = nullptr;
};

/// One tool: reads its requests from the socket, has each run by a command_actor, one at a time, and writes the
/// answers. When the tool goes away, its command is dropped.
class session_actor : public supervision::guarded<io_actor> {
 public:
  session_actor(caf::actor_config& config, io_thread& thread, supervision::place where,
                control_environment& environment, int fd);
  ~session_actor() override;

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;
  void report_children(std::vector<supervision::child_info>& out) override;

 private:
  void read();
  void next_request();
  void reply(std::string_view json);
  void write();
  void end();

  control_environment& environment_;
  boost::asio::posix::stream_descriptor socket_;
  control_frames frames_;
  std::string read_buffer_;
  std::deque<std::string> out_;
  bool reading_ = false, writing_ = false, ended_ = false;
  std::uint64_t number_ = 0;
  caf::actor command_;   ///< of the request that is being carried out
  std::string running_;  ///< its name in the tree: `3 list_queues`
};

/// session → itself: the socket is closed.
struct session_over {};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::session_over)

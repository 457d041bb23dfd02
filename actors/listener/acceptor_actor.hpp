#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <caf/all.hpp>
#include <memory>
#include <string>

#include "actors/connection/transport.hpp"
#include "actors/listener/listener_tree.hpp"
#include "actors/runtime/io_actor.hpp"
#include "supervision/guarded.hpp"

namespace warren::actors {

/// A socket on its way to becoming a connection.
struct accepted_socket {
  std::unique_ptr<transport> socket;
  io_thread* thread = nullptr;
};

/// Stop accepting; those that are connected stay.
struct acceptor_close {};
/// Listen again. Answered by acceptor_resumed.
struct acceptor_resume {};
struct acceptor_resumed {
  std::string failure;  ///< "" = it listens
};

/// Listens on one address and has the connections supervisor start a connection for each socket, on the I/O threads in turn.
class acceptor_actor : public supervision::guarded<io_actor> {
 public:
  acceptor_actor(caf::actor_config& config, io_thread& thread, supervision::place where, node_services& services,
                 std::shared_ptr<const listener_options> options, caf::actor connections);

 protected:
  caf::behavior make_behavior() override;
  void on_exit() override;

 private:
  using tcp = boost::asio::ip::tcp;
  void listen();
  void accept();
  void accept_later();
  [[nodiscard]] bool sockets_left();
  void on_accepted(boost::system::error_code failed, tcp::socket socket, io_thread& thread);

  node_services& services_;
  std::shared_ptr<const listener_options> options_;
  caf::actor connections_;
  tcp::acceptor acceptor_;
  std::int64_t socket_limit_;
  std::int64_t starting_ = 0;  ///< accepted, their connections not started yet
};

}  // namespace warren::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::acceptor_close)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::acceptor_resume)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::actors::acceptor_resumed)

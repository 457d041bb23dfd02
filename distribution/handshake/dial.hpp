#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "distribution/handshake/handshake_machine.hpp"
#include "distribution/identity/cookie.hpp"
#include "distribution/identity/node_name.hpp"
#include "distribution/net/link_stream.hpp"
#include "distribution/net/link_tls.hpp"
#include "distribution/wire/epmd_codec.hpp"

namespace warren::distribution {

struct dial_options {
  std::string self;               ///< the dialling node's or tool's own name
  std::uint64_t incarnation = 0;  ///< a tool has none
  link_role role = link_role::cli;
  std::uint16_t epmd_port = epmd::default_port;
  std::chrono::milliseconds timeout{10'000};
  link_tls tls;  ///< empty: plain
};

/// How far a dial came; what rabbitmqctl's DIAGNOSTICS are made of.
enum class dial_failure : std::uint8_t {
  host_unknown,       ///< the host part does not resolve
  epmd_unreachable,   ///< nothing (or no port mapper) on the mapper's port of the host
  not_registered,     ///< the mapper knows no node of that name: see `registered`
  tcp_refused,        ///< the mapper named a port where nobody listens
  tls_failed,         ///< TLS between nodes is configured and did not come about
  handshake_refused,  ///< TCP succeeded, the handshake did not: see `why`
  timed_out,          ///< TCP succeeded and the peer is silent, or an earlier step took all the time
};

struct dial_error {
  dial_failure kind = dial_failure::timed_out;
  std::string text;  ///< one sentence without names of hosts: "the Erlang cookies differ"
  std::string host;  ///< that was asked
  std::uint16_t epmd_port = 0;
  std::uint16_t node_port = 0;                  ///< by the mapper; 0 = not known
  std::vector<epmd::name_and_port> registered;  ///< the host's nodes, when the name was not among them
  std::optional<refusal> why;                   ///< of a refused handshake
};

struct dialled {
  link_stream stream;
  hello peer;
  std::uint64_t token = 0;
  std::string address;  ///< "127.0.0.1:25672"
};

/// Looks the node up, connects, and proves the cookie to each other.
[[nodiscard]] boost::asio::awaitable<std::variant<dialled, dial_error>> async_dial(boost::asio::io_context& context,
                                                                                   node_name peer, cookie secret,
                                                                                   dial_options options);

/// A connection of a tool: a blocking descriptor.
class tool_connection {
 public:
  tool_connection(int fd, hello peer, std::shared_ptr<void> carrier)
      : fd_(fd), peer_(std::move(peer)), carrier_(std::move(carrier)) {}
  ~tool_connection();
  tool_connection(tool_connection&& other) noexcept;
  tool_connection& operator=(tool_connection&&) = delete;

  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] const hello& peer() const { return peer_; }

 private:
  int fd_;
  hello peer_;
  std::shared_ptr<void> carrier_;  ///< of TLS: a thread between the descriptor and the network
};

/// The same for programs without an event loop: blocks up to the timeout.
[[nodiscard]] std::variant<tool_connection, dial_error> dial(const node_name& peer, const cookie& secret,
                                                             const dial_options& options);

}  // namespace warren::distribution

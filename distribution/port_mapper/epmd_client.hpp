#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "distribution/net/deadline.hpp"
#include "distribution/wire/epmd_codec.hpp"

namespace warren::distribution::epmd {

enum class failure : std::uint8_t {
  host_unknown,    ///< the name does not resolve
  unreachable,     ///< nothing serves the port
  not_understood,  ///< whatever serves it is no port mapper
  not_registered,  ///< no node of that name
  name_taken,      ///< registering: a living node has it
};
struct client_error {
  failure kind = failure::unreachable;
  std::string text;
};
template <class T>
using answer_of = std::variant<T, client_error>;

// Each makes a connection of its own to `host`; the deadline bounds it (the resolver cannot be interrupted).

[[nodiscard]] boost::asio::awaitable<answer_of<alive2_req>> look_up(boost::asio::io_context& context, std::string host,
                                                                    std::uint16_t port, std::string name,
                                                                    deadline& in_time);
[[nodiscard]] boost::asio::awaitable<answer_of<std::vector<name_and_port>>> list_names(boost::asio::io_context& context,
                                                                                       std::string host,
                                                                                       std::uint16_t port,
                                                                                       deadline& in_time);
/// On this host. The socket is the registration: it lives until either side closes it.
[[nodiscard]] boost::asio::awaitable<answer_of<boost::asio::ip::tcp::socket>> register_node(
    boost::asio::io_context& context, std::uint16_t port, alive2_req node, deadline& in_time);

/// Connects to the first address that answers; the deadline guards the socket until its owner tells it otherwise.
[[nodiscard]] boost::asio::awaitable<answer_of<boost::asio::ip::tcp::socket>> connect_to(
    boost::asio::io_context& context, std::string host, std::uint16_t port, deadline& in_time);

/// Blocking, for tools: the nodes registered on a host.
[[nodiscard]] answer_of<std::vector<name_and_port>> names(const std::string& host, std::uint16_t port,
                                                          std::chrono::milliseconds timeout);

}  // namespace warren::distribution::epmd

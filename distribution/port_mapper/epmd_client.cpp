#include "distribution/port_mapper/epmd_client.hpp"

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "distribution/net/net_thread.hpp"

namespace warren::distribution::epmd {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

auto into(error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

constexpr std::size_t max_answer_bytes = 1024 * 1024;  // of NAMES: thousands of nodes

/// One request, and everything that comes until the mapper closes.
asio::awaitable<answer_of<std::string>> ask(asio::io_context& context, std::string host, std::uint16_t port, request r,
                                            deadline& in_time) {
  auto connected = co_await connect_to(context, std::move(host), port, in_time);
  if (auto* e = std::get_if<client_error>(&connected)) co_return std::move(*e);
  auto& socket = std::get<tcp::socket>(connected);
  in_time.guard(&socket);
  error_code failed;
  const std::string out = encode(r);
  co_await asio::async_write(socket, asio::buffer(out), into(failed));
  std::string in;
  if (!failed) co_await asio::async_read(socket, asio::dynamic_buffer(in, max_answer_bytes), into(failed));
  in_time.guard(nullptr);
  if (failed != asio::error::eof || in.empty())
    co_return client_error{failure::not_understood,
                           failed == asio::error::eof ? "closed without an answer" : failed.message()};
  co_return in;
}

client_error not_a_mapper() { return {failure::not_understood, "what answers there is no port mapper"}; }

}  // namespace

asio::awaitable<answer_of<tcp::socket>> connect_to(asio::io_context& context, std::string host, std::uint16_t port,
                                                   deadline& in_time) {
  error_code failed;
  tcp::resolver resolver(context);
  const auto addresses =
      co_await resolver.async_resolve(host, std::to_string(port), tcp::resolver::numeric_service, into(failed));
  if (failed) co_return client_error{failure::host_unknown, failed.message()};
  tcp::socket socket(context);
  for (const auto& address : addresses) {
    if (in_time.passed()) break;
    socket.close(failed);
    socket.open(address.endpoint().protocol(), failed);
    if (failed) continue;
    in_time.guard(&socket);
    co_await socket.async_connect(address.endpoint(), into(failed));
    if (!failed) break;
  }
  in_time.guard(nullptr);
  if (in_time.passed()) co_return client_error{failure::unreachable, "timed out"};
  if (failed) co_return client_error{failure::unreachable, failed.message()};
  socket.set_option(tcp::no_delay(true), failed);
  co_return std::move(socket);
}

asio::awaitable<answer_of<alive2_req>> look_up(asio::io_context& context, std::string host, std::uint16_t port,
                                               std::string name, deadline& in_time) {
  request wanted = port_please2_req{std::move(name)};  // g++ 12 destroys temporaries of a co_await that convert twice
  auto answered = co_await ask(context, std::move(host), port, std::move(wanted), in_time);
  if (auto* e = std::get_if<client_error>(&answered)) co_return std::move(*e);
  auto response = decode_port2_resp(std::get<std::string>(answered));
  if (!response) co_return not_a_mapper();
  if (response->result != 0) co_return client_error{failure::not_registered, "not running at all"};
  co_return std::move(response->node);
}

asio::awaitable<answer_of<std::vector<name_and_port>>> list_names(asio::io_context& context, std::string host,
                                                                  std::uint16_t port, deadline& in_time) {
  request wanted = names_req{};
  auto answered = co_await ask(context, std::move(host), port, std::move(wanted), in_time);
  if (auto* e = std::get_if<client_error>(&answered)) co_return std::move(*e);
  auto list = decode_names_resp(std::get<std::string>(answered));
  if (!list) co_return not_a_mapper();
  co_return std::move(*list);
}

asio::awaitable<answer_of<tcp::socket>> register_node(asio::io_context& context, std::uint16_t port, alive2_req node,
                                                      deadline& in_time) {
  std::string here = "127.0.0.1";
  auto connected = co_await connect_to(context, std::move(here), port, in_time);
  if (auto* e = std::get_if<client_error>(&connected)) co_return std::move(*e);
  auto& socket = std::get<tcp::socket>(connected);
  in_time.guard(&socket);
  error_code failed;
  const std::string out = encode(request{std::move(node)});
  co_await asio::async_write(socket, asio::buffer(out), into(failed));
  std::array<char, 6> in{};
  std::size_t n = 0;
  if (!failed) co_await asio::async_read(socket, asio::buffer(in, 1), into(failed));
  if (!failed) {
    n = alive2_resp_bytes(in[0]);
    if (n > 1) co_await asio::async_read(socket, asio::buffer(in.data() + 1, n - 1), into(failed));
  }
  in_time.guard(nullptr);
  const auto response = failed ? std::nullopt : decode_alive2_resp({in.data(), n});
  if (!response) co_return not_a_mapper();
  if (response->result != 0) co_return client_error{failure::name_taken, "the name is taken"};
  co_return std::move(socket);
}

answer_of<std::vector<name_and_port>> names(const std::string& host, std::uint16_t port,
                                            std::chrono::milliseconds timeout) {
  asio::io_context context(1);
  answer_of<std::vector<name_and_port>> out;
  deadline in_time(context.get_executor(), timeout);
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        out = co_await list_names(context, host, port, in_time);
        context.stop();
      },
      [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
      });
  context.run();
  return out;
}

}  // namespace warren::distribution::epmd

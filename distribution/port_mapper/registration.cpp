#include "distribution/port_mapper/registration.hpp"

#include <algorithm>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "distribution/net/deadline.hpp"
#include "distribution/net/net_thread.hpp"
#include "distribution/port_mapper/epmd_client.hpp"

namespace warren::distribution::epmd {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

namespace {

constexpr auto register_time = 3s;
constexpr int attempts_at_start = 5;  // another node may have ended between our bind and our connect
constexpr std::chrono::milliseconds first_pause = 20ms, longest_pause = 1000ms;

auto into(error_code& failed) { return asio::redirect_error(asio::use_awaitable, failed); }

}  // namespace

registration::registration(asio::io_context& context, options o, alive2_req node, std::string host, log_sink log)
    : context_(context),
      options_(std::move(o)),
      node_(std::move(node)),
      host_(std::move(host)),
      log_(std::move(log)),
      pause_(context) {}

void registration::start(started first_result) { spawn(context_, keep(shared_from_this(), std::move(first_result))); }

void registration::stop() {
  stopped_ = true;
  pause_.cancel();
  error_code ignored;
  if (connection_) connection_->close(ignored);
  if (server_) server_->stop();
  server_.reset();
  registered_ = false;
}

void registration::try_to_serve() {
  if (server_) return;
  error_code failed;
  server_ = server::listen(context_, options_, failed);
  if (server_)
    say(log_, severity::info, "Serving the port mapper (epmd) of this host on port " + std::to_string(server_->port()));
  else if (failed != asio::error::address_in_use)
    say(log_, severity::warning,
        "Cannot serve the port mapper on port " + std::to_string(options_.port) + ": " + failed.message());
}

std::string registration::explain(const client_error& e) const {
  if (e.kind == failure::name_taken)
    return "node with name \"" + node_.name + "\" already running on \"" + host_ + "\"";
  return "cannot register at the port mapper (epmd) on port " + std::to_string(options_.port) + ": " + e.text;
}

asio::awaitable<void> registration::keep(std::shared_ptr<registration> self, started first_result) {
  auto pause = first_pause;
  for (int attempt = 1; !self->stopped_; ++attempt) {
    self->try_to_serve();
    deadline in_time(self->context_.get_executor(), register_time);
    auto answered = co_await register_node(self->context_, self->options_.port, self->node_, in_time);
    if (self->stopped_) break;
    if (auto* socket = std::get_if<tcp::socket>(&answered)) {
      self->connection_.emplace(std::move(*socket));
      self->registered_ = true;
      self->last_trouble_.clear();
      pause = first_pause;
      if (first_result) std::exchange(first_result, nullptr)("");
      char byte;
      error_code ended;
      co_await asio::async_read(*self->connection_, asio::buffer(&byte, 1), into(ended));
      self->connection_.reset();
      self->registered_ = false;
      if (self->stopped_) break;
      say(self->log_, severity::info, "The port mapper (epmd) of this host has ended: registering again");
      continue;
    }
    const auto& e = std::get<client_error>(answered);
    const std::string trouble = self->explain(e);
    if (first_result && (e.kind == failure::name_taken || attempt == attempts_at_start)) {
      self->stop();
      std::exchange(first_result, nullptr)(trouble);
      co_return;
    }
    if (!first_result && trouble != self->last_trouble_)
      say(self->log_, severity::warning, self->last_trouble_ = trouble);
    self->pause_.expires_after(pause);
    error_code ignored;
    co_await self->pause_.async_wait(into(ignored));
    pause = std::min(pause * 2, longest_pause);
  }
  if (first_result) first_result("stopped");
}

}  // namespace warren::distribution::epmd

#include "actors/control/session_actor.hpp"

#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>

#include "actors/logging/log.hpp"

namespace warren::actors {

namespace {
/// A tool that does not read (a stream into a stopped pager) is not served further.
constexpr std::size_t most_unread_items = 10'000;
}  // namespace

control_socket::~control_socket() {
  if (fd >= 0) ::close(fd);
}

session_actor::session_actor(caf::actor_config& config, io_thread& thread, supervision::place where, control_environment& environment, int fd)
    : guarded(config, std::move(where), "session", thread), environment_(environment), socket_(thread.context()), read_buffer_(64 * 1024, '\0') {
  boost::system::error_code failed;
  socket_.assign(fd, failed);
  if (failed) {
    ::close(fd);
    ended_ = true;
    return;
  }
  socket_.non_blocking(true, failed);
}

session_actor::~session_actor() = default;

caf::behavior session_actor::make_behavior() {
  set_down_handler([this](const caf::down_msg& down) {
    if (!command_ || command_.address() != down.source) return;
    command_ = nullptr;  // it ended without an answer
    reply(write_control_outcome(control_error{exit_code::unavailable, "the command failed; see the log of the node"}));
    next_request();
  });
  if (ended_) {
    caf::anon_send(caf::actor_cast<caf::actor>(this), session_over{});
  } else {
    contained([this] { read(); });
  }
  return {
      [this](const command_item& i) {
        if (i.number != number_) return;
        if (out_.size() >= most_unread_items) return end();
        reply(i.json);
      },
      [this](const command_result& r) {
        if (r.number != number_ || !command_) return;
        demonitor(command_.address());
        command_ = nullptr;
        reply(r.json);
        next_request();
      },
      [this](const session_over&) { quit(); },
  };
}

void session_actor::on_exit() {
  boost::system::error_code ignored;
  socket_.close(ignored);
  if (command_) caf::anon_send_exit(command_, caf::exit_reason::user_shutdown);
}

void session_actor::report_children(std::vector<supervision::child_info>& out) {
  if (!command_) return;
  supervision::child_info c;
  c.name = running_;
  c.kind = "command";
  c.handle = command_;
  c.key = number_;
  c.state = supervision::child_state::running;
  out.push_back(std::move(c));
}

void session_actor::read() {
  if (reading_ || ended_) return;
  reading_ = true;
  socket_.async_read_some(boost::asio::buffer(read_buffer_),
                          [this, keep = caf::strong_actor_ptr(ctrl())](boost::system::error_code failed, std::size_t bytes) {
                            reading_ = false;
                            contained([&] {
                              if (failed) return end();
                              frames_.add({read_buffer_.data(), bytes});
                              next_request();
                              read();  // also while a command runs: so the end of the tool is noticed
                            });
                          });
}

void session_actor::next_request() {
  if (command_ || ended_) return;
  auto frame = frames_.next();
  if (frames_.broken()) return end();
  if (!frame) return;
  auto request = parse_control_request(*frame);
  if (!request) {
    reply(write_control_outcome(control_error{exit_code::usage, request.failure().text}));
    return next_request();
  }
  ++number_;
  running_ = std::to_string(number_) + " " + request->command;
  command_ = run_command(*this, place_below(running_), environment_, std::move(*request),
                         {caf::actor_cast<caf::actor>(this), number_, false, socket_.native_handle()});
  monitor(command_);
}

void session_actor::reply(std::string_view json) {
  if (ended_) return;
  out_.push_back(control_frame(json));
  write();
}

void session_actor::write() {
  if (writing_ || out_.empty() || ended_) return;
  writing_ = true;
  boost::asio::async_write(socket_, boost::asio::buffer(out_.front()),
                           [this, keep = caf::strong_actor_ptr(ctrl())](boost::system::error_code failed, std::size_t) {
                             writing_ = false;
                             contained([&] {
                               if (failed) return end();
                               out_.pop_front();
                               write();
                             });
                           });
}

/// We may be in a handler of the socket: an actor ends only in a turn of its mailbox.
void session_actor::end() {
  if (ended_) return;
  ended_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
  caf::anon_send(caf::actor_cast<caf::actor>(this), session_over{});
}

}  // namespace warren::actors

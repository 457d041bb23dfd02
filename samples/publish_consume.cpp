// Publishes ten confirmed messages to a durable queue of a running node and takes them out again, with nothing but the wire
// format of `amqp/` and one blocking socket:
//
//     sample_publish_consume 127.0.0.1 5672
//
// Exits with 0 when every message was confirmed and came back once, in order.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "amqp/frame_parser.hpp"
#include "amqp/frame_writer.hpp"
#include "amqp/methods/method.hpp"

using namespace warren;
using namespace warren::amqp;

namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::exit(1);
}

int connect_to(const char* host, const char* port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host, port, &hints, &found) != 0) give_up("no such host");
  for (const addrinfo* a = found; a != nullptr; a = a->ai_next) {
    const int fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
    if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
      freeaddrinfo(found);
      return fd;
    }
    if (fd >= 0) close(fd);
  }
  give_up(std::string("cannot connect to ") + host + ":" + port);
}

class client {
 public:
  explicit client(int fd) : fd_(fd) { parser_.set_frame_max(131072); }
  ~client() { close(fd_); }

  void send(std::uint16_t channel, const method& m) {
    output_batch out;
    append_method(out, channel, m);
    flush(out);
  }
  void send_header() {
    output_batch out;
    append_protocol_header(out);
    flush(out);
  }
  /// basic.publish, a content header with delivery mode 2, the body in one frame.
  void publish(std::uint16_t channel, const std::string& queue, const std::string& body) {
    output_batch out;
    basic_publish to;
    to.routing_key = queue;
    append_method(out, channel, to);
    std::string header("\x00\x3c\x00\x00\x00\x00\x00\x00", 8);  // class 60, weight 0, upper half of the body's size
    for (int shift = 24; shift >= 0; shift -= 8) header += static_cast<char>(body.size() >> shift);
    header += std::string("\x10\x00\x02", 3);  // property flags: delivery-mode; 2 = persistent
    append_frame(out, frame_type::header, channel, header);
    append_frame(out, frame_type::body, channel, body);
    flush(out);
  }

  /// The next method, which must be a T.
  template <class T>
  T expect() {
    for (;;) {
      const frame f = next();
      if (f.is(frame_type::heartbeat)) continue;
      if (!f.is(frame_type::method)) give_up("a content where a method was expected");
      auto m = decode_method(f.payload);
      if (!m) give_up(m.failure().what.text);
      if (T* wanted = std::get_if<T>(&*m)) return std::move(*wanted);
      if (const auto* closed = std::get_if<channel_close>(&*m)) give_up("the channel was closed: " + closed->reply_text);
      if (const auto* closed = std::get_if<connection_close>(&*m)) give_up("the connection was closed: " + closed->reply_text);
      give_up("unexpected " + std::string(method_name(id_of(*m))));
    }
  }
  /// The body of the content that follows a delivery; it fits one frame here.
  std::string body() {
    if (!next().is(frame_type::header)) give_up("no content header");
    return std::string(next().payload);
  }

 private:
  static void append_frame(output_batch& out, frame_type type, std::uint16_t channel, const std::string& payload) {
    std::string f{static_cast<char>(type), static_cast<char>(channel >> 8), static_cast<char>(channel)};
    for (int shift = 24; shift >= 0; shift -= 8) f += static_cast<char>(payload.size() >> shift);
    out.append(f + payload + static_cast<char>(frame_end));
  }
  void flush(output_batch& out) {
    while (!out.empty()) {
      output_batch::segment first{};
      if (out.gather(&first, 1) == 0) return;
      const ssize_t sent = ::send(fd_, first.data, first.size, MSG_NOSIGNAL);
      if (sent <= 0) give_up("the node closed the connection");
      out.consume(static_cast<std::size_t>(sent));
    }
  }
  frame next() {
    in_.erase(0, in_.size() - rest_);  // what the frame before lay in
    for (;;) {
      bytes_view left = in_;
      frame f;
      switch (parser_.next(left, f)) {
        case frame_parser::step::frame: rest_ = left.size(); return f;
        case frame_parser::step::failed: give_up(parser_.failure().what.text);
        case frame_parser::step::more: break;
      }
      char some[16384];
      const ssize_t got = recv(fd_, some, sizeof some, 0);
      if (got <= 0) give_up("the node closed the connection");
      in_.append(some, static_cast<std::size_t>(got));
    }
  }

  int fd_;
  frame_parser parser_;
  std::string in_;
  std::size_t rest_ = 0;  ///< bytes of in_ behind the last frame
};

void log_in(client& c) {
  c.send_header();
  (void)c.expect<connection_start>();
  connection_start_ok login;
  login.mechanism = "PLAIN";
  login.response = std::string("\0guest\0guest", 12);
  login.locale = "en_US";
  c.send(0, login);
  const auto tune = c.expect<connection_tune>();
  c.send(0, connection_tune_ok{tune.channel_max, tune.frame_max, 0});
  connection_open open;
  open.virtual_host = "/";
  c.send(0, open);
  (void)c.expect<connection_open_ok>();
  c.send(1, channel_open{});
  (void)c.expect<channel_open_ok>();
}

}  // namespace

int main(int argc, char** argv) {
  client c(connect_to(argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : "5672"));
  log_in(c);

  queue_declare declare;
  declare.queue = "sample";
  declare.durable = true;
  c.send(1, declare);
  (void)c.expect<queue_declare_ok>();

  constexpr int messages = 10;
  c.send(1, confirm_select{});
  (void)c.expect<confirm_select_ok>();
  for (int i = 1; i <= messages; ++i) c.publish(1, "sample", "message " + std::to_string(i));
  for (std::uint64_t confirmed = 0; confirmed < messages;) confirmed = c.expect<basic_ack>().delivery_tag;
  std::printf("%d messages confirmed: they are on the disk\n", messages);

  basic_consume consume;
  consume.queue = "sample";
  c.send(1, consume);
  (void)c.expect<basic_consume_ok>();
  for (int i = 1; i <= messages; ++i) {
    const auto delivery = c.expect<basic_deliver>();
    const std::string body = c.body();
    std::printf("got %s\n", body.c_str());
    if (body != "message " + std::to_string(i)) give_up("out of order");
    basic_ack ack;
    ack.delivery_tag = delivery.delivery_tag;
    c.send(1, ack);
  }
  queue_delete remove;
  remove.queue = "sample";
  c.send(1, remove);
  if (c.expect<queue_delete_ok>().message_count != 0) give_up("messages are left");
  c.send(0, connection_close{200, "done", 0, 0});
  (void)c.expect<connection_close_ok>();
  return 0;
}

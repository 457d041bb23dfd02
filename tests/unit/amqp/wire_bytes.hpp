#pragma once

#include <string>
#include <utility>
#include <vector>

#include "amqp/connection_machine.hpp"
#include "amqp/content_assembler.hpp"
#include "amqp/frame_writer.hpp"
#include "core/message/properties.hpp"

// What a client puts on the wire, written down by hand so that the server's encoder is not tested against itself alone.
namespace warren::amqp::test {

inline std::string be16(std::uint16_t v) {
  std::string s(2, '\0');
  store_big_endian(s.data(), v);
  return s;
}
inline std::string be32(std::uint32_t v) {
  std::string s(4, '\0');
  store_big_endian(s.data(), v);
  return s;
}
inline std::string be64(std::uint64_t v) {
  std::string s(8, '\0');
  store_big_endian(s.data(), v);
  return s;
}

inline std::string frame_bytes(int type, std::uint16_t channel, std::string_view payload) {
  return static_cast<char>(type) + be16(channel) + be32(static_cast<std::uint32_t>(payload.size())) +
         std::string(payload) + '\xce';
}
inline std::string ids(std::uint16_t class_id, std::uint16_t method_id) { return be16(class_id) + be16(method_id); }
inline std::string raw_method(std::uint16_t channel, std::uint16_t class_id, std::uint16_t method_id,
                              std::string_view arguments = {}) {
  return frame_bytes(1, channel, ids(class_id, method_id) + std::string(arguments));
}
inline std::string method_bytes(std::uint16_t channel, const method& m) {
  std::string payload;
  encode_method(m, payload);
  return frame_bytes(1, channel, payload);
}
inline std::string header_bytes(std::uint16_t channel, std::uint64_t body, std::string_view properties,
                                std::uint16_t class_id = 60, std::uint16_t weight = 0) {
  return frame_bytes(2, channel, be16(class_id) + be16(weight) + be64(body) + std::string(properties));
}
inline std::string raw_properties(const basic_properties& p) {
  std::string out;
  encode_properties(p, out);
  return out;
}
inline const std::string no_properties{"\0\0", 2};

inline std::string gathered(const output_batch& batch) {
  std::vector<output_batch::segment> segments(4096);
  segments.resize(batch.gather(segments.data(), segments.size()));
  std::string bytes;
  for (const auto& s : segments) bytes.append(s.data, s.size);
  return bytes;
}

/// A connection under test with everything it has asked of its shell.
class connection {
 public:
  explicit connection(connection_settings settings = {}, std::optional<std::string> peer = std::nullopt)
      : machine(std::make_shared<const connection_settings>(std::move(settings)), std::move(peer), 0) {}

  /// Feeds bytes; returns the channel frames as (channel, type, payload).
  struct channel_frame {
    std::uint16_t channel;
    std::uint8_t type;
    std::string payload;
  };
  std::vector<channel_frame> feed(std::string_view bytes) {
    unread += bytes;
    std::vector<channel_frame> frames;
    bytes_view in = unread;
    frame f;
    while ((last = machine.next(in, f)) == connection_machine::input::channel_frame)
      frames.push_back({f.channel, f.type, std::string(f.payload)});
    unread.erase(0, unread.size() - in.size());
    perform();
    return frames;
  }
  void perform() {
    for (auto& e : machine.take_effects()) effects.push_back(std::move(e));
  }

  template <class Effect>
  [[nodiscard]] const Effect* find() const {
    for (const auto& e : effects)
      if (auto* found = std::get_if<Effect>(&e)) return found;
    return nullptr;
  }
  /// The last method of this type that was to be sent.
  template <class Method>
  [[nodiscard]] const Method* sent() const {
    const Method* found = nullptr;
    for (const auto& e : effects)
      if (auto* s = std::get_if<effect::send>(&e))
        if (auto* m = std::get_if<Method>(&s->m)) found = m;
    return found;
  }
  [[nodiscard]] bool dropped() const { return find<effect::close_socket>() != nullptr; }

  void start(field_table client_properties = {}, std::string mechanism = "PLAIN",
             std::string response = std::string("\0guest\0guest", 12)) {
    feed(std::string("AMQP\0\0\x09\x01", 8));
    feed(method_bytes(
        0, connection_start_ok{std::move(client_properties), std::move(mechanism), std::move(response), "en_US"}));
  }
  void tune(std::uint16_t channel_max = 2047, std::uint32_t frame_max = 131072, std::uint16_t heartbeat = 60) {
    machine.authenticated("guest");
    perform();
    feed(method_bytes(0, connection_tune_ok{channel_max, frame_max, heartbeat}));
  }
  void open(std::string vhost = "/") {
    feed(method_bytes(0, connection_open{std::move(vhost), "", false}));
    machine.vhost_opened();
    perform();
  }
  /// The whole handshake.
  void run(field_table client_properties = {}, std::uint16_t channel_max = 2047, std::uint16_t heartbeat = 60) {
    start(std::move(client_properties));
    tune(channel_max, 131072, heartbeat);
    open();
    effects.clear();
  }

  connection_machine machine;
  connection_machine::input last = connection_machine::input::more;
  std::string unread;
  std::vector<connection_effect> effects;
};

/// Client properties with these capabilities set to true.
inline field_table with_capabilities(std::vector<std::string> names) {
  field_table capabilities, properties;
  for (auto& name : names) capabilities.set(name, field_value::boolean(true));
  properties.set("capabilities", field_value::table(std::move(capabilities)));
  return properties;
}

/// The reply code, text and class/method of a connection.close, as amqp.md writes them.
struct reply {
  int code;
  std::string text;
  int class_id, method_id;
  friend bool operator==(const reply&, const reply&) = default;
};
inline reply reply_of(const connection_close* m) {
  if (m == nullptr) return {0, "no connection.close", 0, 0};
  return {m->reply_code, m->reply_text, m->class_id, m->method_id};
}
inline reply reply_of(const wire_error& e) {
  return {static_cast<int>(e.what.code), close_text(e.what), e.class_id, e.method_id};
}
inline std::ostream& operator<<(std::ostream& out, const reply& r) {
  return out << r.code << ' ' << r.text << " (" << r.class_id << ',' << r.method_id << ')';
}

}  // namespace warren::amqp::test

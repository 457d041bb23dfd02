#include "amqp/frame_writer.hpp"

#include <algorithm>

#include "amqp/protocol_header.hpp"

namespace warren::amqp {
namespace {

/// Writes into room that was taken with output_batch::grow; the caller has counted.
class octets {
 public:
  explicit octets(char* at) : at_(at) {}
  template <class T>
  octets& put(T v) {
    store_big_endian(at_, v);
    at_ += sizeof(T);
    return *this;
  }
  octets& put(bytes_view bytes) {
    copy_bytes(at_, bytes);
    at_ += bytes.size();
    return *this;
  }
  octets& short_string(bytes_view text) { return put(static_cast<std::uint8_t>(text.size())).put(text); }
  octets& start_frame(frame_type type, std::uint16_t channel, std::size_t payload) {
    return put(static_cast<std::uint8_t>(type)).put(channel).put(static_cast<std::uint32_t>(payload));
  }
  octets& end_frame() { return put(static_cast<std::uint8_t>(frame_end)); }

 private:
  char* at_;
};

constexpr std::uint32_t ids(method_id id) { return std::uint32_t{id.class_id} << 16 | id.method; }

std::size_t largest_payload(std::uint32_t frame_max) {
  return frame_max == 0 ? ~std::uint32_t{0} : frame_max - frame_overhead;
}

std::size_t content_header_frame_bytes(const message& m) {
  return frame_overhead + content_header_bytes + m.properties_bytes;
}

void put_content_header(octets& out, std::uint16_t channel, const message& m) {
  out.start_frame(frame_type::header, channel, content_header_bytes + m.properties_bytes)
      .put(std::uint32_t{basic_deliver::id.class_id} << 16)  // class, weight 0
      .put(std::uint64_t{m.body_bytes})
      .put(m.properties())
      .end_frame();
}

/// A body that is too large for one frame or worth referencing.
void append_large_body(output_batch& out, std::uint16_t channel, const message_ref& content, std::uint32_t frame_max) {
  bytes_view rest = content->body();
  const std::size_t limit = largest_payload(frame_max);
  while (!rest.empty()) {
    const bytes_view part = rest.substr(0, limit);
    rest.remove_prefix(part.size());
    octets(out.grow(frame_header_bytes)).start_frame(frame_type::body, channel, part.size());
    if (part.size() > output_batch::copy_body_bytes)
      out.append_reference(content, part);
    else
      out.append(part);
    octets(out.grow(1)).end_frame();
  }
}

/// Content header and body behind a method that the caller writes into the first `method_bytes` of the returned room.
template <class WriteMethod>
void append_content(output_batch& out, std::uint16_t channel, const message_ref& content, std::uint32_t frame_max,
                    std::size_t method_frame_bytes, WriteMethod&& write_method) {
  const message& m = *content;
  const bool small = m.body_bytes <= output_batch::copy_body_bytes && m.body_bytes <= largest_payload(frame_max);
  const std::size_t head = method_frame_bytes + content_header_frame_bytes(m);
  const std::size_t body = small && m.body_bytes > 0 ? frame_overhead + m.body_bytes : 0;
  octets to(out.grow(head + body));
  write_method(to);
  put_content_header(to, channel, m);
  if (body > 0)
    to.start_frame(frame_type::body, channel, m.body_bytes).put(m.body()).end_frame();
  else if (m.body_bytes > 0)
    append_large_body(out, channel, content, frame_max);
}

}  // namespace

void append_protocol_header(output_batch& out) { out.append(supported_protocol_header); }

void append_heartbeat(output_batch& out) {
  octets(out.grow(frame_overhead)).start_frame(frame_type::heartbeat, 0, 0).end_frame();
}

void append_method(output_batch& out, std::uint16_t channel, const method& m) {
  std::string payload;
  encode_method(m, payload);
  octets(out.grow(frame_overhead + payload.size()))
      .start_frame(frame_type::method, channel, payload.size())
      .put(bytes_view(payload))
      .end_frame();
}

namespace {
void append_tagged(output_batch& out, std::uint16_t channel, method_id id, std::uint64_t tag, std::uint8_t bits) {
  constexpr std::size_t payload = 4 + 8 + 1;
  octets(out.grow(frame_overhead + payload))
      .start_frame(frame_type::method, channel, payload)
      .put(ids(id))
      .put(tag)
      .put(bits)
      .end_frame();
}
}  // namespace

void append_ack(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool multiple) {
  append_tagged(out, channel, basic_ack::id, delivery_tag, multiple ? 1 : 0);
}

void append_nack(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool multiple, bool requeue) {
  append_tagged(out, channel, basic_nack::id, delivery_tag,
                static_cast<std::uint8_t>((multiple ? 1 : 0) | (requeue ? 2 : 0)));
}

delivery_template::delivery_template(std::uint16_t channel, std::string_view consumer_tag) {
  consumer_tag = consumer_tag.substr(0, 255);
  prefix_.resize(frame_header_bytes + 4 + 1 + consumer_tag.size());
  octets(prefix_.data())
      .start_frame(frame_type::method, channel, 0)
      .put(ids(basic_deliver::id))
      .short_string(consumer_tag);
}

void append_delivery(output_batch& out, const delivery_template& consumer, std::uint64_t delivery_tag, bool redelivered,
                     const message_ref& content, std::uint32_t frame_max) {
  const std::string& prefix = consumer.prefix_;
  const std::uint16_t channel = load_big_endian<std::uint16_t>(prefix.data() + 1);
  // delivery tag 8, redelivered 1, two length octets and the frame's end
  const std::size_t frame_bytes = prefix.size() + 12 + content->exchange_bytes + content->routing_key_bytes;
  append_content(out, channel, content, frame_max, frame_bytes, [&](octets& to) {
    octets size_field = to;
    to.put(bytes_view(prefix))
        .put(delivery_tag)
        .put(static_cast<std::uint8_t>(redelivered))
        .short_string(content->exchange())
        .short_string(content->routing_key())
        .end_frame();
    size_field.start_frame(frame_type::method, channel, frame_bytes - frame_overhead);
  });
}

void append_get_ok(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool redelivered,
                   const message_ref& content, std::uint32_t message_count, std::uint32_t frame_max) {
  const std::size_t payload = 4 + 8 + 1 + 2 + content->exchange_bytes + content->routing_key_bytes + 4;
  append_content(out, channel, content, frame_max, frame_overhead + payload, [&](octets& to) {
    to.start_frame(frame_type::method, channel, payload)
        .put(ids(basic_get_ok::id))
        .put(delivery_tag)
        .put(static_cast<std::uint8_t>(redelivered))
        .short_string(content->exchange())
        .short_string(content->routing_key())
        .put(message_count)
        .end_frame();
  });
}

void append_return(output_batch& out, std::uint16_t channel, reply_code code, std::string_view reply_text,
                   const message_ref& content, std::uint32_t frame_max) {
  reply_text = reply_text.substr(0, 255);
  const std::size_t payload = 4 + 2 + 1 + reply_text.size() + 2 + content->exchange_bytes + content->routing_key_bytes;
  append_content(out, channel, content, frame_max, frame_overhead + payload, [&](octets& to) {
    to.start_frame(frame_type::method, channel, payload)
        .put(ids(basic_return::id))
        .put(static_cast<std::uint16_t>(code))
        .short_string(reply_text)
        .short_string(content->exchange())
        .short_string(content->routing_key())
        .end_frame();
  });
}

std::size_t delivery_bytes(const message& m, std::size_t consumer_tag_bytes, std::uint32_t frame_max) {
  const std::size_t method =
      frame_overhead + 4 + 1 + consumer_tag_bytes + 8 + 1 + 2 + m.exchange_bytes + m.routing_key_bytes;
  const std::size_t limit = largest_payload(frame_max);
  const std::size_t frames = (m.body_bytes + limit - 1) / limit;
  return method + content_header_frame_bytes(m) + frames * frame_overhead + m.body_bytes;
}

}  // namespace warren::amqp

#include "amqp/content_assembler.hpp"

#include <algorithm>

#include "amqp/erlang_term.hpp"
#include "amqp/expiration.hpp"
#include "amqp/utf8.hpp"
#include "core/message/field_walk.hpp"
#include "core/message/properties.hpp"

namespace warren::amqp {
namespace {

constexpr std::uint16_t basic_class = basic_publish::id.class_id;
constexpr std::uint32_t publish_ids = std::uint32_t{basic_class} << 16 | basic_publish::id.method;

wire_error publish_error(reply_code code, std::string text) {
  return {fail(code, std::move(text)), basic_publish::id.class_id, basic_publish::id.method};
}

std::unique_ptr<publish_fault> make_fault(publish_check check, wire_error why) {
  return std::make_unique<publish_fault>(publish_fault{check, std::move(why)});
}

content_assembler::step refuse(assembled& out, wire_error why) {
  out.failure = std::move(why);
  return content_assembler::step::failed;
}

}  // namespace

content_assembler::step content_assembler::feed(const frame& f, bytes_view& following, assembled& out) {
  switch (f.type) {
    case 1:
      if (f.payload.size() >= 4) [[likely]]
        return feed_method(f, following, out);
      break;
    case 2:
      if (f.payload.size() >= content_header_bytes) [[likely]]
        return feed_header(f, out);
      break;
    case 3: return feed_body(f, out);
    case 8:
      if (f.payload.empty()) return refuse(out, unexpected_frame(f));
      break;
    default: break;
  }
  return refuse(out, unknown_frame(f));
}

content_assembler::step content_assembler::feed_method(const frame& f, bytes_view& following, assembled& out) {
  if (state_ == state::header)
    return refuse(out, publish_error(reply_code::unexpected_frame,
                                     "expected content header for class 60, got non content header frame instead"));
  if (state_ != state::idle)
    return refuse(
        out, publish_error(reply_code::unexpected_frame, "expected content body, got non content body frame instead"));
  if (load_big_endian<std::uint32_t>(f.payload.data()) == publish_ids) return begin_publish(f, following, out);
  auto decoded = decode_method(f.payload);
  if (!decoded) return refuse(out, decoded.failure());
  out.received = std::move(*decoded);
  return step::method;
}

// basic.publish by hand: ticket 2, exchange shortstr, routing key shortstr, bits 1. Nothing is allocated.
content_assembler::step content_assembler::begin_publish(const frame& f, bytes_view& following, assembled& out) {
  const bytes_view arguments = f.payload.substr(4);
  const std::size_t size = arguments.size();
  const std::size_t exchange = size > 2 ? static_cast<unsigned char>(arguments[2]) : 0;
  const std::size_t key = size > 3 + exchange ? static_cast<unsigned char>(arguments[3 + exchange]) : 0;
  if (size != 5 + exchange + key) [[unlikely]]
    return refuse(out,
                  publish_error(reply_code::frame_error, "cannot decode " + print_octets(arguments.substr(0, 256))));
  const bytes_view exchange_name{arguments.data() + 3, exchange}, routing_key{arguments.data() + 4 + exchange, key};
  if (!valid_utf8(exchange_name) || !valid_utf8(routing_key)) [[unlikely]]
    return refuse(out, {fail(reply_code::frame_error, "Malformed UTF-8 in shortstr")});
  const auto bits = static_cast<unsigned char>(arguments[size - 1]);
  mandatory_ = (bits & 1) != 0;
  immediate_ = (bits & 2) != 0;
  if (take_small_content(f.channel, following, exchange_name, routing_key)) [[likely]]
    return complete(out);
  names_.assign(exchange_name);
  names_.append(routing_key);
  exchange_bytes_ = static_cast<std::uint8_t>(exchange);
  state_ = state::header;
  return step::more;
}

// Header and body frame of a content that lies whole behind its method. Anything out of the ordinary (another channel's
// frame in between, a body in several frames, bytes missing, whatever is wrong) is left to the frame-by-frame way.
bool content_assembler::take_small_content(std::uint16_t channel, bytes_view& following, bytes_view exchange,
                                           bytes_view routing_key) {
  constexpr std::size_t least = frame_overhead + content_header_bytes;
  constexpr std::uint32_t largest_payload = frame_min_size - frame_overhead;  // within any frame limit
  if (following.size() < least) return false;
  const char* at = following.data();
  const auto starts = [channel](const char* from, frame_type type) {
    return from[0] == static_cast<char>(type) && load_big_endian<std::uint16_t>(from + 1) == channel;
  };
  const std::uint32_t header_bytes = load_big_endian<std::uint32_t>(at + 3);
  if (!starts(at, frame_type::header) || header_bytes < content_header_bytes || header_bytes > largest_payload ||
      following.size() < frame_overhead + header_bytes ||
      load_big_endian<std::uint32_t>(at + frame_header_bytes) != std::uint32_t{basic_class} << 16 ||
      static_cast<unsigned char>(at[frame_header_bytes + header_bytes]) != frame_end)
    return false;
  const std::uint64_t body_bytes = load_big_endian<std::uint64_t>(at + frame_header_bytes + 4);
  std::size_t whole = frame_overhead + header_bytes;
  const char* const body = at + whole + frame_header_bytes;
  if (body_bytes != 0) {
    if (body_bytes > largest_payload || body_bytes > max_message_bytes_ ||
        following.size() < whole + frame_overhead + body_bytes || !starts(at + whole, frame_type::body) ||
        load_big_endian<std::uint32_t>(at + whole + 3) != body_bytes ||
        static_cast<unsigned char>(body[body_bytes]) != frame_end)
      return false;
    whole += frame_overhead + body_bytes;
  }
  message_parts parts;
  parts.exchange = exchange;
  parts.routing_key = routing_key;
  parts.properties = {at + frame_header_bytes + content_header_bytes, header_bytes - content_header_bytes};
  scan(parts);
  char* to = nullptr;
  content_ = builder_->append_without_body(parts, static_cast<std::uint32_t>(body_bytes), to);
  if (body_bytes != 0) copy_bytes(to, {body, body_bytes});
  following.remove_prefix(whole);
  return true;
}

/// What of the properties the record's header holds, and what is wrong with them.
void content_assembler::scan(message_parts& parts) {
  if (parts.properties == bytes_view{"\0\0", 2}) return;  // none
  const auto scanned = scan_properties(parts.properties);
  if (!scanned || (scanned->has_headers && !valid_table(scanned->headers))) {
    fault_ = make_fault(publish_check::properties, {fail(reply_code::internal_error, "")});
    return;
  }
  const property_scan& p = *scanned;
  parts.priority = p.priority;
  if (p.delivery_mode == 2) parts.flags |= message::persistent;
  if (p.has_headers) parts.flags |= message::has_headers;
  if (p.has_user_id) parts.flags |= message::has_user_id;
  if (p.has_reply_to) parts.flags |= message::has_reply_to;
  if (p.has_expiration) {
    expiration_text e = parse_expiration(p.expiration);
    if (e.problem.empty()) {
      parts.expiration_ms = e.ms;
      parts.flags |= message::has_expiration;
    } else {
      fault_ = make_fault(publish_check::expiration,
                          publish_error(reply_code::precondition_failed,
                                        "invalid expiration '" + std::string(p.expiration) + "': " + e.problem));
    }
  }
  if (p.has_delivery_mode && p.delivery_mode != 1 && p.delivery_mode != 2 && !fault_) {
    fault_ = make_fault(publish_check::delivery_mode,
                        publish_error(reply_code::precondition_failed, "invalid message: {delivery_mode_unknown," +
                                                                           std::to_string(p.delivery_mode) + "}"));
  }
}

content_assembler::step content_assembler::feed_header(const frame& f, assembled& out) {
  if (state_ == state::idle)
    return refuse(out, {fail(reply_code::unexpected_frame, "expected method frame, got non method frame instead")});
  if (state_ != state::header)
    return refuse(
        out, publish_error(reply_code::unexpected_frame, "expected content body, got non content body frame instead"));
  const std::uint16_t weight = load_big_endian<std::uint16_t>(f.payload.data() + 2);
  if (weight != 0)
    return refuse(out, publish_error(reply_code::unexpected_frame,
                                     "expected content header for class 60, got non content header frame instead"));
  if (f.class_id() != basic_class)
    return refuse(
        out, publish_error(reply_code::unexpected_frame, "expected content header for class 60, got one for class " +
                                                             std::to_string(f.class_id()) + " instead"));
  remaining_ = load_big_endian<std::uint64_t>(f.payload.data() + 4);
  message_parts parts;
  parts.exchange = std::string_view(names_).substr(0, exchange_bytes_);
  parts.routing_key = std::string_view(names_).substr(exchange_bytes_);
  parts.properties = f.payload.substr(content_header_bytes);
  scan(parts);

  if (remaining_ > max_message_bytes_) {
    // Decided now, told when the content is complete: RabbitMQ looks at whole contents only.
    fault_ = make_fault(publish_check::size,
                        publish_error(reply_code::precondition_failed, "message size " + std::to_string(remaining_) +
                                                                           " is larger than configured max size " +
                                                                           std::to_string(max_message_bytes_)));
    content_ = builder_->append_without_body(parts, 0, body_);
    state_ = state::swallow;
    return step::more;
  }
  if (remaining_ > eager_body_bytes) {
    large_ = std::make_unique<collection>();
    large_->parts = parts;
    large_->properties = parts.properties;
    large_->whole = remaining_;
    state_ = state::body;
    return step::more;
  }
  content_ = builder_->append_without_body(parts, static_cast<std::uint32_t>(remaining_), body_);
  if (remaining_ == 0) return complete(out);
  state_ = state::body;
  return step::more;
}

content_assembler::step content_assembler::feed_body(const frame& f, assembled& out) {
  const bytes_view part = f.payload;
  if (state_ == state::idle)
    return refuse(out, {fail(reply_code::unexpected_frame, "expected method frame, got non method frame instead")});
  if (state_ == state::header)
    return refuse(out, publish_error(reply_code::unexpected_frame,
                                     "expected content header for class 60, got non content header frame instead"));
  if (part.size() > remaining_) {
    // RabbitMQ waits for ever here. The specification has no text; the stream is in step, so this closes in good order.
    return refuse(out, publish_error(reply_code::frame_error,
                                     "content body is longer than announced: " + std::to_string(part.size()) +
                                         " octets where " + std::to_string(remaining_) + " were left"));
  }
  remaining_ -= part.size();
  if (large_) {
    if (!collect(part)) return refuse(out, publish_error(reply_code::resource_error, "no memory for the content body"));
  } else if (state_ == state::body) {
    std::memcpy(body_, part.data(), part.size());
    body_ += part.size();
  }
  return remaining_ == 0 ? complete(out) : step::more;
}

/// Appends to the collection, which doubles as bytes really arrive. realloc moves pages, not bytes, at these sizes.
bool content_assembler::collect(bytes_view part) {
  collection& c = *large_;
  if (c.capacity - c.size < part.size()) {
    const std::size_t wanted =
        std::min(c.whole, std::max(c.capacity * 2, c.size + std::max<std::size_t>(part.size(), 65536)));
    char* moved = static_cast<char*>(std::realloc(c.bytes.get(), wanted));
    if (moved == nullptr) return false;
    (void)c.bytes.release();
    c.bytes.reset(moved);
    c.capacity = wanted;
  }
  std::memcpy(c.bytes.get() + c.size, part.data(), part.size());
  c.size += part.size();
  return true;
}

content_assembler::step content_assembler::complete(assembled& out) {
  if (large_) {
    message_parts parts = large_->parts;
    parts.exchange = std::string_view(names_).substr(0, exchange_bytes_);
    parts.routing_key = std::string_view(names_).substr(exchange_bytes_);
    parts.properties = large_->properties;
    parts.body = {large_->bytes.get(), large_->size};
    content_ = builder_->append(parts);
    large_.reset();
  }
  state_ = state::idle;
  body_ = nullptr;
  out.published.content = std::move(content_);
  out.published.mandatory = mandatory_;
  out.published.immediate = immediate_;
  out.published.fault = std::move(fault_);
  return step::publish;
}

}  // namespace warren::amqp

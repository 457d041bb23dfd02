#include "core/message/properties.hpp"

#include <algorithm>

#include "core/base/bytes.hpp"
#include "core/message/field_walk.hpp"

namespace warren {
namespace {

// Flag bits of the first word, from the high end in the order of the values (AMQP 0-9-1, 4.2.6.1); bit 0 says that
// another flags word follows. The basic class defines nothing beyond the first word; bit 1 is ignored, as in RabbitMQ.
enum property_bit : std::uint16_t {
  content_type = 1 << 15,
  content_encoding = 1 << 14,
  headers = 1 << 13,
  delivery_mode = 1 << 12,
  priority = 1 << 11,
  correlation_id = 1 << 10,
  reply_to = 1 << 9,
  expiration = 1 << 8,
  message_id = 1 << 7,
  timestamp = 1 << 6,
  type = 1 << 5,
  user_id = 1 << 4,
  app_id = 1 << 3,
  cluster_id = 1 << 2,
  continuation = 1 << 0,
};

error malformed() { return fail(reply_code::frame_error, "malformed content properties"); }

/// Reads values one after another; after the first that does not fit, everything reads as empty and ok() is false.
class property_reader {
 public:
  explicit property_reader(bytes_view in) : in_(in) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool done() const { return ok_ && in_.empty(); }

  /// The flags word; extension words are skipped when empty, refused when they announce properties nobody defined.
  std::uint16_t flags() {
    const std::uint16_t first = number<std::uint16_t>();
    std::uint16_t word = first;
    while (ok_ && (word & continuation) != 0) {
      word = number<std::uint16_t>();
      if ((word & ~continuation) != 0) ok_ = false;
    }
    return ok_ ? first : 0;
  }

  template <class T>
  T number() {
    if (!need(sizeof(T))) return T{};
    const T v = load_big_endian<T>(in_.data());
    in_.remove_prefix(sizeof(T));
    return v;
  }
  bytes_view short_string() { return take(number<std::uint8_t>()); }
  bytes_view table_content() { return take(number<std::uint32_t>()); }

 private:
  bool need(std::size_t bytes) {
    if (in_.size() < bytes) ok_ = false;
    return ok_;
  }
  bytes_view take(std::size_t bytes) {
    if (!need(bytes)) return {};
    const bytes_view taken = in_.substr(0, bytes);
    in_.remove_prefix(bytes);
    return taken;
  }

  bytes_view in_;
  bool ok_ = true;
};

void put_short_string(std::string& out, std::string_view text) {
  text = text.substr(0, 255);
  append_big_endian(out, static_cast<std::uint8_t>(text.size()));
  out += text;
}

}  // namespace

result<basic_properties> decode_properties(bytes_view raw) {
  property_reader in(raw);
  const std::uint16_t flags = in.flags();
  basic_properties p;
  const auto text = [&](property_bit bit, std::optional<std::string>& to) {
    if ((flags & bit) != 0) to = std::string(in.short_string());
  };
  text(content_type, p.content_type);
  text(content_encoding, p.content_encoding);
  if ((flags & headers) != 0) {
    result<field_table> table = decode_table(in.table_content());
    if (!table) return malformed();
    p.headers = std::move(table).value();
  }
  if ((flags & delivery_mode) != 0) p.delivery_mode = in.number<std::uint8_t>();
  if ((flags & priority) != 0) p.priority = in.number<std::uint8_t>();
  text(correlation_id, p.correlation_id);
  text(reply_to, p.reply_to);
  text(expiration, p.expiration);
  text(message_id, p.message_id);
  if ((flags & timestamp) != 0) p.timestamp = in.number<std::int64_t>();
  text(type, p.type);
  text(user_id, p.user_id);
  text(app_id, p.app_id);
  text(cluster_id, p.cluster_id);
  if (!in.done()) return malformed();
  return p;
}

void encode_properties(const basic_properties& p, std::string& out) {
  const std::size_t flags_at = out.size();
  append_big_endian(out, std::uint16_t{0});
  std::uint16_t flags = 0;
  const auto text = [&](property_bit bit, const std::optional<std::string>& from) {
    if (!from) return;
    flags |= bit;
    put_short_string(out, *from);
  };
  const auto number = [&](property_bit bit, const auto& from) {
    if (!from) return;
    flags |= bit;
    append_big_endian(out, *from);
  };
  text(content_type, p.content_type);
  text(content_encoding, p.content_encoding);
  if (p.headers) {
    flags |= headers;
    encode_table(*p.headers, out);
  }
  number(delivery_mode, p.delivery_mode);
  number(priority, p.priority);
  text(correlation_id, p.correlation_id);
  text(reply_to, p.reply_to);
  text(expiration, p.expiration);
  text(message_id, p.message_id);
  number(timestamp, p.timestamp);
  text(type, p.type);
  text(user_id, p.user_id);
  text(app_id, p.app_id);
  text(cluster_id, p.cluster_id);
  store_big_endian(out.data() + flags_at, flags);
}

result<property_scan> scan_properties(bytes_view raw) {
  property_reader in(raw);
  const std::uint16_t flags = in.flags();
  property_scan scan;
  if ((flags & content_type) != 0) (void)in.short_string();
  if ((flags & content_encoding) != 0) (void)in.short_string();
  if ((flags & headers) != 0) {
    scan.has_headers = true;
    scan.headers = in.table_content();
  }
  if ((flags & delivery_mode) != 0) {
    scan.has_delivery_mode = true;
    scan.delivery_mode = in.number<std::uint8_t>();
  }
  if ((flags & priority) != 0) scan.priority = in.number<std::uint8_t>();
  if ((flags & correlation_id) != 0) scan.correlation_id = in.short_string();
  if ((flags & reply_to) != 0) {
    scan.has_reply_to = true;
    scan.reply_to = in.short_string();
  }
  if ((flags & expiration) != 0) {
    scan.has_expiration = true;
    scan.expiration = in.short_string();
  }
  if ((flags & message_id) != 0) scan.message_id = in.short_string();
  if ((flags & timestamp) != 0) scan.timestamp = in.number<std::int64_t>();
  if ((flags & type) != 0) (void)in.short_string();
  if ((flags & user_id) != 0) {
    scan.has_user_id = true;
    scan.user_id = in.short_string();
  }
  if ((flags & app_id) != 0) (void)in.short_string();
  if ((flags & cluster_id) != 0) (void)in.short_string();
  if (!in.done()) return malformed();
  return scan;
}

std::optional<field_value> find_header(bytes_view table, std::string_view name) {
  while (!table.empty()) {
    const std::size_t name_bytes = static_cast<unsigned char>(table.front());
    if (table.size() - 1 < name_bytes) return std::nullopt;
    const bool found = table.substr(1, name_bytes) == name;
    const bytes_view field = table;
    table.remove_prefix(1 + name_bytes);
    if (!skip_field_value(table)) return std::nullopt;
    if (!found) continue;
    auto decoded = decode_table(field.substr(0, field.size() - table.size()));  // a table of this one field
    if (!decoded) return std::nullopt;
    return std::move(decoded->fields.front().second);
  }
  return std::nullopt;
}

}  // namespace warren

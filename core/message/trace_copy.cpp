#include "core/message/trace_copy.hpp"

#include <cstdint>
#include <utility>

#include "core/message/properties.hpp"

namespace warren {
namespace {

constexpr std::size_t longest_key = 255;  // a shortstr

field_value number(std::int64_t n) {
  return n >= INT32_MIN && n <= INT32_MAX ? field_value::int32(static_cast<std::int32_t>(n)) : field_value::int64(n);
}

/// The properties that are set, last one first, as rabbit_trace lists them.
field_table table_of(const basic_properties& p) {
  field_table out;
  const auto text = [&out](const char* name, const std::optional<std::string>& value) {
    if (value) out.set(name, field_value::long_string(*value));
  };
  const auto whole = [&out](const char* name, const auto& value) {
    if (value) out.set(name, number(static_cast<std::int64_t>(*value)));
  };
  text("cluster_id", p.cluster_id);
  text("app_id", p.app_id);
  text("user_id", p.user_id);
  text("type", p.type);
  whole("timestamp", p.timestamp);
  text("message_id", p.message_id);
  text("expiration", p.expiration);
  text("reply_to", p.reply_to);
  text("correlation_id", p.correlation_id);
  whole("priority", p.priority);
  whole("delivery_mode", p.delivery_mode);
  if (p.headers) out.set("headers", field_value::table(*p.headers));
  text("content_encoding", p.content_encoding);
  text("content_type", p.content_type);
  return out;
}

field_array texts(std::span<const std::string> list) {
  field_array out;
  for (const std::string& s : list) out.push_back(field_value::long_string(s));
  return out;
}

void add_cc(const basic_properties& p, field_array& keys) {
  const field_value* cc = p.headers ? p.headers->find("CC") : nullptr;
  const field_array* list = cc == nullptr ? nullptr : cc->array();
  if (list == nullptr) return;
  for (const field_value& key : *list)
    if (const std::string* text = key.string()) keys.push_back(field_value::long_string(*text));
}

field_table what_it_was(const message& original, const basic_properties& properties, field_array keys, const trace_origin& who) {
  field_table out;
  out.set("exchange_name", field_value::long_string(std::string(original.exchange())));
  keys.insert(keys.begin(), field_value::long_string(std::string(original.routing_key())));
  out.set("routing_keys", field_value::array(std::move(keys)));
  out.set("properties", field_value::table(table_of(properties)));
  out.set("node", field_value::long_string(std::string(who.node)));
  return out;
}

void add_origin(field_table& headers, const trace_origin& who) {
  headers.set("vhost", field_value::long_string(std::string(who.vhost)));
  headers.set("connection", field_value::long_string(std::string(who.connection)));
  headers.set("channel", field_value::int32(who.channel));
  headers.set("user", field_value::long_string(std::string(who.user)));
}

message_ref copy_with(const message& original, std::string key, field_table headers, block_builder& builder) {
  if (key.size() > longest_key) key.resize(longest_key);
  basic_properties properties;
  properties.headers = std::move(headers);
  std::string raw;
  encode_properties(properties, raw);
  message_parts parts;
  parts.exchange = trace_exchange;
  parts.routing_key = key;
  parts.properties = raw;
  parts.body = original.body();
  parts.flags = message::has_headers;
  return builder.append(parts);
}

basic_properties decoded(const message& m) {
  auto properties = decode_properties(m.properties());
  return properties ? std::move(*properties) : basic_properties{};
}

}  // namespace

message_ref make_publish_trace(const message& original, std::span<const std::string> extra_keys, const trace_origin& who,
                               std::span<const std::string> queues, block_builder& builder) {
  field_table headers = what_it_was(original, decoded(original), texts(extra_keys), who);
  add_origin(headers, who);
  headers.set("routed_queues", field_value::array(texts(queues)));
  return copy_with(original, "publish." + std::string(original.exchange()), std::move(headers), builder);
}

message_ref make_deliver_trace(const message& original, const trace_origin& who, std::string_view queue, bool redelivered,
                               block_builder& builder) {
  const basic_properties properties = decoded(original);
  field_array keys;
  add_cc(properties, keys);
  field_table headers = what_it_was(original, properties, std::move(keys), who);
  headers.set("redelivered", field_value::int32(redelivered ? 1 : 0));
  add_origin(headers, who);
  return copy_with(original, "deliver." + std::string(queue), std::move(headers), builder);
}

}  // namespace warren

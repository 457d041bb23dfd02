#include "amqp/connection_settings.hpp"

#include <initializer_list>
#include <utility>

namespace warren::amqp {
namespace {

std::string text_of(const field_table& table, std::string_view name) {
  const field_value* v = table.find(name);
  const std::string* text = v == nullptr ? nullptr : v->string();
  return text == nullptr ? std::string() : *text;
}

bool flag_of(const field_table* table, std::string_view name) {
  const field_value* v = table == nullptr ? nullptr : table->find(name);
  const bool* flag = v == nullptr ? nullptr : v->boolean();
  return flag != nullptr && *flag;
}

}  // namespace

field_table make_server_properties(const server_identity& identity) {
  field_table capabilities;
  for (const char* name : {"publisher_confirms", "exchange_exchange_bindings", "basic.nack", "consumer_cancel_notify",
                           "connection.blocked", "consumer_priorities", "authentication_failure_close",
                           "per_consumer_qos", "direct_reply_to"})
    capabilities.fields.emplace_back(name, field_value::boolean(true));
  field_table properties;
  properties.fields.emplace_back("capabilities", field_value::table(std::move(capabilities)));
  const std::initializer_list<std::pair<const char*, const std::string*>> texts{
      {"cluster_name", &identity.cluster_name}, {"copyright", &identity.copyright},
      {"information", &identity.information},   {"platform", &identity.platform},
      {"product", &identity.product},           {"version", &identity.version}};
  for (const auto& [name, text] : texts) properties.fields.emplace_back(name, field_value::long_string(*text));
  return properties;
}

client_identity identify_client(field_table properties, std::string mechanism, std::string locale) {
  client_identity client;
  client.mechanism = std::move(mechanism);
  client.locale = std::move(locale);
  client.connection_name = text_of(properties, "connection_name");
  client.product = text_of(properties, "product");
  if (const std::string version = text_of(properties, "version"); !version.empty()) client.product += " " + version;
  const field_value* value = properties.find("capabilities");
  const field_table* capabilities = value == nullptr ? nullptr : value->table();
  client.authentication_failure_close = flag_of(capabilities, "authentication_failure_close");
  client.connection_blocked = flag_of(capabilities, "connection.blocked");
  client.consumer_cancel_notify = flag_of(capabilities, "consumer_cancel_notify");
  client.basic_nack = flag_of(capabilities, "basic.nack");
  client.publisher_confirms = flag_of(capabilities, "publisher_confirms");
  client.exchange_exchange_bindings = flag_of(capabilities, "exchange_exchange_bindings");
  client.properties = std::move(properties);
  return client;
}

}  // namespace warren::amqp

#include "amqp/sasl.hpp"

#include "core/message/field_table.hpp"

namespace warren::amqp {

std::optional<credentials> parse_plain(bytes_view response) {
  if (!response.starts_with('\0')) return std::nullopt;
  const std::size_t second = response.find('\0', 1);
  if (second == bytes_view::npos || response.find('\0', second + 1) != bytes_view::npos) return std::nullopt;
  return credentials{std::string(response.substr(1, second - 1)), std::string(response.substr(second + 1))};
}

std::optional<credentials> parse_amqplain(bytes_view response) {
  const auto table = decode_table(response);
  if (!table) return std::nullopt;
  const auto text = [&](std::string_view name) {
    const field_value* v = table->find(name);
    return v == nullptr ? nullptr : v->string();
  };
  const std::string *login = text("LOGIN"), *password = text("PASSWORD");
  if (login == nullptr || password == nullptr) return std::nullopt;
  return credentials{*login, *password};
}

std::optional<std::string> parse_cr_demo(bytes_view response) {
  constexpr bytes_view start = "My password is ";
  if (!response.starts_with(start)) return std::nullopt;
  return std::string(response.substr(start.size()));
}

}  // namespace warren::amqp

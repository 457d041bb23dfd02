#pragma once

#include <boost/json/value.hpp>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

namespace warren::actors {

// Arguments and policy definitions between JSON and field tables, with RabbitMQ's choice of types: whole numbers become
// 'l', others 'd', texts 'S', booleans 't', lists 'A', objects 'F', null 'V'.

/// Fails on whole numbers beyond 64 bits with sign; `path` begins the text of the error.
[[nodiscard]] result<field_value> field_from_json(const boost::json::value& json, const std::string& path);
[[nodiscard]] result<field_table> table_from_json(const boost::json::object& json, const std::string& path);

/// Object members in the order of their names, as RabbitMQ exports them. Bytes that are no UTF-8 are taken as Latin-1.
[[nodiscard]] boost::json::value json_from_field(const field_value& value);
[[nodiscard]] boost::json::object json_from_table(const field_table& table);

/// The text itself when it is UTF-8, else its bytes as Latin-1: JSON must be valid whatever a client put into a name.
[[nodiscard]] std::string utf8_text(std::string_view bytes);

}  // namespace warren::actors

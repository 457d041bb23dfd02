#pragma once

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "actors/control/control_result.hpp"

namespace warren::actors {

/// A column of a list command: its name and how its value comes from one item.
template <class Item>
struct column {
  std::string_view name;
  boost::json::value (*value)(const Item&);
};

template <class Item>
using columns = std::vector<const column<Item>*>;

/// `name,messages` and `name messages` are the same to RabbitMQ's tools.
[[nodiscard]] std::vector<std::string> split_columns(std::span<const std::string> arguments);
[[nodiscard]] control_error unsupported_columns(std::vector<std::string> unknown);

/// What the command line asks for, or `defaults`.
template <class Item>
[[nodiscard]] std::variant<columns<Item>, control_error> choose_columns(
    std::span<const std::string> arguments, std::span<const column<Item>> known,
    std::initializer_list<std::string_view> defaults) {
  std::vector<std::string> wanted = split_columns(arguments);
  if (wanted.empty()) wanted.assign(defaults.begin(), defaults.end());
  columns<Item> chosen;
  std::vector<std::string> unknown;
  for (const std::string& name : wanted) {
    const auto i = std::find_if(known.begin(), known.end(), [&](const auto& c) { return c.name == name; });
    if (i == known.end()) {
      unknown.push_back(name);
    } else {
      chosen.push_back(&*i);
    }
  }
  if (!unknown.empty()) return unsupported_columns(std::move(unknown));
  return chosen;
}

template <class Item>
[[nodiscard]] boost::json::object make_row(const columns<Item>& chosen, const Item& item) {
  boost::json::object row;
  row.reserve(chosen.size());
  for (const column<Item>* c : chosen) row[c->name] = c->value(item);
  return row;
}

}  // namespace warren::actors

#pragma once

#include <string>

#include "core/base/result.hpp"
#include "core/message/field_table.hpp"

namespace warren {

/// Values of the components federation-upstream, federation-upstream-set and shovel, with the texts of RabbitMQ's plugins: the whole
/// of `rabbitmqctl`'s, `Validation failed\n\n…\n`. Other components are not looked at.
[[nodiscard]] status validate_parameter(const std::string& component, const std::string& name, const field_value& value);

}  // namespace warren

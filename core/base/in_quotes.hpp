// Names in the broker's sentences stand in single quotes, as RabbitMQ writes them: queue 'orders' in vhost '/'.
#pragma once

#include <string>
#include <string_view>

namespace warren {

inline std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

}  // namespace warren

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace warren::actors {

/// 127.0.0.0/8, ::1 and ::ffff:127.0.0.0/104, as text without a port.
[[nodiscard]] bool is_loopback_address(std::string_view address);

/// `loopback_users`: users in the list may log in only from this machine.
[[nodiscard]] bool may_log_in_from(const std::vector<std::string>& loopback_users, std::string_view user,
                                   std::string_view address);

}  // namespace warren::actors

#pragma once

namespace warren::ctl {

// sysexits.h as RabbitMQ's tools use it; scripts test these.
inline constexpr int exit_ok = 0;
inline constexpr int exit_usage = 64;
inline constexpr int exit_data = 65;
inline constexpr int exit_no_user = 67;
inline constexpr int exit_unavailable = 69;
inline constexpr int exit_software = 70;
inline constexpr int exit_timeout = 75;
inline constexpr int exit_config = 78;

}  // namespace warren::ctl

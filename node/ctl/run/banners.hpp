#pragma once

#include <string>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

// Banners that say different things by option or number of arguments.
[[nodiscard]] std::string rename_banner(const invocation& i);
[[nodiscard]] std::string clear_user_limits_banner(const invocation& i);
[[nodiscard]] std::string list_user_limits_banner(const invocation& i);
[[nodiscard]] std::string list_vhost_limits_banner(const invocation& i);
[[nodiscard]] std::string clear_topic_permissions_banner(const invocation& i);
[[nodiscard]] std::string delete_queue_banner(const invocation& i);
[[nodiscard]] std::string close_all_connections_banner(const invocation& i);
[[nodiscard]] std::string cipher_suites_banner(const invocation& i);
[[nodiscard]] std::string log_stream_banner(const invocation& i);
[[nodiscard]] std::string resolve_banner(const invocation& i);
[[nodiscard]] std::string log_level_banner(const invocation& i);
[[nodiscard]] std::string disk_limit_banner(const invocation& i);
[[nodiscard]] std::string watermark_banner(const invocation& i);
[[nodiscard]] std::string export_banner(const invocation& i);
[[nodiscard]] std::string import_banner(const invocation& i);
[[nodiscard]] std::string feature_flag_banner(const invocation& i);
[[nodiscard]] std::string rebalance_banner(const invocation& i);
[[nodiscard]] std::string list_plugins_banner(const invocation& i);
[[nodiscard]] std::string is_enabled_banner(const invocation& i);

}  // namespace warren::ctl

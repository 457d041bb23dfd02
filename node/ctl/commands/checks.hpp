#pragma once

#include <optional>

#include "node/ctl/model/invocation.hpp"

namespace warren::ctl {

// What is wrong with the arguments of one command or another, before a node is asked: RabbitMQ's texts and exit codes.
[[nodiscard]] std::optional<usage_error> check_user_name(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_node_type(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_pairs(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_node_count(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_queue_type(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_explain(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_unit(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_expression(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_file(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_expiration_unit(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_port(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_address_family(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_disk_limit(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_watermark(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_encoding(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_definitions_format(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_import(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_feature_flag(const invocation& i);
[[nodiscard]] std::optional<usage_error> check_grow(const invocation& i);

}  // namespace warren::ctl

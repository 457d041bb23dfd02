#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "amqp/methods/basic_methods.hpp"
#include "amqp/methods/channel_methods.hpp"
#include "amqp/methods/connection_methods.hpp"
#include "amqp/methods/exchange_methods.hpp"
#include "amqp/methods/queue_methods.hpp"
#include "amqp/wire_error.hpp"
#include "core/base/bytes.hpp"

namespace warren::amqp {

/// Every method of AMQP 0-9-1 as RabbitMQ speaks it.
using method =
    std::variant<connection_start, connection_start_ok, connection_secure, connection_secure_ok, connection_tune,
                 connection_tune_ok, connection_open, connection_open_ok, connection_close, connection_close_ok,
                 connection_blocked, connection_unblocked, connection_update_secret, connection_update_secret_ok,
                 channel_open, channel_open_ok, channel_flow, channel_flow_ok, channel_close, channel_close_ok,
                 access_request, access_request_ok, confirm_select, confirm_select_ok, tx_select, tx_select_ok,
                 tx_commit, tx_commit_ok, tx_rollback, tx_rollback_ok, exchange_declare, exchange_declare_ok,
                 exchange_delete, exchange_delete_ok, exchange_bind, exchange_bind_ok, exchange_unbind,
                 exchange_unbind_ok, queue_declare, queue_declare_ok, queue_bind, queue_bind_ok, queue_purge,
                 queue_purge_ok, queue_delete, queue_delete_ok, queue_unbind, queue_unbind_ok, basic_qos, basic_qos_ok,
                 basic_consume, basic_consume_ok, basic_cancel, basic_cancel_ok, basic_publish, basic_return,
                 basic_deliver, basic_get, basic_get_ok, basic_get_empty, basic_ack, basic_reject, basic_recover_async,
                 basic_recover, basic_recover_ok, basic_nack>;

/// Decodes a method frame's payload (class id, method id, arguments). Errors, as amqp.md has them:
///  - arguments cut short or too long: connection 501 `cannot decode <<0,0,32,97,98,99>>`, class and method set;
///  - a shortstr that is not UTF-8: connection 501 `Malformed UTF-8 in shortstr`, class/method 0/0;
///  - an unknown class or method, a malformed table: ending silent, the socket closes without a close method.
[[nodiscard]] wire_result<method> decode_method(bytes_view payload);

/// Appends the payload of a method frame: class id, method id, arguments. A shortstr beyond 255 bytes is cut.
void encode_method(const method& m, std::string& out);

[[nodiscard]] method_id id_of(const method& m);
[[nodiscard]] std::string_view method_name(method_id id);  ///< `basic.publish`; empty when unknown

}  // namespace warren::amqp

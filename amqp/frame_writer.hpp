#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "amqp/frame.hpp"
#include "amqp/methods/method.hpp"
#include "amqp/output_batch.hpp"
#include "core/message/message.hpp"

// Everything the server sends, as frames at the end of an output_batch. `frame_max` is the negotiated one; 0 =
// unlimited.
namespace warren::amqp {

void append_protocol_header(output_batch& out);  ///< `AMQP 0 0 9 1`
void append_heartbeat(output_batch& out);
void append_method(output_batch& out, std::uint16_t channel, const method& m);

/// Hot ones, without a method in between.
void append_ack(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool multiple);
void append_nack(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool multiple, bool requeue);

/// The start of every basic.deliver to one consumer, encoded once.
class delivery_template {
 public:
  delivery_template(std::uint16_t channel, std::string_view consumer_tag);

 private:
  friend void append_delivery(output_batch&, const delivery_template&, std::uint64_t, bool, const message_ref&,
                              std::uint32_t);
  std::string prefix_;  ///< frame header with the size of an empty rest, class, method, consumer tag
};

/// basic.deliver, content header (properties as they came) and body. Bodies above output_batch::copy_body_bytes are
/// referenced, not copied.
void append_delivery(output_batch& out, const delivery_template& consumer, std::uint64_t delivery_tag, bool redelivered,
                     const message_ref& content, std::uint32_t frame_max);

/// basic.get-ok with its content.
void append_get_ok(output_batch& out, std::uint16_t channel, std::uint64_t delivery_tag, bool redelivered,
                   const message_ref& content, std::uint32_t message_count, std::uint32_t frame_max);

/// basic.return with its content: `reply_text` is the whole text, `NO_ROUTE`.
void append_return(output_batch& out, std::uint16_t channel, reply_code code, std::string_view reply_text,
                   const message_ref& content, std::uint32_t frame_max);

/// Bytes that append_delivery will add, for credit and for sizing turns.
[[nodiscard]] std::size_t delivery_bytes(const message& m, std::size_t consumer_tag_bytes, std::uint32_t frame_max);

}  // namespace warren::amqp

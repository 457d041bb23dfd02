#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "amqp/frame.hpp"
#include "amqp/methods/method.hpp"
#include "core/message/message.hpp"

namespace warren::amqp {

inline constexpr std::uint64_t default_max_message_bytes = 134'217'728;  ///< RabbitMQ's max_message_size, 128 MiB

/// Which of RabbitMQ's checks of basic.publish a content fails. They are listed in its order; between them the channel
/// makes its own: immediate, [size], permission, exchange, internal, topic permission, [properties], direct reply-to,
/// user_id, [expiration], [delivery_mode], CC/BCC.
enum class publish_check : std::uint8_t { size, properties, expiration, delivery_mode };

struct publish_fault {
  publish_check check;
  wire_error why;  ///< 60/40, or 541 with 0/0 for properties that cannot be decoded
};

/// A whole basic.publish. `content` is never null; after a fault of `size` its body is empty, after one of `properties`
/// they are as they came and must not be decoded or delivered.
struct publish {
  message_ref content;
  bool mandatory = false, immediate = false;
  std::unique_ptr<publish_fault> fault;  ///< to be raised by the channel in its turn; null for nearly all
};

/// What a frame completed. Kept by the connection and reused, so that channels stay small.
struct assembled {
  method received;     ///< after step::method
  publish published;   ///< after step::publish
  wire_error failure;  ///< after step::failed
};

/// One channel's frames become methods and publishes: `method (header body*)?`. A publish is written straight into its
/// final form, a record in a block (one copy); a body that is announced larger than eager_body_bytes is collected in a
/// buffer that grows as it arrives, so that an announcement costs no memory.
///
///     idle ──basic.publish──▶ header ──content header──▶ body ──last body frame──▶ idle
class content_assembler {
 public:
  enum class step : std::uint8_t { more, method, publish, failed };
  static constexpr std::uint64_t eager_body_bytes = 128 * 1024;

  explicit content_assembler(block_builder& builder, std::uint64_t max_message_bytes = default_max_message_bytes)
      : builder_(&builder), max_message_bytes_(max_message_bytes) {}

  /// Nothing of `f` is referred to afterwards. After `failed` the connection has to end as failure.how says.
  step feed(const frame& f, assembled& out) {
    bytes_view nothing;
    return feed(f, nothing, out);
  }
  /// The same, with the input behind `f`: when the rest of a small content lies there whole (as it does for nearly all
  /// small messages), it is taken off `following` at once, at half the cost. Only while the connection is running.
  step feed(const frame& f, bytes_view& following, assembled& out);

  /// False in the middle of a content.
  [[nodiscard]] bool idle() const { return state_ == state::idle; }

 private:
  enum class state : std::uint8_t { idle, header, body, swallow };
  struct free_memory {
    void operator()(char* p) const { std::free(p); }
  };

  step feed_method(const frame& f, bytes_view& following, assembled& out);
  step feed_header(const frame& f, assembled& out);
  step feed_body(const frame& f, assembled& out);
  step begin_publish(const frame& f, bytes_view& following, assembled& out);
  bool take_small_content(std::uint16_t channel, bytes_view& following, bytes_view exchange, bytes_view routing_key);
  step complete(assembled& out);
  bool collect(bytes_view part);
  void scan(message_parts& parts);

  block_builder* builder_;
  std::uint64_t max_message_bytes_;
  state state_ = state::idle;
  bool mandatory_ = false, immediate_ = false;
  std::uint8_t exchange_bytes_ = 0;
  std::uint64_t remaining_ = 0;  ///< body bytes to come
  std::string names_;            ///< exchange, then routing key, of the current content
  message_ref content_;          ///< being filled; unshared
  char* body_ = nullptr;         ///< where the next body byte goes: in content_, or null when collecting
  std::unique_ptr<publish_fault> fault_;

  struct collection {     ///< of a large body
    message_parts parts;  ///< what scan() found; its views are renewed at the end
    std::string properties;
    std::unique_ptr<char, free_memory> bytes;
    std::size_t size = 0, capacity = 0, whole = 0;
  };
  std::unique_ptr<collection> large_;
};

}  // namespace warren::amqp

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>

#include "core/base/assert.hpp"
#include "core/base/result.hpp"

namespace warren::amqp {

/// How long the server leaves a peer that it does not trust waiting before it drops the socket (RabbitMQ's
/// SILENT_CLOSE_DELAY).
inline constexpr std::uint32_t silent_close_delay_ms = 3000;

/// What a peer did wrong on the wire, and how its connection or channel has to end.
struct wire_error {
  enum class ending : std::uint8_t {
    close,   ///< a close method (channel.close when the code is soft and a channel is concerned), then its close-ok
    fatal,   ///< connection.close, then the socket after silent_close_delay_ms: the byte stream cannot be trusted any
             ///< more
    silent,  ///< the socket at once, without a close method
    silent_delayed,  ///< the socket after silent_close_delay_ms, without a close method
  };

  error what;
  std::uint16_t class_id = 0;  ///< of the failing method; 0/0 when the error did not come from a method
  std::uint16_t method_id = 0;
  ending how = ending::close;

  friend bool operator==(const wire_error&, const wire_error&) = default;
};

/// reply_text() cut to what a shortstr holds, as RabbitMQ cuts it: 252 bytes and "...".
[[nodiscard]] std::string close_text(const error& e);

/// A value or a wire_error.
template <class T>
class [[nodiscard]] wire_result {
 public:
  wire_result(T value) : state_(std::in_place_index<0>, std::move(value)) {}               // NOLINT: implicit by design
  wire_result(wire_error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] T& value() {
    WARREN_ENSURE(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const {
    WARREN_ENSURE(ok());
    return *std::get_if<0>(&state_);
  }
  T& operator*() { return value(); }
  T* operator->() { return &value(); }
  [[nodiscard]] const wire_error& failure() const {
    WARREN_ENSURE(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, wire_error> state_;
};

}  // namespace warren::amqp

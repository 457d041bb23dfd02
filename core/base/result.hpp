#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/assert.hpp"
#include "core/base/reply_code.hpp"

namespace warren {

/// A user's or peer's mistake, or an expected failure: an AMQP reply code and the explanation behind `CODE_NAME - `.
struct error {
  reply_code code = reply_code::internal_error;
  std::string text;  ///< without the `CODE_NAME - ` prefix; reply_text() adds it

  friend bool operator==(const error&, const error&) = default;
};

/// `NOT_FOUND - no queue 'q' in vhost '/'`: the reply-text of a close method.
[[nodiscard]] std::string reply_text(const error&);

struct [[nodiscard]] success {};

/// A value or an error. No exceptions cross core, amqp or storage.
template <class T>
class [[nodiscard]] result {
 public:
  result(T value) : state_(std::in_place_index<0>, std::move(value)) {}          // NOLINT: implicit by design
  result(error failure) : state_(std::in_place_index<1>, std::move(failure)) {}  // NOLINT: implicit by design

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  [[nodiscard]] T& value() & {
    WARREN_ENSURE(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] const T& value() const& {
    WARREN_ENSURE(ok());
    return *std::get_if<0>(&state_);
  }
  [[nodiscard]] T&& value() && {
    WARREN_ENSURE(ok());
    return std::move(*std::get_if<0>(&state_));
  }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  [[nodiscard]] const error& failure() const {
    WARREN_ENSURE(!ok());
    return *std::get_if<1>(&state_);
  }

 private:
  std::variant<T, error> state_;
};

using status = result<success>;

inline error fail(reply_code code, std::string text) { return error{code, std::move(text)}; }

}  // namespace warren

#pragma once

#include <cstdint>
#include <string>

#include "core/base/bytes.hpp"

namespace warren::distribution {

/// Reads big-endian fields from a peer's bytes. Past their end everything is zero or empty and ok() is false: one check
/// at the end.
class byte_reader {
 public:
  explicit byte_reader(bytes_view bytes) : rest_(bytes) {}

  template <class T>
  [[nodiscard]] T number() {
    const bytes_view field = bytes(sizeof(T));
    if (field.empty()) return 0;
    if constexpr (sizeof(T) == 1)
      return static_cast<T>(field[0]);
    else
      return load_big_endian<T>(field.data());
  }
  [[nodiscard]] bytes_view bytes(std::size_t n) {
    if (n > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const bytes_view field = rest_.substr(0, n);
    rest_.remove_prefix(n);
    return field;
  }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool at_end() const { return ok_ && rest_.empty(); }
  [[nodiscard]] bytes_view rest() const { return rest_; }

 private:
  bytes_view rest_;
  bool ok_ = true;
};

template <class T>
void append_number(std::string& to, T v) {
  char bytes[sizeof(T)];
  if constexpr (sizeof(T) == 1)
    bytes[0] = static_cast<char>(v);
  else
    store_big_endian(bytes, v);
  to.append(bytes, sizeof bytes);
}

}  // namespace warren::distribution

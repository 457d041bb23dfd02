#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <variant>

#include "actors/remote/wire/frames.hpp"

namespace warren::actors::wire {

/// Records above this travel in parts and have a block of their own at the other end; smaller ones lie together in blocks of
/// about this size.
inline constexpr std::size_t batch_bytes = 64 * 1024;
/// What fill() is given at least: room for any frame.
inline constexpr std::size_t smallest_fill_bytes = 160 * 1024;

enum class frame_kind : std::uint8_t { whole = 1, begin = 2, part = 3 };

/// Frames that wait to be sent. Messages wait as references and are copied, once, when there is room for them.
///
///     | size 4 | whole 1 | type 1 | fields…                                                    |
///     | size 4 | whole 1 | type 1 | head… | count 4 | entries… | records, as they lie in blocks |
///     | size 4 | begin 1 | type 1 | head… | count 4 = 1 | entry | record bytes 4               |   a large message:
///     | size 4 | part  1 | bytes of the record                                                 | × n
class frame_writer {
 public:
  void add(frame f);

  /// Appends whole frames to `out` as long as they fit into `limit` bytes of it.
  void fill(std::string& out, std::size_t limit);

  [[nodiscard]] bool empty() const { return waiting_.empty(); }
  /// Of messages that wait: record bytes.
  [[nodiscard]] std::uint64_t waiting_bytes() const { return waiting_bytes_; }

 private:
  template <class F>
  bool fill_with(F& f, std::string& out, std::size_t limit);
  template <class F>
  bool fill_large(F& f, std::string& out, std::size_t limit);
  template <class F>
  void let_go(F& f, std::size_t i);
  std::string& tail();

  using waiting = std::variant<std::string, publish, deliver, got, reply>;  ///< texts: frames ready to be sent
  std::deque<waiting> waiting_;
  std::size_t next_item_ = 0;    ///< of waiting_.front(), when it carries messages
  std::size_t large_bytes_ = 0;  ///< of that item, when it is large and begun: bytes written
  bool large_begun_ = false;
  std::uint64_t waiting_bytes_ = 0;
};

}  // namespace warren::actors::wire

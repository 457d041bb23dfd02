#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "actors/remote/wire/frames.hpp"
#include "core/base/result.hpp"

namespace warren::actors::wire {

/// The other end of frame_writer: whole frames in, values out. Bytes of a peer are parsed, never trusted: what does not add up
/// is a failure, and nothing is allocated beyond what its bytes can pay for, but for a large message's block.
class frame_reader {
 public:
  /// No message is larger: bodies are 512 MiB at most, and have names and properties beside them.
  static constexpr std::uint32_t largest_record_bytes = (512u << 20) + (2u << 20);

  frame_reader() = default;
  frame_reader(const frame_reader&) = delete;
  frame_reader& operator=(const frame_reader&) = delete;
  ~frame_reader() { forget_large(); }

  /// Appends what `in` completes. Batches that follow one another become one. After a failure the stream is worth nothing.
  [[nodiscard]] status read(bytes_view in, std::vector<frame>& out);

 private:
  [[nodiscard]] status read_frame(bytes_view in, std::vector<frame>& out);
  [[nodiscard]] bool read_whole(std::uint8_t type, bytes_view in, std::vector<frame>& out);
  [[nodiscard]] bool read_begin(std::uint8_t type, bytes_view in);
  [[nodiscard]] bool read_part(bytes_view in, std::vector<frame>& out);
  void forget_large();

  frame large_;            ///< the frame that a large message belongs to
  block* into_ = nullptr;  ///< where its record is collected
  std::uint32_t large_bytes_ = 0, collected_ = 0;
};

}  // namespace warren::actors::wire

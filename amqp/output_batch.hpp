#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "core/base/bytes.hpp"
#include "core/message/message.hpp"

namespace warren::amqp {

/// Bytes on their way to one socket: owned bytes, and between them bodies that are referenced where they lie in a
/// block. Filled by frame_writer.hpp, drained by gathered writes:
///
///     owned     aaaaaaaaaaaa|bbbbbbb|ccccc...
///     bodies                1       2            gathered: aaaaaaaaaaaa 1 bbbbbbb 2 ccccc...
///
/// Views from gather() are good until the next append or consume.
class output_batch {
 public:
  struct segment {
    const char* data;
    std::size_t size;
  };
  /// A body above this many bytes is referenced, a smaller one copied: a segment costs more than copying so much.
  static constexpr std::size_t copy_body_bytes = 4096;

  output_batch() = default;
  output_batch(output_batch&&) noexcept = default;
  output_batch& operator=(output_batch&&) noexcept = default;

  [[nodiscard]] std::size_t total_bytes() const { return total_; }  ///< not yet consumed
  [[nodiscard]] bool empty() const { return total_ == 0; }

  /// Room for `bytes` more owned bytes, all of which the caller must write.
  [[nodiscard]] char* grow(std::size_t bytes) {
    if (capacity_ - size_ < bytes) [[unlikely]]
      reserve_more(bytes);
    char* at = owned_.get() + size_;
    size_ += bytes;
    total_ += bytes;
    return at;
  }
  void append(bytes_view bytes) {
    if (!bytes.empty()) std::memcpy(grow(bytes.size()), bytes.data(), bytes.size());
  }
  /// The bytes stay where they are, kept alive by `owner`.
  void append_reference(message_ref owner, bytes_view bytes);

  /// The first segments, at most `max`; returns how many were written to `out`.
  [[nodiscard]] std::size_t gather(segment* out, std::size_t max) const;
  /// The first `bytes` have been sent. Bodies that are done with are let go.
  void consume(std::size_t bytes);

  /// Gives memory back; call on a connection that has nothing to send. Does nothing while bytes wait.
  void release_memory();

 private:
  struct reference {
    std::size_t at;  ///< stands before owned byte `at`
    message_ref owner;
    bytes_view bytes;
  };
  struct free_memory {
    void operator()(char* p) const { std::free(p); }
  };

  void reserve_more(std::size_t bytes);
  void reset();

  std::unique_ptr<char, free_memory> owned_;
  std::size_t size_ = 0, capacity_ = 0;
  std::size_t sent_ = 0;  ///< owned bytes consumed
  std::size_t total_ = 0;
  std::vector<reference> bodies_;
  std::size_t bodies_sent_ = 0;  ///< references consumed wholly
};

}  // namespace warren::amqp

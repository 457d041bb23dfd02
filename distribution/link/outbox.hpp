#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>

#include "distribution/wire/batch.hpp"

namespace warren::distribution {

/// What waits to be sent over one link, by service, and how much may be under way. Pure; its owner locks it.
///
/// - A batch holds up to 64 KiB, or one larger message: many small messages cost one envelope, and a heartbeat, which
/// is seen only
///   between whole payloads, never waits for more than one message.
/// - Services take turns of up to 64 KiB, so a long transfer of one delays the others by one turn each.
/// - The window: at most window_bytes that the peer has not acknowledged, so that BASP's send buffer, which never
/// shrinks, and the
///   peer's mailbox stay small. One message may exceed it when nothing else is under way.
class outbox {
 public:
  static constexpr std::size_t services = 64;
  static constexpr std::size_t batch_bytes = 64 * 1024;
  static constexpr std::uint64_t default_window_bytes = 2 * 1024 * 1024;

  explicit outbox(std::uint64_t window_bytes = default_window_bytes) : window_bytes_(window_bytes) {}

  void push(std::uint16_t service, std::string bytes);
  /// The next batch, or "" when nothing waits or the window is full.
  [[nodiscard]] std::string next_batch();
  /// All that the peer says to have taken since the link began. False: more than was ever sent, or less than before.
  [[nodiscard]] bool acknowledged(std::uint64_t taken_bytes);

  [[nodiscard]] std::uint64_t in_flight_bytes() const { return sent_bytes_ - taken_bytes_; }
  [[nodiscard]] std::uint64_t queued_bytes() const { return queued_bytes_; }
  [[nodiscard]] std::uint64_t sent_messages() const { return sent_messages_; }
  [[nodiscard]] std::uint64_t sent_bytes() const { return sent_bytes_; }

 private:
  [[nodiscard]] std::size_t next_turn(std::size_t after) const;
  [[nodiscard]] std::size_t first_bytes(std::size_t service) const {
    return frame_header_bytes + waiting_[service].front().size();
  }

  std::array<std::deque<std::string>, services> waiting_;
  std::uint64_t busy_ = 0;  ///< bit per service that has something
  std::size_t turn_ = 0;    ///< whose turn it is
  std::size_t turn_used_ = 0;
  std::uint64_t window_bytes_;
  std::uint64_t queued_bytes_ = 0;
  std::uint64_t sent_bytes_ = 0;
  std::uint64_t sent_messages_ = 0;
  std::uint64_t taken_bytes_ = 0;
};

/// The receiver's side of the window. Pure.
class inbox {
 public:
  explicit inbox(std::uint64_t window_bytes = outbox::default_window_bytes) : every_(window_bytes / 8) {}

  void took(std::size_t message_bytes) {
    taken_ += frame_header_bytes + message_bytes;
    ++messages_;
  }
  /// Enough for an acknowledgement of its own, if no batch is about to take it along.
  [[nodiscard]] bool ack_is_due() const { return taken_ - told_ >= every_; }
  [[nodiscard]] bool has_news() const { return taken_ != told_; }
  [[nodiscard]] std::uint64_t acknowledge() { return told_ = taken_; }
  [[nodiscard]] std::uint64_t taken_bytes() const { return taken_; }
  [[nodiscard]] std::uint64_t messages() const { return messages_; }

 private:
  std::uint64_t every_;
  std::uint64_t taken_ = 0, told_ = 0, messages_ = 0;
};

}  // namespace warren::distribution

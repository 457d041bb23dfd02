#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.hpp"

namespace warren {

/// When publishers get back the credit that a queue owes them. A publisher is faster than a consumer (a delivery costs
/// more than a publish), so without this a backlog grows to the memory limit as soon as both work at full speed, and
/// every message then travels over the disk. While consumers take messages briskly, credit waits until they are close
/// behind, as RabbitMQ's queues prefer consumers to publishers (rabbit_amqqueue_process:consumer_bias).
///
/// It never makes publishers wait for a slow consumer: what is not brisk does not count, and no credit waits longer
/// than longest_hold_ms. Only deliveries that need no acknowledgement count, because an acknowledgement may have to be
/// read from the very socket that waits.
class publish_pace {
 public:
  static constexpr std::uint64_t calm_bytes = 2u << 20;     ///< of backlog: nobody waits
  static constexpr std::uint64_t brisk_bytes = 512u << 10;  ///< delivered within an interval
  static constexpr time_ms interval_ms = 25;
  static constexpr time_ms longest_hold_ms = 100;

  void delivered_no_ack(std::uint64_t bytes, time_ms now) {
    if (now - interval_began_ >= interval_ms || now < interval_began_) {
      interval_began_ = now;
      in_interval_ = 0;
    }
    in_interval_ += bytes;
    if (in_interval_ >= brisk_bytes) brisk_until_ = now + 2 * interval_ms;
  }

  /// Asked when there is credit to give. When true, ask again after a delivery, and at again_at() at the latest.
  [[nodiscard]] bool holds(std::uint64_t backlog_bytes, time_ms now) {
    if (backlog_bytes <= calm_bytes || now >= brisk_until_) {
      held_until_.reset();
      return false;
    }
    if (!held_until_) held_until_ = now + longest_hold_ms;
    if (now < *held_until_) return true;
    held_until_.reset();
    return false;
  }
  [[nodiscard]] std::optional<time_ms> again_at() const {
    if (!held_until_) return std::nullopt;
    return brisk_until_ < *held_until_ ? brisk_until_ : *held_until_;
  }

 private:
  time_ms interval_began_ = 0;
  time_ms brisk_until_ = 0;
  std::uint64_t in_interval_ = 0;
  std::optional<time_ms> held_until_;
};

}  // namespace warren

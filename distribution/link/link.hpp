#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "distribution/link/outbox.hpp"
#include "distribution/net/descriptor.hpp"

namespace warren::distribution {

/// What can be asked about a link. Bytes are those of messages and their frame headers.
struct link_info {
  std::string peer;
  std::uint64_t number = 0;
  std::string address;
  bool dialled = false;  ///< by this node
  bool encrypted = false;
  std::chrono::system_clock::time_point since;
  std::uint64_t messages_in = 0, messages_out = 0;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  std::uint64_t in_flight_bytes = 0;  ///< sent and not acknowledged
  std::uint64_t queued_bytes = 0;     ///< waiting for the window
};

/// One connection to one peer. Thread-safe: senders push, the gateway takes out.
class link {
 public:
  link(std::string peer, std::uint64_t number, std::uint64_t token, std::string address, bool dialled, bool encrypted)
      : peer_(std::move(peer)),
        number_(number),
        token_(token),
        address_(std::move(address)),
        dialled_(dialled),
        encrypted_(encrypted) {}

  [[nodiscard]] const std::string& peer() const { return peer_; }
  [[nodiscard]] std::uint64_t number() const { return number_; }
  [[nodiscard]] std::uint64_t token() const { return token_; }
  [[nodiscard]] bool dialled() const { return dialled_; }

  /// True: the gateway has to be told (it has not been since it last looked).
  [[nodiscard]] bool push(std::uint16_t service, std::string bytes) {
    const std::lock_guard lock(mutex_);
    out_.push(service, std::move(bytes));
    return !std::exchange(flush_asked_, true);
  }
  /// For the gateway: the next batch, with an acknowledgement when one is owed. "" = nothing to send (now).
  [[nodiscard]] std::string next_batch() {
    const std::lock_guard lock(mutex_);
    std::string batch = out_.next_batch();
    if (batch.empty()) flush_asked_ = false;
    if ((!batch.empty() && in_.has_news()) || in_.ack_is_due()) append_ack(batch, in_.acknowledge());
    return batch;
  }
  [[nodiscard]] bool acknowledged(std::uint64_t bytes) {
    const std::lock_guard lock(mutex_);
    return out_.acknowledged(bytes);
  }
  void took(std::size_t message_bytes) {
    const std::lock_guard lock(mutex_);
    in_.took(message_bytes);
  }
  [[nodiscard]] link_info info() const {
    const std::lock_guard lock(mutex_);
    return {peer_,
            number_,
            address_,
            dialled_,
            encrypted_,
            since_,
            in_.messages(),
            out_.sent_messages(),
            in_.taken_bytes(),
            out_.sent_bytes(),
            out_.in_flight_bytes(),
            out_.queued_bytes()};
  }

  /// Keeps a second descriptor of the connection, with which to end it whoever holds the first.
  void arm(descriptor killer) {
    const std::lock_guard lock(mutex_);
    killer_ = std::move(killer);
  }
  void cut() {
    const std::lock_guard lock(mutex_);
    killer_.shut_down();
    killer_.close();
  }

 private:
  const std::string peer_;
  const std::uint64_t number_;
  const std::uint64_t token_;
  const std::string address_;
  const bool dialled_, encrypted_;
  const std::chrono::system_clock::time_point since_ = std::chrono::system_clock::now();
  mutable std::mutex mutex_;
  outbox out_;
  inbox in_;
  bool flush_asked_ = false;
  descriptor killer_;
};

}  // namespace warren::distribution

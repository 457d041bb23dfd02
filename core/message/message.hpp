#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

#include "core/base/bytes.hpp"

namespace warren {

/// One published message as it lies in a block, in the log and in a segment: this header, then the exchange name, the
/// routing key, the raw content-header properties (flags word first, as on the wire) and the body, padded to 8 bytes.
///
///     0        4        8        12       16                24  25  26  27  28        32
///     | offset | record | body   | props  | expiration_ms    |xl |kl |pri|flg| frames  | exchange key props body pad
///
/// `block_offset` is the distance to the start of the block that holds it; it is rewritten when a record is loaded.
struct message {
  static constexpr std::uint64_t no_expiration = ~std::uint64_t{0};
  enum flag : std::uint8_t { persistent = 1, has_headers = 2, has_expiration = 4, has_user_id = 8, has_reply_to = 16 };

  std::uint32_t block_offset;      ///< bytes from the start of the block's payload to this header
  std::uint32_t record_bytes;      ///< header, names, properties, body and padding
  std::uint32_t body_bytes;
  std::uint32_t properties_bytes;
  std::uint64_t expiration_ms;     ///< the `expiration` property, relative; no_expiration when absent
  std::uint8_t exchange_bytes;
  std::uint8_t routing_key_bytes;
  std::uint8_t priority;           ///< the `priority` property; 0 when absent
  std::uint8_t flags;
  std::uint32_t reserved;

  [[nodiscard]] const char* data() const { return reinterpret_cast<const char*>(this + 1); }
  [[nodiscard]] std::string_view exchange() const { return {data(), exchange_bytes}; }
  [[nodiscard]] std::string_view routing_key() const { return {data() + exchange_bytes, routing_key_bytes}; }
  [[nodiscard]] bytes_view properties() const { return {data() + exchange_bytes + routing_key_bytes, properties_bytes}; }
  [[nodiscard]] bytes_view body() const {
    return {data() + exchange_bytes + routing_key_bytes + properties_bytes, body_bytes};
  }
  [[nodiscard]] bool is(flag f) const { return (flags & f) != 0; }

  /// Bytes of a record with these parts, header and padding included. The sum must fit 32 bits (bodies are ≤ 512 MiB).
  [[nodiscard]] static std::size_t bytes_for(std::size_t exchange, std::size_t key, std::size_t properties, std::size_t body) {
    return (sizeof(message) + exchange + key + properties + body + 7) & ~std::size_t{7};
  }
};
static_assert(sizeof(message) == 32);

/// A reference-counted buffer of messages lying back to back: what one socket read, or one load from disk, brought.
/// Filled by one thread through block_builder, immutable afterwards. Freed when its last message_ref goes.
class block {
 public:
  [[nodiscard]] char* payload() { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::uint32_t capacity() const { return capacity_; }

  [[nodiscard]] static block* allocate(std::uint32_t capacity_bytes);  ///< with one reference, the caller's
  void add_references(std::uint32_t n) { references_.fetch_add(n, std::memory_order_relaxed); }
  void release(std::uint32_t n = 1) {
    if (references_.fetch_sub(n, std::memory_order_acq_rel) == n) free(this);
  }

 private:
  explicit block(std::uint32_t capacity) : references_(1), capacity_(capacity) {}
  static void free(block*);

  std::atomic<std::uint32_t> references_;
  std::uint32_t capacity_;
};
static_assert(sizeof(block) == 8);

/// Shared ownership of one message in a block: 8 bytes, an atomic increment to copy, nothing to move.
class message_ref {
 public:
  message_ref() = default;
  message_ref(const message_ref& other) : message_(other.message_) {
    if (message_) owner()->add_references(1);
  }
  message_ref(message_ref&& other) noexcept : message_(std::exchange(other.message_, nullptr)) {}
  message_ref& operator=(message_ref other) noexcept {
    std::swap(message_, other.message_);
    return *this;
  }
  ~message_ref() {
    if (message_) owner()->release();
  }

  /// Takes over a reference that the caller holds already.
  static message_ref adopt(const message* m) {
    message_ref r;
    r.message_ = m;
    return r;
  }
  [[nodiscard]] const message* release_ownership() { return std::exchange(message_, nullptr); }

  explicit operator bool() const { return message_ != nullptr; }
  const message* operator->() const { return message_; }
  const message& operator*() const { return *message_; }
  [[nodiscard]] const message* get() const { return message_; }

 private:
  [[nodiscard]] block* owner() const {
    return reinterpret_cast<block*>(reinterpret_cast<char*>(const_cast<message*>(message_)) - message_->block_offset) - 1;
  }
  const message* message_ = nullptr;
};

/// What a new message consists of. Views are copied by block_builder::append.
struct message_parts {
  std::string_view exchange = {};
  std::string_view routing_key = {};
  bytes_view properties = {};  ///< raw: flags word(s) and property list, as in a content header
  bytes_view body = {};
  std::uint64_t expiration_ms = message::no_expiration;
  std::uint8_t priority = 0;
  std::uint8_t flags = 0;
};

/// Fills blocks. Messages appended one after another lie adjacent in one block while it has room; a message larger than
/// the block size gets a block of its own.
class block_builder {
 public:
  explicit block_builder(std::uint32_t block_bytes = 64 * 1024) : block_bytes_(block_bytes) {}
  block_builder(const block_builder&) = delete;
  block_builder& operator=(const block_builder&) = delete;
  ~block_builder() { finish(); }

  [[nodiscard]] message_ref append(const message_parts& parts);

  /// Reserves a record whose body of `body_bytes` the caller writes through `body_out` before the ref is shared.
  [[nodiscard]] message_ref append_without_body(const message_parts& parts, std::uint32_t body_bytes, char*& body_out);

  /// Gives up the current block (what is referenced in it stays). Call when a batch ends, so that idle channels hold none.
  void finish();

 private:
  std::uint32_t block_bytes_;
  block* current_ = nullptr;
  std::uint32_t used_ = 0;
  std::uint32_t spare_references_ = 0;  ///< of current_, ours, for messages to come
};

/// Adopts `payload_bytes` of records that were copied to `b->payload()` (from a segment or the log), rewrites their
/// block offsets, and calls `each(message_ref)` in order. Returns the number of messages, or -1 when lengths do not add up.
template <class F>
std::int64_t adopt_records(block* b, std::uint32_t payload_bytes, F&& each) {
  std::uint32_t at = 0;
  std::int64_t count = 0;
  while (at < payload_bytes) {
    if (payload_bytes - at < sizeof(message)) return -1;
    auto* m = reinterpret_cast<message*>(b->payload() + at);
    const std::uint64_t wanted = std::uint64_t{sizeof(message)} + m->exchange_bytes + m->routing_key_bytes +
                                 m->properties_bytes + m->body_bytes;
    if (m->record_bytes < wanted || m->record_bytes % 8 != 0 || m->record_bytes > payload_bytes - at) return -1;
    m->block_offset = at;
    b->add_references(1);
    each(message_ref::adopt(m));
    at += m->record_bytes;
    ++count;
  }
  return count;
}

}  // namespace warren

#include "core/message/message.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

#include "core/base/assert.hpp"

namespace warren {

block* block::allocate(std::uint32_t capacity_bytes) {
  void* memory = std::malloc(sizeof(block) + capacity_bytes);
  if (memory == nullptr) throw std::bad_alloc();
  return new (memory) block(capacity_bytes);
}

void block::free(block* b) {
  b->~block();
  std::free(b);
}

message_ref block_builder::append(const message_parts& parts) {
  char* body = nullptr;
  message_ref ref = append_without_body(parts, static_cast<std::uint32_t>(parts.body.size()), body);
  copy_bytes(body, parts.body);
  return ref;
}

message_ref block_builder::append_without_body(const message_parts& parts, std::uint32_t body_bytes, char*& body_out) {
  const std::size_t bytes =
      message::bytes_for(parts.exchange.size(), parts.routing_key.size(), parts.properties.size(), body_bytes);
  WARREN_ENSURE(bytes <= 0x7fffffff && parts.exchange.size() < 256 && parts.routing_key.size() < 256);
  block* home = current_;
  std::uint32_t at = used_;
  if (bytes > block_bytes_ / 2) {  // a large message has a block of its own: it neither wastes nor pins its neighbours
    home = block::allocate(static_cast<std::uint32_t>(bytes));
    at = 0;
  } else if (current_ == nullptr || current_->capacity() - used_ < bytes) {
    finish();
    home = current_ = block::allocate(block_bytes_);
    // References for as many messages as can fit, taken at once: an atomic operation per message would cost more than
    // copying a small one. finish() returns those not given out.
    spare_references_ = block_bytes_ / sizeof(message);
    home->add_references(spare_references_);
    at = 0;
  }
  if (home == current_) {
    used_ = at + static_cast<std::uint32_t>(bytes);
    --spare_references_;
  }
  auto* m = new (home->payload() + at) message;
  m->block_offset = at;
  m->record_bytes = static_cast<std::uint32_t>(bytes);
  m->body_bytes = body_bytes;
  m->properties_bytes = static_cast<std::uint32_t>(parts.properties.size());
  m->expiration_ms = parts.expiration_ms;
  m->exchange_bytes = static_cast<std::uint8_t>(parts.exchange.size());
  m->routing_key_bytes = static_cast<std::uint8_t>(parts.routing_key.size());
  m->priority = parts.priority;
  m->flags = parts.flags;
  m->reserved = 0;
  char* out = reinterpret_cast<char*>(m + 1);
  if (bytes > sizeof(message)) store_big_endian(reinterpret_cast<char*>(m) + bytes - 8, std::uint64_t{0});  // padding
  const auto put = [&out](bytes_view part) {
    copy_bytes(out, part);
    out += part.size();
  };
  put(parts.exchange);
  put(parts.routing_key);
  put(parts.properties);
  body_out = out;
  return message_ref::adopt(m);
}

void block_builder::finish() {
  if (current_ != nullptr) current_->release(1 + spare_references_);
  current_ = nullptr;
  used_ = 0;
}

}  // namespace warren

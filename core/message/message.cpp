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
  std::memcpy(body, parts.body.data(), parts.body.size());
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
    at = 0;
  }
  if (home == current_) {
    used_ = at + static_cast<std::uint32_t>(bytes);
    home->add_references(1);
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
  const auto put = [&out](bytes_view part) {
    if (!part.empty()) std::memcpy(out, part.data(), part.size());
    out += part.size();
  };
  put(parts.exchange);
  put(parts.routing_key);
  put(parts.properties);
  body_out = out;
  const std::size_t tail = reinterpret_cast<char*>(m) + bytes - (out + body_bytes);
  std::memset(out + body_bytes, 0, tail);
  return message_ref::adopt(m);
}

void block_builder::finish() {
  if (current_ != nullptr) current_->release();
  current_ = nullptr;
  used_ = 0;
}

}  // namespace warren

#include "amqp/output_batch.hpp"

#include <algorithm>
#include <new>

#include "core/base/assert.hpp"

namespace warren::amqp {
namespace {
constexpr std::size_t first_capacity = 4096;
constexpr std::size_t kept_capacity = 256 * 1024;  ///< more than that is given back as soon as all is sent
}  // namespace

void output_batch::reserve_more(std::size_t bytes) {
  // A batch that is never drained to the end would grow for ever: drop what was sent before growing.
  if (sent_ > 0 && sent_ >= size_ / 2) {
    std::memmove(owned_.get(), owned_.get() + sent_, size_ - sent_);
    for (std::size_t i = bodies_sent_; i < bodies_.size(); ++i) bodies_[i].at -= sent_;
    size_ -= sent_;
    sent_ = 0;
    if (capacity_ - size_ >= bytes) return;
  }
  const std::size_t wanted = std::max({first_capacity, capacity_ * 2, size_ + bytes});
  char* moved = static_cast<char*>(std::realloc(owned_.get(), wanted));
  if (moved == nullptr) throw std::bad_alloc();
  (void)owned_.release();
  owned_.reset(moved);
  capacity_ = wanted;
}

void output_batch::append_reference(message_ref owner, bytes_view bytes) {
  if (bytes.empty()) return;
  total_ += bytes.size();
  bodies_.push_back({size_, std::move(owner), bytes});
}

std::size_t output_batch::gather(segment* out, std::size_t max) const {
  std::size_t count = 0;
  std::size_t at = sent_;
  for (std::size_t i = bodies_sent_; i < bodies_.size() && count < max; ++i) {
    const reference& body = bodies_[i];
    if (body.at > at) {
      out[count++] = {owned_.get() + at, body.at - at};
      at = body.at;
      if (count == max) return count;
    }
    out[count++] = {body.bytes.data(), body.bytes.size()};
  }
  if (count < max && at < size_) out[count++] = {owned_.get() + at, size_ - at};
  return count;
}

void output_batch::consume(std::size_t bytes) {
  WARREN_ENSURE(bytes <= total_);
  total_ -= bytes;
  if (total_ == 0) return reset();
  while (bytes > 0) {
    const bool body_left = bodies_sent_ < bodies_.size();
    const std::size_t owned = std::min(bytes, (body_left ? bodies_[bodies_sent_].at : size_) - sent_);
    sent_ += owned;
    bytes -= owned;
    if (bytes == 0 || !body_left) break;
    reference& body = bodies_[bodies_sent_];
    const std::size_t referenced = std::min(bytes, body.bytes.size());
    body.bytes.remove_prefix(referenced);
    bytes -= referenced;
    if (!body.bytes.empty()) break;
    body.owner = {};
    ++bodies_sent_;
  }
  if (bodies_sent_ >= 1024 && bodies_sent_ >= bodies_.size() / 2) {
    bodies_.erase(bodies_.begin(), bodies_.begin() + static_cast<std::ptrdiff_t>(bodies_sent_));
    bodies_sent_ = 0;
  }
}

void output_batch::reset() {
  size_ = sent_ = bodies_sent_ = 0;
  bodies_.clear();
  if (capacity_ > kept_capacity) {
    owned_.reset();
    capacity_ = 0;
  }
}

void output_batch::release_memory() {
  if (!empty()) return;
  owned_.reset();
  capacity_ = 0;
  bodies_ = {};
}

}  // namespace warren::amqp

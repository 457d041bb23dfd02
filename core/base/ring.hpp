#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

namespace warren {

/// A double-ended queue in one circular buffer: 24 bytes and no memory when empty (std::deque takes 576), grown by doubling,
/// given back as it drains, so that a queue that had a burst is small again. Elements are moved when it grows.
template <class T>
class ring {
 public:
  ring() = default;
  ring(const ring&) = delete;
  ring& operator=(const ring&) = delete;
  ring(ring&& other) noexcept { swap(other); }
  ring& operator=(ring&& other) noexcept {
    if (this != &other) {
      clear();
      swap(other);
    }
    return *this;
  }
  ~ring() { clear(); }

  void swap(ring& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(capacity_, other.capacity_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
  }

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] T& front() { return slots_[first_]; }
  [[nodiscard]] const T& front() const { return slots_[first_]; }
  [[nodiscard]] T& back() { return slots_[(first_ + size_ - 1) & (capacity_ - 1)]; }
  [[nodiscard]] T& operator[](std::size_t i) { return slots_[(first_ + i) & (capacity_ - 1)]; }
  [[nodiscard]] const T& operator[](std::size_t i) const { return slots_[(first_ + i) & (capacity_ - 1)]; }

  template <class... A>
  T& emplace_back(A&&... arguments) {
    if (size_ == capacity_) [[unlikely]]
      resize(capacity_ == 0 ? smallest : capacity_ * 2);
    T* slot = new (slots_ + ((first_ + size_) & (capacity_ - 1))) T{std::forward<A>(arguments)...};
    ++size_;
    return *slot;
  }
  void push_back(T&& value) { emplace_back(std::move(value)); }

  void pop_front() {
    slots_[first_].~T();
    first_ = (first_ + 1) & (capacity_ - 1);
    --size_;
    give_back();
  }
  T take_front() {
    T value = std::move(slots_[first_]);
    pop_front();
    return value;
  }
  void pop_back() {
    back().~T();
    --size_;
    give_back();
  }

  /// Moves the last n elements into a ring of their own.
  [[nodiscard]] ring split_back(std::size_t n) {
    ring tail;
    if (n == size_) {
      swap(tail);
      return tail;
    }
    if (n == 0) return tail;
    tail.reserve(n);
    for (std::size_t i = size_ - n; i < size_; ++i) {
      tail.push_back(std::move((*this)[i]));
      (*this)[i].~T();
    }
    size_ -= static_cast<std::uint32_t>(n);
    give_back();
    return tail;
  }
  /// Moves all elements of the other ring behind ours.
  void append(ring&& other) {
    if (empty()) {
      swap(other);
    } else {
      for (std::size_t i = 0; i < other.size_; ++i) push_back(std::move(other[i]));
    }
    other.clear();
  }
  void reserve(std::size_t n) {
    std::uint32_t wanted = capacity_ == 0 ? smallest : capacity_;
    while (wanted < n) wanted *= 2;
    if (wanted > capacity_) resize(wanted);
  }
  void clear() {
    for (std::size_t i = 0; i < size_; ++i) (*this)[i].~T();
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
    slots_ = nullptr;
    capacity_ = first_ = size_ = 0;
  }

  template <class F>
  void for_each(F&& f) {
    for (std::size_t i = 0; i < size_; ++i) f((*this)[i]);
  }
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t i = 0; i < size_; ++i) f((*this)[i]);
  }

 private:
  static constexpr std::uint32_t smallest = 8;

  // A quarter full after the shrinking, so that neither the next pushes nor the next pops move anything again.
  void give_back() {
    if (size_ < capacity_ / 8 && capacity_ > smallest) [[unlikely]]
      resize(capacity_ / 2);
  }
  void resize(std::uint32_t capacity) {
    T* slots = std::allocator<T>().allocate(capacity);
    for (std::size_t i = 0; i < size_; ++i) {
      new (slots + i) T(std::move((*this)[i]));
      (*this)[i].~T();
    }
    if (slots_ != nullptr) std::allocator<T>().deallocate(slots_, capacity_);
    slots_ = slots;
    capacity_ = capacity;
    first_ = 0;
  }

  T* slots_ = nullptr;
  std::uint32_t capacity_ = 0;  // a power of two
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
};

}  // namespace warren

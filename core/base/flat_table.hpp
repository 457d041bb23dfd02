#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <utility>

namespace warren {

/// Hash table from non-zero 64-bit keys to T: open addressing with linear probing, keys apart from values so that a search
/// stays within few cache lines, no tombstones (an erased slot is filled from behind), memory given back as it empties.
/// Nothing is allocated while it is empty from the start. References are good until the next emplace or take.
template <class T>
class flat_table {
 public:
  flat_table() = default;
  flat_table(const flat_table&) = delete;
  flat_table& operator=(const flat_table&) = delete;
  flat_table(flat_table&& other) noexcept { swap(other); }
  flat_table& operator=(flat_table&& other) noexcept {
    if (this != &other) {
      clear();
      swap(other);
    }
    return *this;
  }
  ~flat_table() { clear(); }

  void swap(flat_table& other) noexcept {
    std::swap(keys_, other.keys_);
    std::swap(values_, other.values_);
    std::swap(size_, other.size_);
    std::swap(bits_, other.bits_);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t capacity() const { return keys_ == nullptr ? 0 : std::size_t{1} << bits_; }

  [[nodiscard]] T* find(std::uint64_t key) {
    if (size_ == 0) return nullptr;
    const std::size_t at = probe(key);
    return keys_[at] == key ? values_ + at : nullptr;
  }
  [[nodiscard]] const T* find(std::uint64_t key) const { return const_cast<flat_table*>(this)->find(key); }

  /// The key must not be there yet.
  template <class... A>
  T& emplace(std::uint64_t key, A&&... arguments) {
    if (size_ + 1 > capacity() - capacity() / 4) [[unlikely]]
      resize(keys_ == nullptr ? smallest_bits : bits_ + 1);
    const std::size_t at = probe(key);
    T* value = new (values_ + at) T{std::forward<A>(arguments)...};
    keys_[at] = key;
    ++size_;
    return *value;
  }

  /// Moves the value out; false when the key is not there.
  bool take(std::uint64_t key, T& out) {
    if (size_ == 0) return false;
    std::size_t at = probe(key);
    if (keys_[at] != key) return false;
    out = std::move(values_[at]);
    remove_at(at);
    return true;
  }
  bool erase(std::uint64_t key) {
    if (size_ == 0) return false;
    const std::size_t at = probe(key);
    if (keys_[at] != key) return false;
    remove_at(at);
    return true;
  }

  /// In no particular order. `f(key, value)` must not change the table.
  template <class F>
  void for_each(F&& f) {
    for (std::size_t i = 0, n = capacity(); i < n; ++i)
      if (keys_[i] != 0) f(keys_[i], values_[i]);
  }
  template <class F>
  void for_each(F&& f) const {
    for (std::size_t i = 0, n = capacity(); i < n; ++i)
      if (keys_[i] != 0) f(keys_[i], static_cast<const T&>(values_[i]));
  }

  void clear() {
    if (keys_ == nullptr) return;
    for_each([](std::uint64_t, T& value) { value.~T(); });
    release(keys_, values_, capacity());
    keys_ = nullptr;
    values_ = nullptr;
    size_ = bits_ = 0;
  }

 private:
  static constexpr std::uint32_t smallest_bits = 3;

  // Fibonacci hashing: consecutive keys spread over the whole table.
  [[nodiscard]] std::size_t home(std::uint64_t key) const { return (key * 0x9E3779B97F4A7C15ull) >> (64 - bits_); }
  [[nodiscard]] std::size_t probe(std::uint64_t key) const {
    const std::size_t mask = (std::size_t{1} << bits_) - 1;
    std::size_t at = home(key);
    while (keys_[at] != key && keys_[at] != 0) at = (at + 1) & mask;
    return at;
  }

  void remove_at(std::size_t hole) {
    const std::size_t mask = capacity() - 1;
    values_[hole].~T();
    for (std::size_t next = (hole + 1) & mask; keys_[next] != 0; next = (next + 1) & mask) {
      if (((next - home(keys_[next])) & mask) < ((next - hole) & mask)) continue;  // it stands at or behind its home already
      new (values_ + hole) T(std::move(values_[next]));
      values_[next].~T();
      keys_[hole] = keys_[next];
      hole = next;
    }
    keys_[hole] = 0;
    --size_;
    if (size_ < capacity() / 16 && bits_ > smallest_bits) [[unlikely]]
      resize(bits_ - 2);
  }

  void resize(std::uint32_t bits) {
    std::uint64_t* keys = keys_;
    T* values = values_;
    const std::size_t old = capacity();
    bits_ = bits < smallest_bits ? smallest_bits : bits;
    const std::size_t n = std::size_t{1} << bits_;
    keys_ = std::allocator<std::uint64_t>().allocate(n);
    std::memset(keys_, 0, n * sizeof *keys_);
    values_ = std::allocator<T>().allocate(n);
    for (std::size_t i = 0; i < old; ++i) {
      if (keys[i] == 0) continue;
      const std::size_t at = probe(keys[i]);
      new (values_ + at) T(std::move(values[i]));
      values[i].~T();
      keys_[at] = keys[i];
    }
    if (keys != nullptr) release(keys, values, old);
  }
  static void release(std::uint64_t* keys, T* values, std::size_t n) {
    std::allocator<std::uint64_t>().deallocate(keys, n);
    std::allocator<T>().deallocate(values, n);
  }

  std::uint64_t* keys_ = nullptr;  // 0 = free
  T* values_ = nullptr;
  std::size_t size_ = 0;
  std::uint32_t bits_ = 0;
};

}  // namespace warren

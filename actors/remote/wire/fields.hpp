#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "actors/remote/wire/frames.hpp"
#include "core/base/bytes.hpp"

// How frames are written and read: one description for both directions. Numbers are big-endian and of fixed width; texts and
// lists have a 32-bit count in front. What carries messages is described without them: frame_writer and frame_reader add them.
namespace warren::actors::wire {

class field_writer {
 public:
  explicit field_writer(std::string& out) : out_(out) {}

  template <class T>
  requires std::is_integral_v<T>
  bool operator()(T v) {
    if constexpr (sizeof(T) == 1) {
      out_ += static_cast<char>(v);
    } else {
      char bytes[sizeof(T)];
      store_big_endian(bytes, v);
      out_.append(bytes, sizeof bytes);
    }
    return true;
  }
  template <class Tag>
  bool operator()(const id<Tag>& v) {
    return (*this)(v.value);
  }
  bool operator()(const std::string& v) {
    (*this)(static_cast<std::uint32_t>(v.size()));
    out_ += v;
    return true;
  }
  template <class A, class B>
  bool operator()(const std::pair<A, B>& v) {
    return (*this)(v.first) && (*this)(v.second);
  }
  template <class T>
  bool operator()(const std::vector<T>& v) {
    (*this)(static_cast<std::uint32_t>(v.size()));
    for (const T& each : v) (*this)(each);
    return true;
  }
  bool operator()(const std::optional<error>& v) {
    (*this)(v.has_value());
    return !v || ((*this)(static_cast<std::uint16_t>(v->code)) && (*this)(v->text));
  }

 private:
  std::string& out_;
};

/// Every call is false once the bytes do not suffice or mean nothing.
class field_reader {
 public:
  explicit field_reader(bytes_view in) : in_(in) {}
  [[nodiscard]] bytes_view rest() const { return in_; }

  template <class T>
  requires std::is_integral_v<T>
  bool operator()(T& v) {
    if (in_.size() < sizeof(T)) return false;
    if constexpr (std::is_same_v<T, bool>) {
      if (in_[0] != 0 && in_[0] != 1) return false;
      v = in_[0] == 1;
    } else if constexpr (sizeof(T) == 1) {
      v = static_cast<T>(in_[0]);
    } else {
      v = load_big_endian<T>(in_.data());
    }
    in_.remove_prefix(sizeof(T));
    return true;
  }
  template <class Tag>
  bool operator()(id<Tag>& v) {
    return (*this)(v.value);
  }
  bool operator()(std::string& v) {
    std::uint32_t n = 0;
    if (!(*this)(n) || in_.size() < n) return false;
    v.assign(in_.data(), n);
    in_.remove_prefix(n);
    return true;
  }
  template <class A, class B>
  bool operator()(std::pair<A, B>& v) {
    return (*this)(v.first) && (*this)(v.second);
  }
  template <class T>
  bool operator()(std::vector<T>& v) {
    std::uint32_t n = 0;
    if (!(*this)(n) || in_.size() / 8 < n) return false;  // an element has eight bytes at least
    v.resize(n);
    for (T& each : v)
      if (!(*this)(each)) return false;
    return true;
  }
  bool operator()(std::optional<error>& v) {
    bool there = false;
    if (!(*this)(there)) return false;
    if (!there) return true;
    std::uint16_t code = 0;
    v.emplace();
    if (!(*this)(code) || !(*this)(v->text)) return false;
    v->code = static_cast<reply_code>(code);
    return true;
  }

 private:
  bytes_view in_;
};

/// `F` is a frame to be read, or a const one to be written.
template <class A, class F>
bool fields(A& a, F& f) {
  using T = std::remove_const_t<F>;
  if constexpr (std::is_same_v<T, consume>) {
    auto& s = f.spec;
    return a(s.id) && a(s.channel) && a(s.tag) && a(s.no_ack) && a(s.exclusive) && a(s.priority) && a(s.prefetch) && a(s.wants_grants) &&
           a(s.window_bytes);
  } else if constexpr (std::is_same_v<T, cancel> || std::is_same_v<T, cancelled>) {
    return a(f.request) && a(f.consumer);
  } else if constexpr (std::is_same_v<T, channel_gone>) {
    return a(f.channel);
  } else if constexpr (std::is_same_v<T, get>) {
    return a(f.from) && a(f.no_ack);
  } else if constexpr (std::is_same_v<T, settle>) {
    return a(f.how) && a(f.positions);
  } else if constexpr (std::is_same_v<T, replenish>) {
    return a(f.bytes);
  } else if constexpr (std::is_same_v<T, grant> || std::is_same_v<T, unused_grant>) {
    return a(f.consumer) && a(f.messages);
  } else if constexpr (std::is_same_v<T, ask_counts>) {
    return a(f.request) && a(f.declared);
  } else if constexpr (std::is_same_v<T, purge> || std::is_same_v<T, channel_limited>) {
    return a(f.request);
  } else if constexpr (std::is_same_v<T, limit_channel>) {
    return a(f.request) && a(f.channel) && a(f.limited);
  } else if constexpr (std::is_same_v<T, check_delete>) {
    return a(f.request) && a(f.if_unused) && a(f.if_empty);
  } else if constexpr (std::is_same_v<T, published>) {
    return a(f.to) && a(f.credit_bytes) && a(f.confirmed) && a(f.refused);
  } else if constexpr (std::is_same_v<T, consumed>) {
    return a(f.consumer) && a(f.failure);
  } else if constexpr (std::is_same_v<T, counted>) {
    return a(f.request) && a(f.ready) && a(f.consumers);
  } else if constexpr (std::is_same_v<T, purged>) {
    return a(f.request) && a(f.messages);
  } else if constexpr (std::is_same_v<T, delete_checked>) {
    return a(f.request) && a(f.messages) && a(f.failure);
  } else if constexpr (std::is_same_v<T, wants_grant>) {
    return a(f.consumer);
  } else if constexpr (std::is_same_v<T, queue_down>) {
    return a(f.crashed);
  } else if constexpr (std::is_same_v<T, probe>) {
    return a(f.request) && a(f.channel) && a(f.secret);
  } else {
    static_assert(std::is_same_v<T, probed>);
    return a(f.request) && a(f.there);
  }
}

}  // namespace warren::actors::wire

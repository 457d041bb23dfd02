#pragma once

#include <cstddef>

#include "actors/remote/wire/fields.hpp"

// Frames that carry messages, described piecewise: a head, entries of fixed size, and a message for each entry.
namespace warren::actors::wire {

template <class F>
struct carrier;  // only what carries messages has one

template <>
struct carrier<publish> {
  static std::size_t count(const publish& f) { return f.items.size(); }
  static message_ref& content(publish& f, std::size_t i) { return f.items[i].message; }
  static void resize(publish& f, std::size_t n) { f.items.resize(n); }
  static constexpr std::size_t entry_bytes = 8;
  /// Credit goes with the last part of a batch.
  template <class A>
  static bool head(A& a, const publish& f, bool last) {
    return a(f.from) && a(last ? f.credit_bytes : std::uint64_t{0});
  }
  template <class A>
  static bool head(A& a, publish& f) {
    return a(f.from) && a(f.credit_bytes);
  }
  template <class A, class F>
  static bool entry(A& a, F& f, std::size_t i) {
    return a(f.items[i].confirm_seq);
  }
};

template <>
struct carrier<deliver> {
  static std::size_t count(const deliver& f) { return f.items.size(); }
  static message_ref& content(deliver& f, std::size_t i) { return f.items[i].message; }
  static void resize(deliver& f, std::size_t n) { f.items.resize(n); }
  static constexpr std::size_t entry_bytes = 26;
  template <class A>
  static bool head(A&, const deliver&, bool) {
    return true;
  }
  template <class A>
  static bool head(A&, deliver&) {
    return true;
  }
  template <class A, class F>
  static bool entry(A& a, F& f, std::size_t i) {
    auto& d = f.items[i];
    return a(d.consumer) && a(d.channel) && a(d.at) && a(d.redelivered) && a(d.no_ack);
  }
};

template <>
struct carrier<got> {
  static std::size_t count(const got& f) { return f.message ? 1 : 0; }
  static message_ref& content(got& f, std::size_t) { return f.message->message; }
  static void resize(got& f, std::size_t n) {
    if (n > 0) f.message.emplace();
  }
  static constexpr std::size_t entry_bytes = 26;
  template <class A>
  static bool head(A& a, const got& f, bool) {
    return a(f.to) && a(f.ready_left);
  }
  template <class A>
  static bool head(A& a, got& f) {
    return a(f.to) && a(f.ready_left);
  }
  template <class A, class F>
  static bool entry(A& a, F& f, std::size_t) {
    auto& d = *f.message;
    return a(d.consumer) && a(d.channel) && a(d.at) && a(d.redelivered) && a(d.no_ack);
  }
};

template <>
struct carrier<reply> {
  static std::size_t count(const reply&) { return 1; }
  static message_ref& content(reply& f, std::size_t) { return f.content; }
  static void resize(reply&, std::size_t) {}
  static constexpr std::size_t entry_bytes = 0;
  template <class A>
  static bool head(A& a, const reply& f, bool) {
    return a(f.to) && a(f.secret);
  }
  template <class A>
  static bool head(A& a, reply& f) {
    return a(f.to) && a(f.secret);
  }
  template <class A, class F>
  static bool entry(A&, F&, std::size_t) {
    return true;
  }
};

template <class F>
concept carries_messages = requires {
  carrier<F>::entry_bytes;
};

/// At most so many messages in one frame of this kind (a publish or deliver: as many as fit).
template <class F>
inline constexpr bool single = std::is_same_v<F, got> || std::is_same_v<F, reply>;

}  // namespace warren::actors::wire

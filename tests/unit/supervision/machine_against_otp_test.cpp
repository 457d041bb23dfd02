#include <catch2/catch.hpp>
#include <random>

#include "machine_world.hpp"
#include "otp_model.hpp"

namespace {

using namespace supervision_test;
using warren::supervision::auto_shutdown;
using warren::supervision::strategy;

struct event {
  enum what { exit_normal, exit_shutdown, exit_abnormal, terminate, restart, erase, add, poison, wait, fire, shutdown };
  what is;
  child_key child = 0;
};

std::string name(outcome o) {
  switch (o) {
    case outcome::ok: return "ok";
    case outcome::ignored: return "ignored";
    case outcome::start_failed: return "start_failed";
    case outcome::terminated: return "terminated";
    case outcome::not_found: return "not_found";
    case outcome::running: return "running";
    case outcome::restarting: return "restarting";
    case outcome::shutting_down: return "shutting_down";
  }
  return "?";
}

/// Both sides, fed the same events.
struct comparison {
  machine_world ours;
  otp_model otp;
  child_settings added;
  request_id last_request = 0;

  comparison(const supervisor_flags& flags, const std::vector<child_settings>& statics) : ours(flags), otp(flags) {
    added = statics.empty() ? child_settings{} : statics.front();
    if (otp.simple()) {
      boot();
      for (std::size_t i = 0; i < statics.size(); ++i) apply({event::add});
      return;
    }
    for (const auto& s : statics) {
      ours.machine.add_static(s);
      otp.children.push_back({++otp.last_id, s});
    }
    boot();
  }
  void boot() {
    ours.boot();
    otp.boot();
  }

  std::string answer() {
    const auto& got = ours.replies[last_request];
    return got.size() == 1 ? name(got.front()) : std::to_string(got.size()) + " answers";
  }

  /// Empty, or how the two differ after `e`.
  std::string apply(const event& e) {
    std::string mine, theirs;
    switch (e.is) {
      case event::exit_normal:
      case event::exit_shutdown:
      case event::exit_abnormal: {
        const auto kind = static_cast<exit_kind>(e.is - event::exit_normal);
        ours.exit(e.child, kind);
        otp.exit(e.child, kind);
        break;
      }
      case event::terminate:
        ours.terminate(e.child, ++last_request);
        mine = answer();
        theirs = otp.terminate(e.child);
        break;
      case event::restart:
        ours.restart(e.child, ++last_request);
        mine = answer();
        theirs = otp.restart_child(e.child);
        break;
      case event::erase:
        ours.erase(e.child, ++last_request);
        mine = answer();
        theirs = otp.delete_child(e.child);
        break;
      case event::add:
        ours.add(added, ++last_request);
        mine = answer();
        theirs = otp.add(added);
        break;
      case event::poison:
        ours.failing.insert(e.child);
        otp.failing.insert(e.child);
        break;
      case event::wait:
        ours.now = otp.now += ours.machine.flags().period_ms + 1;
        break;
      case event::fire:
        ours.fire();
        otp.fire();
        break;
      case event::shutdown:
        ours.shutdown();
        otp.shutdown();
        break;
    }
    if (mine != theirs) return "answer " + mine + ", OTP " + theirs;
    return difference();
  }

  std::string difference() {
    if (ours.log != otp.log) return "log " + joined(ours.log) + " | OTP " + joined(otp.log);
    ours.log.clear();
    otp.log.clear();
    if (otp.ended) return ours.ends == 1 && ours.alive.empty() ? "" : "not ended properly";
    if (ours.machine.children().size() != otp.children.size()) return "different children";
    for (const auto& p : otp.children) {
      const auto* c = ours.machine.find(p.id);
      if (c == nullptr) return "a child is missing";
      const auto expected = p.is == otp_model::process::pid       ? child_state::running
                            : p.is == otp_model::process::delayed ? child_state::delayed
                                                                  : child_state::idle;
      if (c->state != expected) return "child " + std::to_string(p.id) + " is " + std::string(to_string(c->state));
    }
    return "";
  }

  static std::string joined(const std::vector<std::string>& lines) {
    std::string all;
    for (const auto& line : lines) all += line + "; ";
    return all;
  }
};

std::vector<event> alphabet(bool simple, child_key children) {
  std::vector<event> all;
  for (child_key k = 1; k <= children; ++k) {
    for (const auto what : {event::exit_normal, event::exit_shutdown, event::exit_abnormal, event::terminate, event::poison})
      all.push_back({what, k});
    if (simple) continue;
    all.push_back({event::restart, k});
    all.push_back({event::erase, k});
  }
  all.push_back({event::add});
  all.push_back({event::wait});
  all.push_back({event::fire});
  all.push_back({event::shutdown});
  return all;
}

std::vector<supervisor_flags> all_flags(strategy s) {
  std::vector<supervisor_flags> all;
  for (const std::uint32_t intensity : {0u, 1u}) {
    for (const auto a : {auto_shutdown::never, auto_shutdown::any_significant, auto_shutdown::all_significant})
      all.push_back({s, intensity, 1000, a, 0});
    all.push_back({s, intensity, 1000, auto_shutdown::never, 500});
  }
  return all;
}

child_settings of_type(restart_type type, const supervisor_flags& flags) {
  child_settings s;
  s.restart = type;
  s.significant = type != restart_type::permanent && flags.auto_shutdown != auto_shutdown::never;
  return s;
}

#if defined(__SANITIZE_ADDRESS__)  // twenty times slower: every sequence of two events, and fewer histories
constexpr int all_events = 2;
constexpr unsigned histories = 500;
#else
constexpr int all_events = 3;
constexpr unsigned histories = 20'000;
#endif

constexpr restart_type types[] = {restart_type::permanent, restart_type::transient, restart_type::temporary};

/// Every event sequence of length `depth`, for two children of every pair of restart types.
std::size_t compare_all(strategy s, int depth) {
  std::size_t runs = 0;
  const bool simple = s == strategy::simple_one_for_one;
  const auto events = alphabet(simple, simple ? 2 : 3);
  for (const auto& flags : all_flags(s))
    for (const auto first : types)
      for (const auto second : types) {
        if (simple && first != second) continue;
        std::vector<std::size_t> digits(static_cast<std::size_t>(depth), 0);
        for (bool more = true; more;) {
          comparison both(flags, {of_type(first, flags), of_type(second, flags)});
          std::string wrong = both.difference();
          std::string trace;
          std::size_t done = 0;
          while (wrong.empty() && done < digits.size()) {
            const auto& e = events[digits[done++]];
            wrong = both.apply(e);
          }
          ++runs;
          if (!wrong.empty()) {
            for (std::size_t i = 0; i < done; ++i)
              trace += std::to_string(events[digits[i]].is) + "(" + std::to_string(events[digits[i]].child) + ") ";
            FAIL(to_string(s) << " intensity " << flags.intensity << " " << to_string(flags.auto_shutdown) << " delay "
                              << flags.delay_ms << " " << to_string(first) << "," << to_string(second) << ": " << trace
                              << ": " << wrong);
          }
          std::size_t at = digits.size();
          while (at > 0 && ++digits[at - 1] == events.size()) digits[--at] = 0;
          more = at > 0;
        }
      }
  return runs;
}

}  // namespace

TEST_CASE("one_for_one does what OTP does, for every sequence of three events") {
  CHECK(compare_all(strategy::one_for_one, all_events) > 1000);
}
TEST_CASE("one_for_all does what OTP does, for every sequence of three events") {
  CHECK(compare_all(strategy::one_for_all, all_events) > 1000);
}
TEST_CASE("rest_for_one does what OTP does, for every sequence of three events") {
  CHECK(compare_all(strategy::rest_for_one, all_events) > 1000);
}
TEST_CASE("simple_one_for_one does what OTP does, for every sequence of three events") {
  CHECK(compare_all(strategy::simple_one_for_one, all_events) > 500);
}

TEST_CASE("long random histories of up to five children do what OTP does") {
  const auto pick = [](std::mt19937& r, std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(r); };
  for (unsigned seed = 0; seed < histories; ++seed) {
    std::mt19937 r(seed);
    const auto s = static_cast<strategy>(pick(r, 4));
    const bool simple = s == strategy::simple_one_for_one;
    const supervisor_flags flags{s, static_cast<std::uint32_t>(pick(r, 4)), 1000, static_cast<auto_shutdown>(pick(r, 3)),
                                 pick(r, 2) == 0 ? 0 : 500};
    std::vector<child_settings> statics;
    for (std::size_t i = 0, n = 1 + pick(r, 5); i < n; ++i)
      statics.push_back(simple && i > 0 ? statics.front() : of_type(types[pick(r, 3)], flags));
    const auto events = alphabet(simple, statics.size() + 2);
    comparison both(flags, statics);
    std::string trace;
    for (int i = 0; i < 40; ++i) {
      const auto& e = events[pick(r, events.size())];
      if (e.is == event::shutdown && i < 30) continue;
      trace += std::to_string(e.is) + "(" + std::to_string(e.child) + ") ";
      const auto wrong = both.apply(e);
      if (!wrong.empty()) FAIL("seed " << seed << " " << to_string(s) << ": " << trace << ": " << wrong);
    }
  }
}

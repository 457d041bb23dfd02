// The machine among slow processes: every order in which a few starts, stops, deaths and requests can arrive.
#include <catch2/catch.hpp>
#include <random>

#include "machine_world.hpp"

namespace {

using namespace supervision_test;
using warren::supervision::auto_shutdown;
using warren::supervision::strategy;

/// One run: choices come from outside, each picks one of what can happen next. Watches what must hold all the time.
class run {
 public:
  run(const supervisor_flags& flags, const std::vector<child_settings>& children, child_settings added)
      : world_(flags), added_(added) {
    world_.manual = true;
    if (flags.strategy != strategy::simple_one_for_one)
      for (const auto& c : children) world_.machine.add_static(c);
    world_.boot();
    if (flags.strategy == strategy::simple_one_for_one)
      for (std::size_t i = 0; i < children.size(); ++i) world_.add(added_, ++requests_);
    check();
  }

  std::size_t options() { return list().size(); }

  void choose(std::size_t which) {
    auto options = list();
    const auto what = options[which % options.size()];
    act(what);
    check();
  }

  /// Everybody answers; then the supervisor is told to end. Everything must come to rest.
  void finish() {
    settle();
    world_.shutdown();
    check();
    settle();
    verify(world_.ends == 1, "it ended once");
    verify(world_.alive.empty(), "nobody survived it");
    for (request_id id = 1; id <= requests_; ++id)
      verify(world_.replies[id].size() == 1, "request " + std::to_string(id) + " was answered once");
  }

  [[nodiscard]] const std::string& wrong() const { return wrong_; }

 private:
  enum what { started, start_failed, stopped, died, ended_normally, request_terminate, request_restart, request_add, fire, tell_end };
  struct option {
    what is;
    child_key key;
  };

  std::vector<option> list() {
    std::vector<option> all;
    for (const auto& [key, c] : world_.machine.children()) {
      const bool lives = world_.alive.contains(key);
      if (c.state == child_state::starting && lives) {
        all.push_back({started, key});
        all.push_back({start_failed, key});
      }
      if (c.state == child_state::stopping && lives) all.push_back({stopped, key});
      if (c.state == child_state::running && lives) {
        all.push_back({died, key});
        all.push_back({ended_normally, key});
        all.push_back({request_terminate, key});
      }
      if (c.state == child_state::idle || c.state == child_state::delayed) all.push_back({request_restart, key});
    }
    all.push_back({request_add, 0});
    all.push_back({tell_end, 0});
    if (!world_.timers.empty()) all.push_back({fire, 0});
    return all;
  }

  void act(const option& o) {
    switch (o.is) {
      case started: return world_.started(o.key);
      case start_failed: return world_.start_failed(o.key);
      case stopped: return world_.exit(o.key, exit_kind::shutdown);
      case died: return world_.exit(o.key, exit_kind::abnormal);
      case ended_normally: return world_.exit(o.key, exit_kind::normal);
      case request_terminate: return world_.terminate(o.key, ++requests_);
      case request_restart: return world_.restart(o.key, ++requests_);
      case request_add: world_.add(added_, ++requests_); return;
      case fire: world_.fire(); return;
      case tell_end: return world_.shutdown();
    }
  }

  void settle() {
    for (int turns = 0; turns < 1000; ++turns) {
      bool quiet = true;
      const auto alive = world_.alive;
      for (const auto& [key, inc] : alive) {
        const auto* c = world_.machine.find(key);
        if (c == nullptr || !world_.alive.contains(key)) continue;
        if (c->state == child_state::starting) world_.started(key), quiet = false;
        else if (c->state == child_state::stopping) world_.exit(key, exit_kind::shutdown), quiet = false;
        check();
      }
      if (quiet) return;
    }
    verify(false, "it comes to rest");
  }

  void check() {
    const bool grouped = world_.machine.flags().strategy == strategy::one_for_all ||
                         world_.machine.flags().strategy == strategy::rest_for_one;
    std::size_t between = 0;
    for (const auto& [key, c] : world_.machine.children()) {
      const bool lives = world_.alive.contains(key);
      verify(c.live() == lives, "child " + std::to_string(key) + ": the machine knows who lives");
      if (lives) verify(world_.alive.at(key) == c.incarnation, "one incarnation at a time");
      if (c.state == child_state::starting || c.state == child_state::stopping) ++between;
    }
    for (const auto& [key, inc] : world_.alive)
      verify(world_.machine.find(key) != nullptr, "a living child is never forgotten");
    if (grouped && !world_.machine.ending()) verify(between <= 1, "a group takes one step at a time");
    verify(world_.ends <= 1, "it ends at most once");
    if (world_.ends == 1) verify(world_.alive.empty(), "it ends last");
    check_stops();
  }

  /// While it ends, whoever is told to stop has nobody to the right.
  void check_stops() {
    for (const auto& s : world_.unanswered_stops) {
      if (s.kill) continue;
      if (const auto* c = world_.machine.find(s.key); c != nullptr)
        verify(asked_to_stop_.insert({s.key, c->incarnation}).second, "nobody is asked to stop twice");
      if (!world_.machine.ending() || !seen_ending_) continue;
      if (world_.machine.flags().strategy == strategy::simple_one_for_one) continue;
      if (!world_.alive.empty() && world_.alive.contains(s.key))
        verify(world_.alive.rbegin()->first == s.key, "stopped right to left");
    }
    world_.unanswered_stops.clear();
    seen_ending_ = world_.machine.ending();
  }

  void verify(bool holds, const std::string& claim) {
    if (!holds && wrong_.empty()) wrong_ = claim;
  }

  machine_world world_;
  child_settings added_;
  request_id requests_ = 0;
  bool seen_ending_ = false;
  std::set<std::pair<child_key, incarnation>> asked_to_stop_;
  std::string wrong_;
};

child_settings of(restart_type type) {
  child_settings s;
  s.restart = type;
  return s;
}

std::size_t explore(const supervisor_flags& flags, const std::vector<child_settings>& children, std::size_t depth) {
  std::size_t runs = 0;
  std::vector<std::size_t> path;
  for (;;) {
    run r(flags, children, of(restart_type::transient));
    std::vector<std::size_t> widths;
    for (std::size_t i = 0; i < depth && r.wrong().empty(); ++i) {
      widths.push_back(r.options());
      if (path.size() <= i) path.push_back(0);
      r.choose(path[i]);
    }
    if (r.wrong().empty()) r.finish();
    ++runs;
    if (!r.wrong().empty()) {
      std::string trace;
      for (const auto p : path) trace += std::to_string(p) + " ";
      FAIL(to_string(flags.strategy) << " delay " << flags.delay_ms << ", choices " << trace << ": " << r.wrong());
    }
    while (!path.empty() && ++path.back() >= widths[path.size() - 1]) path.pop_back();
    if (path.empty()) return runs;
  }
}

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t all_events = 4;
constexpr unsigned histories = 500;
#else
constexpr std::size_t all_events = 6;
constexpr unsigned histories = 20'000;
#endif

}  // namespace

TEST_CASE("whatever the order of six events, nobody lives twice, nobody is lost, everybody is answered") {
  const auto s = GENERATE(strategy::one_for_one, strategy::one_for_all, strategy::rest_for_one,
                          strategy::simple_one_for_one);
  const warren::time_ms delay = GENERATE(0, 100);
  const supervisor_flags flags{s, 1, 1000, auto_shutdown::never, delay};
  CHECK(explore(flags, {of(restart_type::permanent), of(restart_type::temporary)}, all_events) > 100);
}

TEST_CASE("the same for long random orders of four children") {
  for (unsigned seed = 0; seed < histories; ++seed) {
    std::mt19937 random(seed);
    const supervisor_flags flags{static_cast<strategy>(seed % 4), 3, 1000, auto_shutdown::never, seed % 3 == 0 ? 100 : 0};
    run r(flags, {of(restart_type::permanent), of(restart_type::transient), of(restart_type::permanent),
                  of(restart_type::temporary)}, of(restart_type::permanent));
    for (int i = 0; i < 40 && r.wrong().empty(); ++i) r.choose(random());
    if (r.wrong().empty()) r.finish();
    if (!r.wrong().empty()) FAIL("seed " << seed << ": " << r.wrong());
  }
}

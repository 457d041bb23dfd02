#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "supervision/machine/types.hpp"

namespace supervision_test {

using namespace warren::supervision;
using warren::time_ms;

/// OTP's supervisor as its documentation tells it: one blocking process that finishes each step (start, stop, restart)
/// before it looks at the next. The machine is compared with it in a world where starts and stops answer at once.
struct otp_model {
  struct process {
    child_key id;
    child_settings settings;
    enum { undefined, pid, restarting, delayed } is = undefined;
    std::vector<time_ms> restarts = {};  // delay, alone: counted per child
    int generation = 0;
  };
  struct retry {
    child_key id;
    int generation;
  };

  supervisor_flags flags;
  time_ms now = 0;
  std::set<child_key> failing;
  std::vector<process> children;  // start order
  std::vector<std::string> log;
  std::vector<retry> timers;
  std::vector<time_ms> restarts;
  child_key last_id = 0;
  bool ended = false;

  explicit otp_model(supervisor_flags f) : flags(f) {}

  bool simple() const { return flags.strategy == strategy::simple_one_for_one; }
  bool alone() const { return simple() || flags.strategy == strategy::one_for_one; }
  process* find(child_key id) {
    const auto i = std::find_if(children.begin(), children.end(), [&](const process& p) { return p.id == id; });
    return i == children.end() ? nullptr : &*i;
  }

  void boot() {
    for (auto& p : children) {
      if (!start(p)) return end("child failed to start");
    }
    log.emplace_back("booted");
  }

  void exit(child_key id, exit_kind kind) {
    auto* p = find(id);
    if (ended || p == nullptr || p->is != process::pid) return;
    p->is = process::undefined;
    const auto type = p->settings.restart;
    if (type == restart_type::permanent || (type == restart_type::transient && kind == exit_kind::abnormal))
      return restart(id, false);
    const bool significant = p->settings.significant;
    del_child(id);
    if (!significant || flags.auto_shutdown == auto_shutdown::never) return;
    if (flags.auto_shutdown == auto_shutdown::all_significant) {
      for (const auto& other : children)
        if (other.settings.significant && other.is != process::undefined) return;
    }
    end("significant child ended");
  }

  std::string add(const child_settings& settings) {
    if (ended) return "shutting_down";
    children.push_back({++last_id, settings});
    if (start(children.back())) return "ok";
    log.push_back("forget " + std::to_string(last_id));
    children.pop_back();
    return "start_failed";
  }

  std::string terminate(child_key id) {
    if (ended) return "shutting_down";
    auto* p = find(id);
    if (p == nullptr) return "not_found";
    stop(*p);
    del_child(id);
    return "ok";
  }

  std::string restart_child(child_key id) {
    if (ended) return "shutting_down";
    auto* p = find(id);
    if (p == nullptr) return "not_found";
    if (p->is == process::pid) return "running";
    if (p->is != process::undefined) return "restarting";
    if (start(*p)) return "ok";
    if (p->settings.restart == restart_type::temporary) del_child(id);
    return "start_failed";
  }

  std::string delete_child(child_key id) {
    if (ended) return "shutting_down";
    auto* p = find(id);
    if (p == nullptr) return "not_found";
    if (p->is == process::pid) return "running";
    if (p->is != process::undefined) return "restarting";
    forget(id);
    return "ok";
  }

  void shutdown() {
    if (!ended) end("requested");
  }

  bool fire() {
    if (timers.empty()) return false;
    const auto t = timers.front();
    timers.erase(timers.begin());
    auto* p = find(t.id);
    if (!ended && p != nullptr && p->is == process::delayed && p->generation == t.generation) restart(t.id, true);
    return true;
  }

 private:
  bool start(process& p) {
    log.push_back("start " + std::to_string(p.id));
    ++p.generation;
    const bool fails = failing.erase(p.id) > 0;
    p.is = fails ? process::undefined : process::pid;
    return !fails;
  }
  void stop(process& p) {
    if (p.is == process::pid) log.push_back("stop " + std::to_string(p.id));
    p.is = process::undefined;
  }
  void forget(child_key id) {
    log.push_back("forget " + std::to_string(id));
    std::erase_if(children, [&](const process& p) { return p.id == id; });
  }
  void del_child(child_key id) {
    auto* p = find(id);
    p->is = process::undefined;
    if (simple() || p->settings.restart == restart_type::temporary) forget(id);
  }

  bool add_restart(std::vector<time_ms>& times) {
    std::erase_if(times, [&](time_ms then) { return now > then + flags.period_ms; });
    if (times.size() + 1 > flags.intensity) return false;
    times.push_back(now);
    return true;
  }

  void restart(child_key id, bool waited) {
    for (;;) {  // one turn per try_again_restart
      auto* p = find(id);
      auto& times = flags.delay_ms > 0 && alone() ? p->restarts : restarts;
      if (waited) times.clear();
      const bool allowed = waited || add_restart(times);
      waited = false;
      if (!allowed && flags.delay_ms == 0) {
        del_child(id);
        return end("restart intensity reached");
      }
      if (!alone()) terminate_group(id);
      p = find(id);
      if (!allowed) {
        p->is = process::delayed;
        timers.push_back({id, p->generation});
        return;
      }
      if (alone()) {
        if (start(*p)) return;
        p->is = process::restarting;
        continue;
      }
      const auto failed = start_group(id);
      if (!failed) return;
      find(*failed)->is = process::restarting;
      id = *failed;
    }
  }

  bool in_group(const process& p, child_key origin) const {
    return flags.strategy == strategy::one_for_all || p.id >= origin;
  }
  void terminate_group(child_key origin) {
    for (std::size_t i = children.size(); i-- > 0;) {
      auto& p = children[i];
      if (!in_group(p, origin)) continue;
      const bool was = p.is != process::undefined;
      stop(p);
      if (was && p.settings.restart == restart_type::temporary) forget(p.id);
    }
  }
  std::optional<child_key> start_group(child_key origin) {
    for (auto& p : children)
      if (in_group(p, origin) && !start(p)) return p.id;
    return {};
  }

  void end(const std::string& why) {
    for (auto i = children.rbegin(); i != children.rend(); ++i) {
      if (!simple()) stop(*i);
    }
    if (simple())  // all at once, in no particular order
      for (auto& p : children) stop(p);
    ended = true;
    log.push_back("end " + why);
  }
};

}  // namespace supervision_test

#pragma once

#include <map>
#include <memory>
#include <vector>

#include "supervision/machine/effects.hpp"
#include "supervision/machine/restart_window.hpp"
#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// OTP's supervisor without processes: events and the time go in, effects come out. README.md draws it.
///
/// A *sequence* (boot, the restart of a group, shutdown) starts left to right and stops right to left, one child at a
/// time. While one runs, and while a one_for_all or rest_for_one supervisor carries out a request, everything else waits
/// in the order in which it came, as messages wait for OTP's blocking supervisor. Under one_for_one and
/// simple_one_for_one requests and restarts of different children do not wait for each other (OTP's would).
class supervisor_machine {
 public:
  struct child {
    child_settings settings;
    supervision::incarnation incarnation = 0;
    child_state state = child_state::idle;

    [[nodiscard]] bool live() const {
      return state == child_state::starting || state == child_state::running || state == child_state::stopping;
    }
    [[nodiscard]] std::uint32_t restarts() const { return incarnation > 1 ? incarnation - 1 : 0; }

   private:
    friend class supervisor_machine;
    bool adding_ = false;     // the start in progress was asked for by start_child: forgotten if it fails
    bool asked_ = false;      // … by start_child or restart_child: not a restart of ours
    bool may_retry_ = false;  // gone after a failed restart: a retry is pending
  };
  static_assert(sizeof(child) == 16, "ten thousand queues have one each");

  explicit supervisor_machine(supervisor_flags flags) : flags_(flags) {}

  /// Before boot(), left to right.
  child_key add_static(const child_settings& settings);
  void boot(time_ms now, effect_list& out);

  // What became of effects. An exit while starting is a failed start. Stale incarnations are ignored.
  void child_started(child_key key, incarnation inc, time_ms now, effect_list& out);
  void child_ignored(child_key key, incarnation inc, time_ms now, effect_list& out);
  void child_start_failed(child_key key, incarnation inc, time_ms now, effect_list& out);
  void child_exited(child_key key, incarnation inc, exit_kind kind, time_ms now, effect_list& out);
  void timer(const timer_token& token, time_ms now, effect_list& out);

  /// Returns the new child's key at once; 0 when the supervisor is ending.
  child_key start_child(const child_settings& settings, request_id request, time_ms now, effect_list& out);
  void terminate_child(child_key key, request_id request, time_ms now, effect_list& out);
  void restart_child(child_key key, request_id request, time_ms now, effect_list& out);
  void delete_child(child_key key, request_id request, time_ms now, effect_list& out);

  /// Ends everything; again and later calls change nothing.
  void shutdown(time_ms now, effect_list& out);

  [[nodiscard]] const supervisor_flags& flags() const { return flags_; }
  [[nodiscard]] const std::map<child_key, child>& children() const { return children_; }
  [[nodiscard]] const child* find(child_key key) const;
  [[nodiscard]] bool ending() const { return sequence_.what == sequence::shutdown || ended_; }
  [[nodiscard]] bool booting() const { return sequence_.what == sequence::boot; }

 private:
  struct sequence {
    enum kind : std::uint8_t { none, boot, restart, shutdown } what = none;
    std::vector<child_key> to_stop;   // back() is next: the rightmost
    std::vector<child_key> to_start;  // back() is next: the leftmost
    child_key current = 0;            // being started
    child_key delayed = 0;            // restart: instead of starting, retry this one later
    end_cause cause = end_cause::requested;
    child_key culprit = 0;
  };
  struct pending {
    enum kind : std::uint8_t { exit, retry, start, terminate, restart, erase } what;
    child_key key;
    incarnation inc = 0;
    request_id request = 0;
    exit_kind reason = exit_kind::normal;
    child_settings settings = {};
  };

  /// What few children have at any time, kept beside them.
  struct rare {
    std::vector<request_id> starters, stoppers;
    restart_window window;
  };

  [[nodiscard]] bool grouped() const;
  [[nodiscard]] bool simple() const { return flags_.strategy == strategy::simple_one_for_one; }
  [[nodiscard]] bool busy() const { return sequence_.what != sequence::none || exclusive_ != 0; }
  child* find_mutable(child_key key);
  child* current_of(child_key key, incarnation inc);

  // supervisor_machine.cpp: what a death means
  void decide(child_key key, child& c, exit_kind kind, time_ms now, effect_list& out);
  void try_restart(child_key key, child& c, bool waited, time_ms now, effect_list& out);
  void start_ended_without_child(child_key key, child& c, time_ms now, effect_list& out);
  void stop_ended(child_key key, child& c, time_ms now, effect_list& out);
  void check_auto_shutdown(bool significant, child_key culprit, time_ms now, effect_list& out);

  // supervisor_sequence.cpp: order
  void begin_restart_sequence(child_key origin, bool delayed, time_ms now, effect_list& out);
  void begin_shutdown(end_cause cause, child_key culprit, time_ms now, effect_list& out);
  void advance(time_ms now, effect_list& out);
  void end_if_all_gone(effect_list& out);
  void drain(time_ms now, effect_list& out);
  void perform(pending& p, time_ms now, effect_list& out);

  // supervisor_requests.cpp: requests, and the steps of one child
  void do_start(pending& p, effect_list& out);
  void do_terminate(pending& p, effect_list& out);
  void do_restart(pending& p, effect_list& out);
  void do_erase(pending& p, effect_list& out);
  void request(pending p, time_ms now, effect_list& out);
  void begin_start(child_key key, child& c, effect_list& out);
  void begin_stop(child_key key, child& c, effect_list& out);
  void arm_retry(child_key key, child& c, effect_list& out);
  void settle(child_key key, child& c, effect_list& out);  // not running any more and not to be: idle or forgotten
  void remove(child_key key, effect_list& out);
  void answer(std::vector<request_id> rare::*waiting, child_key key, outcome what, effect_list& out);
  void release(child_key key, time_ms now, effect_list& out);
  void set_state(child& c, child_state to);

  supervisor_flags flags_;
  std::map<child_key, child> children_;  // key order is start order
  child_key last_key_ = 0;
  std::size_t live_ = 0;
  child_key exclusive_ = 0;  // grouped strategies: the child a request is working on
  sequence sequence_;
  std::vector<pending> pending_;  // in order of arrival
  std::map<child_key, rare> rare_;
  restart_window window_;
  bool ended_ = false;
};

}  // namespace warren::supervision

#include "supervision/machine/supervisor_machine.hpp"

#include "core/base/assert.hpp"

namespace warren::supervision {

bool supervisor_machine::grouped() const {
  return flags_.strategy == strategy::one_for_all || flags_.strategy == strategy::rest_for_one;
}

const supervisor_machine::child* supervisor_machine::find(child_key key) const {
  const auto i = children_.find(key);
  return i == children_.end() ? nullptr : &i->second;
}

supervisor_machine::child* supervisor_machine::find_mutable(child_key key) {
  const auto i = children_.find(key);
  return i == children_.end() ? nullptr : &i->second;
}

supervisor_machine::child* supervisor_machine::current_of(child_key key, incarnation inc) {
  auto* c = find_mutable(key);
  return c != nullptr && c->incarnation == inc ? c : nullptr;
}

child_key supervisor_machine::add_static(const child_settings& settings) {
  WARREN_ENSURE(!simple() && sequence_.what == sequence::none);
  children_[++last_key_].settings = settings;
  return last_key_;
}

void supervisor_machine::child_started(child_key key, incarnation inc, time_ms now, effect_list& out) {
  auto* c = current_of(key, inc);
  if (c == nullptr || c->state != child_state::starting) return;
  set_state(*c, child_state::running);
  c->adding_ = c->asked_ = false;
  answer(&rare::starters, key, outcome::ok, out);
  if (sequence_.current == key) return advance(now, out);
  release(key, now, out);
}

void supervisor_machine::child_ignored(child_key key, incarnation inc, time_ms now, effect_list& out) {
  auto* c = current_of(key, inc);
  if (c == nullptr || (c->state != child_state::starting && c->state != child_state::stopping)) return;
  if (c->state == child_state::stopping) return stop_ended(key, *c, now, out);
  c->adding_ = c->asked_ = false;
  answer(&rare::starters, key, outcome::ignored, out);
  settle(key, *c, out);
  if (sequence_.current == key) return advance(now, out);
  release(key, now, out);
}

void supervisor_machine::child_start_failed(child_key key, incarnation inc, time_ms now, effect_list& out) {
  auto* c = current_of(key, inc);
  if (c == nullptr) return;
  if (c->state == child_state::starting) return start_ended_without_child(key, *c, now, out);
  if (c->state == child_state::stopping) return stop_ended(key, *c, now, out);
}

void supervisor_machine::child_exited(child_key key, incarnation inc, exit_kind kind, time_ms now, effect_list& out) {
  auto* c = current_of(key, inc);
  if (c == nullptr) return;
  switch (c->state) {
    case child_state::starting:
      return start_ended_without_child(key, *c, now, out);
    case child_state::stopping:
      return stop_ended(key, *c, now, out);
    case child_state::running:
      set_state(*c, child_state::gone);
      if (ending()) return end_if_all_gone(out);
      if (busy()) {
        pending_.push_back({.what = pending::exit, .key = key, .inc = inc, .reason = kind});
        return;
      }
      return decide(key, *c, kind, now, out);
    default:
      return;
  }
}

void supervisor_machine::decide(child_key key, child& c, exit_kind kind, time_ms now, effect_list& out) {
  const auto type = c.settings.restart;
  if (type == restart_type::permanent || (type == restart_type::transient && kind == exit_kind::abnormal))
    return try_restart(key, c, false, now, out);
  const bool significant = c.settings.significant;
  settle(key, c, out);
  check_auto_shutdown(significant, key, now, out);
}

void supervisor_machine::try_restart(child_key key, child& c, bool waited, time_ms now, effect_list& out) {
  c.may_retry_ = false;
  const bool alone = !grouped();
  auto& window = alone && flags_.delay_ms > 0 ? rare_[key].window : window_;
  if (waited) window.clear();  // the delay is served: this start is not counted
  const bool allowed = waited || window.add(now, flags_);
  if (!allowed && flags_.delay_ms == 0) {
    settle(key, c, out);
    return begin_shutdown(end_cause::intensity_reached, key, now, out);
  }
  if (!alone) return begin_restart_sequence(key, !allowed, now, out);
  if (allowed) return begin_start(key, c, out);
  arm_retry(key, c, out);
}

void supervisor_machine::start_ended_without_child(child_key key, child& c, time_ms now, effect_list& out) {
  set_state(c, child_state::gone);
  if (sequence_.what == sequence::shutdown) {
    answer(&rare::starters, key, outcome::shutting_down, out);
    return simple() ? end_if_all_gone(out) : advance(now, out);
  }
  if (sequence_.what == sequence::boot) {
    settle(key, c, out);
    return begin_shutdown(end_cause::boot_failed, key, now, out);
  }
  if (sequence_.what == sequence::restart) {
    // OTP's try_again_restart: what has piled up meanwhile comes first, then this child counts as a further restart.
    c.may_retry_ = true;
    pending_.push_back({.what = pending::retry, .key = key, .inc = c.incarnation});
    sequence_ = {};
    return drain(now, out);
  }
  if (!c.asked_) return try_restart(key, c, false, now, out);
  answer(&rare::starters, key, outcome::start_failed, out);
  if (c.adding_) {
    remove(key, out);
  } else {
    settle(key, c, out);
  }
  release(key, now, out);
}

void supervisor_machine::stop_ended(child_key key, child& c, time_ms now, effect_list& out) {
  const bool ends = ending();
  set_state(c, child_state::gone);
  answer(&rare::starters, key, ends ? outcome::shutting_down : outcome::terminated, out);
  answer(&rare::stoppers, key, outcome::ok, out);
  if (ends) return simple() ? end_if_all_gone(out) : advance(now, out);
  if (sequence_.what == sequence::restart) return advance(now, out);
  settle(key, c, out);
  release(key, now, out);
}

void supervisor_machine::check_auto_shutdown(bool significant, child_key culprit, time_ms now, effect_list& out) {
  if (!significant || flags_.auto_shutdown == auto_shutdown::never) return;
  if (flags_.auto_shutdown == auto_shutdown::all_significant) {
    for (const auto& [key, c] : children_)
      if (c.settings.significant && c.state != child_state::idle) return;
  }
  begin_shutdown(end_cause::significant_ended, culprit, now, out);
}

}  // namespace warren::supervision

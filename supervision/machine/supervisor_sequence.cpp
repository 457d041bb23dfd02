#include <algorithm>

#include "core/base/assert.hpp"
#include "supervision/machine/supervisor_machine.hpp"

namespace warren::supervision {

void supervisor_machine::boot(time_ms now, effect_list& out) {
  WARREN_ENSURE(sequence_.what == sequence::none && !ended_);
  sequence_.what = sequence::boot;
  for (auto i = children_.rbegin(); i != children_.rend(); ++i) sequence_.to_start.push_back(i->first);
  advance(now, out);
}

void supervisor_machine::shutdown(time_ms now, effect_list& out) {
  begin_shutdown(end_cause::requested, 0, now, out);
}

void supervisor_machine::begin_restart_sequence(child_key origin, bool delayed, time_ms now, effect_list& out) {
  sequence_ = {};
  sequence_.what = sequence::restart;
  if (delayed) sequence_.delayed = origin;
  const auto from = flags_.strategy == strategy::rest_for_one ? children_.find(origin) : children_.begin();
  for (auto i = from; i != children_.end(); ++i) {
    const auto& c = i->second;
    // Whoever died meanwhile is restarted with the rest; its pending exit is out of date.
    if (c.state != child_state::idle) sequence_.to_stop.push_back(i->first);
    // OTP starts siblings that were not running as well; temporary ones are forgotten as they stop.
    sequence_.to_start.push_back(i->first);
  }
  std::reverse(sequence_.to_start.begin(), sequence_.to_start.end());
  advance(now, out);
}

void supervisor_machine::begin_shutdown(end_cause cause, child_key culprit, time_ms now, effect_list& out) {
  if (ending()) return;
  sequence_ = {};
  sequence_.what = sequence::shutdown;
  sequence_.cause = cause;
  sequence_.culprit = culprit;
  exclusive_ = 0;
  for (const auto& p : pending_)
    if (p.request != 0) out.push_back(effects::reply{p.request, outcome::shutting_down, p.key});
  pending_.clear();
  if (!simple()) {
    for (const auto& [key, c] : children_)
      if (c.live()) sequence_.to_stop.push_back(key);
    return advance(now, out);
  }
  // All at once, one timer for all: OTP's way with dynamic children.
  std::int32_t longest = 0;
  for (auto& [key, c] : children_) {
    if (!c.live()) continue;
    const auto limit = c.settings.shutdown;
    if (!limit.endless()) longest = std::max(longest, limit.ms());
    if (c.state == child_state::stopping) continue;
    set_state(c, child_state::stopping);
    out.push_back(effects::stop{key, limit.kills()});
  }
  if (live_ > 0 && longest > 0) out.push_back(effects::arm{{.what = timer_token::purpose::stop_all}, longest});
  end_if_all_gone(out);
}

void supervisor_machine::advance(time_ms now, effect_list& out) {
  auto& s = sequence_;
  s.current = 0;
  while (!s.to_stop.empty()) {
    const auto key = s.to_stop.back();
    auto* c = find_mutable(key);
    if (c != nullptr && c->state == child_state::stopping) return;
    if (c != nullptr && c->live()) return begin_stop(key, *c, out);
    s.to_stop.pop_back();
    if (c != nullptr && !ending()) settle(key, *c, out);
  }
  if (s.what == sequence::shutdown) return end_if_all_gone(out);
  if (s.delayed != 0) {
    const auto key = s.delayed;
    s = {};
    arm_retry(key, *find_mutable(key), out);
    return drain(now, out);
  }
  while (!s.to_start.empty()) {
    const auto key = s.to_start.back();
    s.to_start.pop_back();
    if (auto* c = find_mutable(key)) {
      s.current = key;
      return begin_start(key, *c, out);
    }
  }
  const bool was_boot = s.what == sequence::boot;
  s = {};
  if (was_boot) out.push_back(effects::booted{});
  drain(now, out);
}

void supervisor_machine::end_if_all_gone(effect_list& out) {
  if (ended_ || live_ > 0) return;
  ended_ = true;
  out.push_back(effects::end{sequence_.cause, sequence_.culprit});
}

void supervisor_machine::timer(const timer_token& token, time_ms now, effect_list& out) {
  using purpose = timer_token::purpose;
  if (token.what == purpose::stop_all) {
    if (!ending() || ended_) return;
    for (const auto& [key, c] : children_)
      if (c.live() && !c.settings.shutdown.endless()) out.push_back(effects::stop{key, true});
    return;
  }
  auto* c = current_of(token.key, token.inc);
  if (c == nullptr) return;
  if (token.what == purpose::stop) {
    if (c->state == child_state::stopping) out.push_back(effects::stop{token.key, true});
    return;
  }
  if (c->state != child_state::delayed || ending()) return;
  pending p{.what = pending::retry, .key = token.key, .inc = token.inc};
  if (busy()) return pending_.push_back(p);
  perform(p, now, out);
}

void supervisor_machine::drain(time_ms now, effect_list& out) {
  while (!busy() && !pending_.empty()) {
    auto p = pending_.front();
    pending_.erase(pending_.begin());
    perform(p, now, out);
  }
}

void supervisor_machine::perform(pending& p, time_ms now, effect_list& out) {
  switch (p.what) {
    case pending::exit:
      if (auto* c = current_of(p.key, p.inc); c != nullptr && c->state == child_state::gone)
        decide(p.key, *c, p.reason, now, out);
      return;
    case pending::retry:
      if (auto* c = current_of(p.key, p.inc);
          c != nullptr && (c->state == child_state::delayed || (c->state == child_state::gone && c->may_retry_)))
        try_restart(p.key, *c, c->state == child_state::delayed, now, out);
      return;
    case pending::start:
      return do_start(p, out);
    case pending::terminate:
      return do_terminate(p, out);
    case pending::restart:
      return do_restart(p, out);
    case pending::erase:
      return do_erase(p, out);
  }
}

}  // namespace warren::supervision

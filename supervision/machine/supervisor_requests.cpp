#include "core/base/assert.hpp"
#include "supervision/machine/supervisor_machine.hpp"

namespace warren::supervision {

void supervisor_machine::request(pending p, time_ms now, effect_list& out) {
  if (ending()) {
    if (p.request != 0) out.push_back(effects::reply{p.request, outcome::shutting_down, p.key});
    return;
  }
  if (busy()) return pending_.push_back(p);
  perform(p, now, out);
}

child_key supervisor_machine::start_child(const child_settings& settings, request_id id, time_ms now,
                                          effect_list& out) {
  const auto key = ending() ? 0 : ++last_key_;
  request({.what = pending::start, .key = key, .request = id, .settings = settings}, now, out);
  return key;
}

void supervisor_machine::terminate_child(child_key key, request_id id, time_ms now, effect_list& out) {
  request({.what = pending::terminate, .key = key, .request = id}, now, out);
}

void supervisor_machine::restart_child(child_key key, request_id id, time_ms now, effect_list& out) {
  request({.what = pending::restart, .key = key, .request = id}, now, out);
}

void supervisor_machine::delete_child(child_key key, request_id id, time_ms now, effect_list& out) {
  request({.what = pending::erase, .key = key, .request = id}, now, out);
}

void supervisor_machine::do_start(pending& p, effect_list& out) {
  auto& c = children_[p.key];
  c.settings = p.settings;
  c.adding_ = c.asked_ = true;
  if (p.request != 0) rare_[p.key].starters.push_back(p.request);
  if (grouped()) exclusive_ = p.key;
  begin_start(p.key, c, out);
}

void supervisor_machine::do_terminate(pending& p, effect_list& out) {
  auto* c = find_mutable(p.key);
  if (c == nullptr) {
    if (p.request != 0) out.push_back(effects::reply{p.request, outcome::not_found, p.key});
    return;
  }
  if (!c->live()) {
    if (p.request != 0) out.push_back(effects::reply{p.request, outcome::ok, p.key});
    return settle(p.key, *c, out);
  }
  if (p.request != 0) rare_[p.key].stoppers.push_back(p.request);
  if (c->state == child_state::stopping) return;
  if (grouped()) exclusive_ = p.key;
  begin_stop(p.key, *c, out);
}

void supervisor_machine::do_restart(pending& p, effect_list& out) {
  auto* c = find_mutable(p.key);
  const auto refusal = [&](outcome what) {
    if (p.request != 0) out.push_back(effects::reply{p.request, what, p.key});
  };
  if (c == nullptr) return refusal(outcome::not_found);
  switch (c->state) {
    case child_state::idle:
      break;
    case child_state::running:
    case child_state::stopping:
      return refusal(outcome::running);
    default:
      return refusal(outcome::restarting);
  }
  c->asked_ = true;
  if (p.request != 0) rare_[p.key].starters.push_back(p.request);
  if (grouped()) exclusive_ = p.key;
  begin_start(p.key, *c, out);
}

void supervisor_machine::do_erase(pending& p, effect_list& out) {
  auto* c = find_mutable(p.key);
  auto what = outcome::ok;
  if (c == nullptr) {
    what = outcome::not_found;
  } else if (c->state == child_state::idle) {
    remove(p.key, out);
  } else {
    what = c->state == child_state::running || c->state == child_state::stopping ? outcome::running
                                                                                 : outcome::restarting;
  }
  if (p.request != 0) out.push_back(effects::reply{p.request, what, p.key});
}

void supervisor_machine::begin_start(child_key key, child& c, effect_list& out) {
  WARREN_ENSURE(!c.live());
  set_state(c, child_state::starting);
  c.may_retry_ = false;
  out.push_back(effects::start{key, ++c.incarnation});
}

void supervisor_machine::begin_stop(child_key key, child& c, effect_list& out) {
  set_state(c, child_state::stopping);
  const auto limit = c.settings.shutdown;
  out.push_back(effects::stop{key, limit.kills()});
  if (!limit.kills() && !limit.endless())
    out.push_back(effects::arm{{timer_token::purpose::stop, key, c.incarnation}, limit.ms()});
}

void supervisor_machine::arm_retry(child_key key, child& c, effect_list& out) {
  set_state(c, child_state::delayed);
  out.push_back(effects::arm{{timer_token::purpose::retry, key, c.incarnation}, flags_.delay_ms});
}

void supervisor_machine::settle(child_key key, child& c, effect_list& out) {
  set_state(c, child_state::idle);
  c.may_retry_ = c.asked_ = c.adding_ = false;
  if (!simple() && c.settings.restart != restart_type::temporary) return;
  remove(key, out);
}

void supervisor_machine::remove(child_key key, effect_list& out) {
  out.push_back(effects::forget{key});
  children_.erase(key);
  rare_.erase(key);
}

void supervisor_machine::answer(std::vector<request_id> rare::*waiting, child_key key, outcome what,
                                effect_list& out) {
  const auto i = rare_.find(key);
  if (i == rare_.end()) return;
  for (const auto id : i->second.*waiting) out.push_back(effects::reply{id, what, key});
  (i->second.*waiting).clear();
  if (i->second.starters.empty() && i->second.stoppers.empty() && i->second.window.empty()) rare_.erase(i);
}

void supervisor_machine::release(child_key key, time_ms now, effect_list& out) {
  if (exclusive_ != key) return;
  exclusive_ = 0;
  drain(now, out);
}

void supervisor_machine::set_state(child& c, child_state to) {
  if (c.live()) --live_;
  c.state = to;
  if (c.live()) ++live_;
}

}  // namespace warren::supervision

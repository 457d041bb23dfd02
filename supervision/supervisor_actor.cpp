#include "supervision/supervisor_actor.hpp"

#include <stdexcept>

#include "core/base/assert.hpp"
#include "supervision/supervisor_event.hpp"
#include "supervision/type_name.hpp"

namespace warren::supervision {

namespace {

caf::error error_with(supervisor_error code, caf::message context) {
  const auto plain = make_error(code);
  return caf::error{plain.code(), plain.category(), std::move(context)};
}

caf::error error_with(supervisor_error code, std::string text) {
  return error_with(code, caf::make_message(std::move(text)));
}

}  // namespace

caf::actor spawn_supervisor(caf::actor_system& system, supervisor_spec spec) {
  auto where = make_place(spec.name);
  return system.spawn<supervisor_actor>(std::move(where), std::make_shared<const supervisor_spec>(std::move(spec)));
}

supervisor_actor::supervisor_actor(caf::actor_config& config, place where, std::shared_ptr<const supervisor_spec> spec)
    : super(config, std::move(where), "supervisor"),
      spec_(std::move(spec)),
      machine_(spec_->flags),
      names_(0, by_name{&entries_}, by_name{&entries_}) {
  if (auto wrong = check(*spec_); !wrong.empty()) throw std::invalid_argument(spec_->name + ": " + wrong);
  if (simple()) {
    template_ = std::shared_ptr<const child_spec>(spec_, &spec_->children.front());
    return;
  }
  for (const auto& child : spec_->children) {
    const auto key = machine_.add_static(child.settings());
    entries_[key] = {nullptr, child.name, std::shared_ptr<const child_spec>(spec_, &child), nullptr, nullptr};
    names_.insert(key);
  }
}

caf::behavior supervisor_actor::make_behavior() {
  set_exit_handler([this](caf::exit_msg& m) {
    if (m.reason) step([this](effect_list& out) { machine_.shutdown(now_ms(), out); });
  });
  step([this](effect_list& out) { machine_.boot(now_ms(), out); });
  return {
      [this](child_ready& m) {
        step([&](effect_list& out) { machine_.child_started(m.key, m.incarnation, now_ms(), out); });
      },
      [this](child_down& m) { down(m); },
      [this](timer_fired& m) { step([&](effect_list& out) { machine_.timer(m.token, now_ms(), out); }); },
      [this](start_child& m) { return add(std::move(m.spec)); },
      [this](start_dynamic& m) { return add_dynamic(m); },
      [this](terminate_child& m) -> caf::result<completed> {
        const auto id = wait(false);
        const auto key = resolve(m.child);
        step([&](effect_list& out) { machine_.terminate_child(key, id, now_ms(), out); });
        return caf::delegated<completed>{};
      },
      [this](restart_child& m) -> caf::result<child_ref> {
        if (simple()) return make_error(supervisor_error::wrong_strategy);
        const auto id = wait(true);
        const auto key = resolve(m.child);
        step([&](effect_list& out) { machine_.restart_child(key, id, now_ms(), out); });
        return caf::delegated<child_ref>{};
      },
      [this](delete_child& m) -> caf::result<completed> {
        if (simple()) return make_error(supervisor_error::wrong_strategy);
        const auto id = wait(false);
        const auto key = resolve(m.child);
        step([&](effect_list& out) { machine_.delete_child(key, id, now_ms(), out); });
        return caf::delegated<completed>{};
      },
      [this](which_children) {
        children_list list;
        report_children(list.children);
        return list;
      },
      [this](count_children) { return counts(); },
      [this](await_started) -> caf::result<completed> {
        if (booted_) return completed{};
        boot_waiters_.push_back(make_response_promise());
        return caf::delegated<completed>{};
      },
  };
}

void supervisor_actor::on_exit() {
  // Our own crash or a kill: nobody would watch the children any more. After an orderly end there are none left.
  for (auto& [key, e] : entries_) kill(this, e.handle);
  names_.clear();
  entries_.clear();  // children know us, we know them: break the circle
  waiting_.clear();
  boot_waiters_.clear();
}

// Not now(): Debian's library declares local_actor::now() without defining it.
time_ms supervisor_actor::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock().now().time_since_epoch()).count();
}

void supervisor_actor::perform_all() {
  performing_ = true;
  for (std::size_t i = 0; i < effects_.size(); ++i) {
    const effect e = effects_[i];
    perform(e);
  }
  effects_.clear();
  if (effects_.capacity() > 64) effects_ = {};
  performing_ = false;
}

void supervisor_actor::perform(const effect& e) {
  switch (e.index()) {
    case 0: return do_start(std::get<effects::start>(e));
    case 1: return do_stop(std::get<effects::stop>(e));
    case 2: {
      const auto& arm = std::get<effects::arm>(e);
      if (arm.token.what == timer_token::purpose::retry) {
        const auto* known = find(arm.token.key);
        log("delayed", arm.token.key, known != nullptr && known->last_exit ? *known->last_exit : std::string());
      }
      return delayed_send(this, std::chrono::milliseconds(arm.after_ms), timer_fired{arm.token});
    }
    case 3: return do_reply(std::get<effects::reply>(e));
    case 4: return do_forget(std::get<effects::forget>(e).key);
    case 5:
      booted_ = true;
      for (auto& promise : boot_waiters_) promise.deliver(completed{});
      boot_waiters_ = {};
      return report_started(this, where());
    default: return do_end(std::get<effects::end>(e));
  }
}

void supervisor_actor::do_start(const effects::start& e) {
  auto* child = find(e.key);
  WARREN_ENSURE(child != nullptr);
  start_context context{this, place_below(child->name), child->args};
  context.where.supervisor = address();
  context.where.key = e.key;
  context.where.incarnation = e.inc;
  caf::actor started;
  std::string failure;
  const auto spec = child->spec;
  try {
    started = spec->start(context);
  } catch (const std::exception& x) {
    failure = type_name(typeid(x)) + ": " + x.what();
  } catch (...) {
    failure = "an exception that is not a std::exception";
  }
  if (!failure.empty()) {
    log("start failed", e.key, failure);
    note_exit(*child, std::move(failure));
    return machine_.child_start_failed(e.key, e.inc, now_ms(), effects_);
  }
  if (!started) return machine_.child_ignored(e.key, e.inc, now_ms(), effects_);
  child->handle = caf::actor_cast<caf::strong_actor_ptr>(started);
  child->handle->get()->attach(caf::attachable_ptr{new child_watch(address(), e.key, e.inc)});
  if (spec->mode == start_mode::immediate) machine_.child_started(e.key, e.inc, now_ms(), effects_);
}

void supervisor_actor::do_stop(const effects::stop& e) {
  const auto* child = find(e.key);
  if (child == nullptr || !child->handle) return;
  if (!e.kill) return send_exit(child->handle, caf::exit_reason::user_shutdown);
  log("killed", e.key, {});
  kill(this, child->handle);
}

void supervisor_actor::do_reply(const effects::reply& e) {
  auto node = waiting_.extract(e.request);
  if (node.empty()) return;
  auto& [promise, wants_child] = node.mapped();
  const auto* child = find(e.key);
  switch (e.what) {
    case outcome::ok:
    case outcome::ignored:
      if (!wants_child) return promise.deliver(completed{});
      return promise.deliver(
          child_ref{child != nullptr ? caf::actor_cast<caf::actor>(child->handle) : caf::actor{}, e.key});
    case outcome::start_failed:
      return promise.deliver(error_with(supervisor_error::start_failed,
                                        child != nullptr && child->last_exit ? *child->last_exit : std::string()));
    case outcome::terminated:
      return promise.deliver(error_with(supervisor_error::start_failed, std::string("terminated while starting")));
    case outcome::not_found: return promise.deliver(make_error(supervisor_error::not_found));
    case outcome::running: return promise.deliver(make_error(supervisor_error::running));
    case outcome::restarting: return promise.deliver(make_error(supervisor_error::restarting));
    case outcome::shutting_down: return promise.deliver(make_error(supervisor_error::shutting_down));
  }
}

void supervisor_actor::do_forget(child_key key) {
  const auto i = entries_.find(key);
  if (i == entries_.end()) return;
  last_forgotten_ = {key, i->second.name};
  if (i->second.last_exit) last_forgotten_.second += ": " + *i->second.last_exit;
  names_.erase(key);
  entries_.erase(i);
}

void supervisor_actor::do_end(const effects::end& e) {
  if (e.cause == end_cause::requested) {
    for (auto& promise : boot_waiters_) promise.deliver(make_error(supervisor_error::shutting_down));
    return quit(caf::exit_reason::user_shutdown);
  }
  std::string text(to_string(e.cause));
  const auto* child = find(e.culprit);
  if (child != nullptr) text += ": " + child->name;
  if (child != nullptr && child->last_exit) text += ": " + *child->last_exit;
  if (child == nullptr && last_forgotten_.first == e.culprit) text += ": " + last_forgotten_.second;
  log("supervisor ended", 0, text);
  for (auto& promise : boot_waiters_) promise.deliver(error_with(supervisor_error::start_failed, text));
  quit(shutdown_reason(std::move(text)));
}

void supervisor_actor::down(const child_down& m) {
  auto* child = find(m.key);
  const auto* known = machine_.find(m.key);
  if (child == nullptr || known == nullptr || known->incarnation != m.incarnation) return;
  child->handle = nullptr;
  auto text = render(m.reason);
  const auto kind = classify(m.reason);
  const bool starting = known->state == child_state::starting;
  if (starting || (kind == exit_kind::abnormal && known->state != child_state::stopping))
    log(starting ? "start failed" : "child ended", m.key, text);
  note_exit(*child, std::move(text));
  step([&](effect_list& out) { machine_.child_exited(m.key, m.incarnation, kind, now_ms(), out); });
}

void supervisor_actor::note_exit(entry& e, std::string text) { e.last_exit = std::make_unique<std::string>(std::move(text)); }

supervisor_actor::entry* supervisor_actor::find(child_key key) {
  const auto i = entries_.find(key);
  return i == entries_.end() ? nullptr : &i->second;
}

void supervisor_actor::log(const char* what, child_key key, const std::string& reason) {
  if (!has_supervisor_event_sink()) return;
  const auto* child = find(key);
  const auto* known = machine_.find(key);
  deliver(supervisor_event{where().path(), child != nullptr ? child->name : std::string(), what, reason,
                           known != nullptr ? known->restarts() : 0});
}

}  // namespace warren::supervision

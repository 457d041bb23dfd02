// The half of the supervisor actor that talks to those who ask: children added, found, counted.
#include "supervision/supervisor_actor.hpp"

namespace warren::supervision {

request_id supervisor_actor::wait(bool wants_child) {
  waiting_.emplace(++last_request_, waiting{make_response_promise(), wants_child});
  return last_request_;
}

caf::result<child_ref> supervisor_actor::add(child_spec spec) {
  const auto refuse = [](supervisor_error code, caf::message context = {}) {
    const auto plain = make_error(code);
    return caf::error{plain.code(), plain.category(), std::move(context)};
  };
  if (simple()) return refuse(supervisor_error::wrong_strategy);
  if (machine_.ending()) return refuse(supervisor_error::shutting_down);
  if (auto wrong = check(spec_->flags, spec); !wrong.empty())
    return refuse(supervisor_error::bad_spec, caf::make_message(std::move(wrong)));
  if (const auto known = names_.find(std::string_view(spec.name)); known != names_.end()) {
    const auto& handle = entries_.at(*known).handle;
    if (!handle) return refuse(supervisor_error::already_present);
    return refuse(supervisor_error::already_started, caf::make_message(caf::actor_cast<caf::actor>(handle)));
  }
  const auto settings = spec.settings();
  auto name = std::move(spec.name);
  spec.name.clear();
  auto shared = std::make_shared<const child_spec>(std::move(spec));
  const auto id = wait(true);
  step([&](effect_list& out) {
    const auto key = machine_.start_child(settings, id, now_ms(), out);
    entries_[key] = {nullptr, std::move(name), std::move(shared), nullptr, nullptr};
    names_.insert(key);
  });
  return caf::delegated<child_ref>{};
}

caf::result<child_ref> supervisor_actor::add_dynamic(start_dynamic& request) {
  if (!simple()) return make_error(supervisor_error::wrong_strategy);
  if (machine_.ending()) return make_error(supervisor_error::shutting_down);
  const auto id = wait(true);
  step([&](effect_list& out) {
    const auto key = machine_.start_child(template_->settings(), id, now_ms(), out);
    entries_[key] = {nullptr, std::move(request.name), template_, std::move(request.args), nullptr};
  });
  return caf::delegated<child_ref>{};
}

child_key supervisor_actor::resolve(const child_name& name) const {
  if (name.key != 0) return name.key;
  const auto known = names_.find(std::string_view(name.name));
  return known == names_.end() ? 0 : *known;
}

child_info supervisor_actor::info(child_key key, const supervisor_machine::child& child) const {
  child_info info;
  info.key = key;
  info.state = child.state;
  info.type = child.settings.type;
  info.restarts = child.restarts();
  const auto i = entries_.find(key);
  if (i == entries_.end()) return info;
  info.name = i->second.name;
  info.kind = i->second.spec->kind;
  info.handle = caf::actor_cast<caf::actor>(i->second.handle);
  if (i->second.last_exit) info.last_exit = *i->second.last_exit;
  return info;
}

void supervisor_actor::report_children(std::vector<child_info>& into) {
  into.reserve(machine_.children().size());
  for (const auto& [key, child] : machine_.children()) into.push_back(info(key, child));
}

child_counts supervisor_actor::counts() const {
  child_counts n;
  for (const auto& [key, child] : machine_.children()) {
    ++n.specs;
    if (child.live()) ++n.active;
    if (child.settings.type == child_type::supervisor) ++n.supervisors;
  }
  n.workers = n.specs - n.supervisors;
  if (simple()) n.specs = 1;
  return n;
}

}  // namespace warren::supervision

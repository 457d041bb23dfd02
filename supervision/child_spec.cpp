#include "supervision/child_spec.hpp"

#include "supervision/supervisor_actor.hpp"

namespace warren::supervision {

child_settings child_spec::settings() const {
  const auto fallback = type == child_type::supervisor ? shutdown_limit::infinity() : shutdown_limit::milliseconds(5000);
  return {shutdown.value_or(fallback), restart, type, significant};
}

child_spec worker(std::string name, const char* kind, start_function start, start_mode mode) {
  child_spec spec;
  spec.name = std::move(name);
  spec.kind = kind;
  spec.start = std::move(start);
  spec.mode = mode;
  return spec;
}

child_spec supervisor_child(supervisor_spec spec) {
  child_spec child;
  child.name = spec.name;
  child.kind = "supervisor";
  child.type = child_type::supervisor;
  child.mode = start_mode::handshake;
  child.start = [shared = std::make_shared<const supervisor_spec>(std::move(spec))](start_context& context) {
    return context.supervisor->spawn<supervisor_actor>(std::move(context.where), shared);
  };
  return child;
}

std::string check(const supervisor_flags& flags) {
  if (flags.period_ms < 1) return "period must be positive";
  if (flags.delay_ms < 0) return "delay must not be negative";
  return {};
}

std::string check(const supervisor_flags& flags, const child_spec& child) {
  if (!child.start) return "child '" + child.name + "' has no start function";
  if (child.significant && child.restart == restart_type::permanent)
    return "child '" + child.name + "' is permanent and cannot be significant";
  if (child.significant && flags.auto_shutdown == auto_shutdown::never)
    return "child '" + child.name + "' is significant, but auto_shutdown is never";
  return {};
}

std::string check(const supervisor_spec& spec) {
  if (auto wrong = check(spec.flags); !wrong.empty()) return wrong;
  if (spec.flags.strategy == strategy::simple_one_for_one && spec.children.size() != 1)
    return "simple_one_for_one needs exactly one template";
  for (std::size_t i = 0; i < spec.children.size(); ++i) {
    if (auto wrong = check(spec.flags, spec.children[i]); !wrong.empty()) return wrong;
    for (std::size_t j = 0; j < i; ++j)
      if (spec.children[i].name == spec.children[j].name) return "two children are named '" + spec.children[i].name + "'";
  }
  return {};
}

void report_started(caf::local_actor* self, const place& where) {
  if (const auto supervisor = caf::actor_cast<caf::strong_actor_ptr>(where.supervisor))
    supervisor->enqueue(self->ctrl(), caf::make_message_id(),
                        caf::make_message(child_ready{where.key, where.incarnation}), self->context());
}

}  // namespace warren::supervision

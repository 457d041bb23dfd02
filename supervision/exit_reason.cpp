#include "supervision/exit_reason.hpp"

#include "supervision/supervisor.hpp"

namespace warren::supervision {

namespace {

constexpr caf::atom_value exit_category = caf::atom("exit");
constexpr caf::atom_value supervisor_category = caf::atom("supervisor");

caf::error with_text(caf::exit_reason code, std::string text) {
  return caf::error{static_cast<std::uint8_t>(code), caf::make_error(code).category(),
                    caf::make_message(std::move(text))};
}

std::string text_of(const caf::error& reason) {
  std::string text;
  const auto& context = reason.context();
  for (std::size_t i = 0; i < context.size(); ++i) {
    if (!context.match_element<std::string>(i)) continue;
    if (!text.empty()) text += ' ';
    text += context.get_as<std::string>(i);
  }
  return text;
}

bool is(const caf::error& reason, caf::exit_reason code) {
  return reason.category() == exit_category && reason.code() == static_cast<std::uint8_t>(code);
}

std::string joined(std::string what, const std::string& text) {
  if (!text.empty()) what.append(": ").append(text);
  return what;
}

}  // namespace

exit_kind classify(const caf::error& reason) {
  if (!reason || is(reason, caf::exit_reason::normal)) return exit_kind::normal;
  return is(reason, caf::exit_reason::user_shutdown) ? exit_kind::shutdown : exit_kind::abnormal;
}

std::string render(const caf::error& reason) {
  if (!reason || is(reason, caf::exit_reason::normal)) return "normal";
  const auto text = text_of(reason);
  if (is(reason, caf::exit_reason::user_shutdown)) return joined("shutdown", text);
  if (is(reason, caf::exit_reason::unhandled_exception)) return joined("exception", text);
  if (is(reason, caf::exit_reason::kill)) return "killed";
  if (is(reason, caf::exit_reason::unknown) && !text.empty()) return text;
  if (reason.category() == exit_category) return joined(to_string(static_cast<caf::exit_reason>(reason.code())), text);
  if (reason.category() == caf::atom("system"))
    return joined(caf::to_string(static_cast<caf::sec>(reason.code())), text);
  if (reason.category() == supervisor_category)
    return joined(to_string(static_cast<supervisor_error>(reason.code())), text);
  return caf::to_string(reason);
}

caf::error exception_reason(std::string text) {
  return with_text(caf::exit_reason::unhandled_exception, std::move(text));
}

caf::error shutdown_reason(std::string text) { return with_text(caf::exit_reason::user_shutdown, std::move(text)); }

caf::error failure_reason(std::string text) { return with_text(caf::exit_reason::unknown, std::move(text)); }

void kill(caf::local_actor* self, const caf::strong_actor_ptr& target) {
  if (!target) return;
  target->get()->eq_impl(caf::make_message_id(caf::message_priority::high), self->ctrl(), self->context(),
                         caf::exit_msg{self->address(), caf::exit_reason::kill});
}

caf::error make_error(supervisor_error code) {
  return caf::error{static_cast<std::uint8_t>(code), supervisor_category};
}

std::string to_string(supervisor_error code) {
  switch (code) {
    case supervisor_error::already_started: return "already started";
    case supervisor_error::already_present: return "already present";
    case supervisor_error::not_found: return "not found";
    case supervisor_error::running: return "running";
    case supervisor_error::restarting: return "restarting";
    case supervisor_error::bad_spec: return "bad child specification";
    case supervisor_error::start_failed: return "start failed";
    case supervisor_error::shutting_down: return "supervisor is shutting down";
    case supervisor_error::wrong_strategy: return "not possible with this strategy";
  }
  return "unknown supervisor error";
}

}  // namespace warren::supervision

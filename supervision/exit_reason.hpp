#pragma once

#include <caf/all.hpp>
#include <string>

#include "supervision/machine/types.hpp"

namespace warren::supervision {

/// `none` and exit_reason::normal are normal; exit_reason::user_shutdown is shutdown; everything else (an exception, a
/// kill, any error code) is abnormal.
[[nodiscard]] exit_kind classify(const caf::error& reason);

/// `normal`, `shutdown`, `shutdown: <text>`, `killed`, `exception: <text>`, or CAF's rendering of a system error.
[[nodiscard]] std::string render(const caf::error& reason);

/// The reason of an actor that died of an exception: abnormal, its text travels to the parent.
[[nodiscard]] caf::error exception_reason(std::string text);

/// OTP's `{shutdown, Text}`.
[[nodiscard]] caf::error shutdown_reason(std::string text);

/// An abnormal end that an actor chooses itself: `self->quit(failure_reason("cannot bind 5672"))`.
[[nodiscard]] caf::error failure_reason(std::string text);

/// Tells `target` to end at once, ahead of everything in its mailbox. No handler of the target runs, except on_exit().
void kill(caf::local_actor* self, const caf::strong_actor_ptr& target);

}  // namespace warren::supervision

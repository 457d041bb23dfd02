#include <algorithm>

#include "core/queue/queue_state.hpp"

namespace warren {

namespace {
constexpr std::uint64_t unlimited = ~std::uint64_t{0};
}

time_ms queue_machine::state::deadline(const queue_entry& entry) const {
  const std::uint64_t ttl = std::min(settings.message_ttl_ms.value_or(message::no_expiration), entry.message->expiration_ms);
  if (ttl >= static_cast<std::uint64_t>(never - entry.enqueued_ms)) return never;
  return entry.enqueued_ms + static_cast<time_ms>(ttl);
}

void queue_machine::state::expire_head(time_ms upto, queue_effects& out) {
  while (const queue_entry* head = ready.peek()) {
    if (deadline(*head) > upto) return;
    die(ready.take_front(), death_reason::expired, out);
  }
}

void queue_machine::state::drop_excess(queue_effects& out) {
  while (too_long() && ready.peek() != nullptr) die(ready.take_front(), death_reason::maxlen, out);
}

void queue_machine::state::check_unused(time_ms now, queue_effects& out) {
  if (!settings.expires_ms || consumers.size() > 0 || expired) return;
  if (now - unused_since >= static_cast<time_ms>(*settings.expires_ms)) expired = out.expired = true;
}

std::optional<time_ms> queue_machine::state::wake_at() {
  time_ms at = never;
  if (may_expire()) {
    if (const queue_entry* head = ready.peek()) at = deadline(*head);
  }
  if (settings.expires_ms && consumers.size() == 0 && !expired &&
      *settings.expires_ms < static_cast<std::uint64_t>(never - unused_since))
    at = std::min(at, unused_since + static_cast<time_ms>(*settings.expires_ms));
  return at == never ? std::nullopt : std::optional<time_ms>(at);
}

void queue_machine::state::settings_changed() {
  max_length = settings.max_length.value_or(unlimited);
  max_length_bytes = settings.max_length_bytes.value_or(unlimited);
  limited = settings.max_length || settings.max_length_bytes;
}

}  // namespace warren

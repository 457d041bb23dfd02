#include "actors/queue/dead_letter_publisher.hpp"

#include <algorithm>

#include "actors/queue/queue_messages.hpp"
#include "core/message/dead_letter.hpp"

namespace warren::actors {

void dead_letter_publisher::publish(caf::event_based_actor& self, const queue_settings& settings,
                                    const std::vector<dead_letter>& letters, time_ms now) {
  if (!settings.dead_letter_exchange) return;
  const broker_snapshot state = services_.metadata_now.get();
  const vhost_ptr vhost = state->find_vhost(queue_->vhost);
  const exchange_state* exchange = vhost ? vhost->find_exchange(*settings.dead_letter_exchange) : nullptr;
  if (exchange == nullptr) return;
  const std::optional<std::string_view> key =
      settings.dead_letter_routing_key ? std::optional<std::string_view>(*settings.dead_letter_routing_key) : std::nullopt;
  block_builder builder;
  route_scratch scratch;
  std::vector<std::pair<const queue_record*, queue_publish>> batches;  // records live as long as `vhost`
  for (const dead_letter& dead : letters) {
    message_ref next = make_dead_letter(*dead.message, dead.reason, queue_->name, *settings.dead_letter_exchange, key, now, builder);
    if (!next) continue;
    random_ = random_ * 6364136223846793005ull + 1442695040888963407ull;
    auto targets = route(*vhost, *exchange, *next, random_ >> 16, scratch);
    remove_cycles(*next, dead.reason, targets);
    for (const queue_record* target : targets) {
      auto i = std::find_if(batches.begin(), batches.end(), [&](const auto& b) { return b.first == target; });
      if (i == batches.end()) i = batches.insert(batches.end(), {target, {}});
      i->second.items.push_back({next, 0});
    }
  }
  for (auto& [target, batch] : batches)
    if (const caf::actor queue = services_.find_queue(*target)) self.send(queue, std::move(batch));
}

}  // namespace warren::actors

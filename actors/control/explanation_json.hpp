#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <string_view>

#include "core/routing/explain.hpp"

namespace warren::actors {

/// The explanation with what operators want to know of each queue: its state, its policies, and what a confirm would
/// promise there. `state_of` says `running` or `down`.
[[nodiscard]] boost::json::object explanation_json(
    const vhost_topology& vhost, const exchange_state& first, const std::string& routing_key, const explanation& told,
    const std::function<std::string_view(const queue_record&)>& state_of);

/// What a publisher's confirm means for a persistent and for a transient message in this queue.
[[nodiscard]] std::string confirm_meaning(const queue_record& queue, const queue_in_force& in_force,
                                          std::string_view state);

}  // namespace warren::actors

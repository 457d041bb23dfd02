#include "core/routing/route.hpp"

#include <algorithm>

#include "core/routing/routing_headers.hpp"

namespace warren {
namespace {

/// One call of route(): walks the exchanges that the message reaches.
class router {
 public:
  router(const vhost_topology& topology, const route_input& message, route_scratch& scratch)
      : topology_(topology), message_(message), scratch_(scratch) {}

  void run(const exchange_state& first) {
    scratch_.queues.clear();
    scratch_.histories.clear();
    scratch_.exchanges.clear();
    scratch_.exchanges.push_back(&first);
    for (std::size_t i = 0; i < scratch_.exchanges.size(); ++i) visit(*scratch_.exchanges[i]);
    if (may_repeat_) remove_repeats();
  }

 private:
  void visit(const exchange_state& exchange) {
    routed_here_ = false;
    if (exchange.record->name.empty()) {
      visit_default();
      return;  // the default exchange has no alternate
    }
    if (exchange.record->type == exchange_type::recent_history) scratch_.histories.push_back(exchange.record.get());
    const std::size_t sets_before = sets_;
    match(exchange);
    if (sets_ - sets_before > 1 || scratch_.exchanges.size() > 1) may_repeat_ = true;
    if (!routed_here_ && exchange.in_force->alternate_exchange) enter(*exchange.in_force->alternate_exchange);
  }

  void visit_default() {
    each_key([this](std::string_view key) {
      if (const queue_state* queue = topology_.find_queue(key)) {
        scratch_.queues.push_back(queue->record.get());
        if (++sets_ > 1) may_repeat_ = true;
      }
    });
  }

  void match(const exchange_state& exchange) {
    const routing_index::form& form = exchange.routes.get();
    switch (exchange.record->type) {
      case exchange_type::direct: {
        const auto& index = *std::get_if<direct_index>(&form);
        each_key([&](std::string_view key) {
          if (const target_set* targets = index.get(key)) take(*targets);
        });
        return;
      }
      case exchange_type::fanout:
      case exchange_type::recent_history: take(*std::get_if<target_set>(&form)); return;
      case exchange_type::topic: {
        const auto& trie = *std::get_if<topic_trie>(&form);
        each_key([&](std::string_view key) {
          trie.match(key, scratch_.topic, [this](const target_set& targets) { take(targets); });
        });
        return;
      }
      case exchange_type::headers: match_headers(*std::get_if<headers_index>(&form)); return;
      case exchange_type::consistent_hash: {
        const route_target* target = std::get_if<weighted_targets>(&form)->pick(hash_for(*exchange.record));
        if (target != nullptr) take(*target);
        return;
      }
      case exchange_type::random: {
        const auto& all = *std::get_if<target_set>(&form);
        if (all.empty()) return;
        auto chosen = all.begin();
        for (std::uint64_t skip = message_.random % all.size(); skip > 0; --skip) ++chosen;
        take(chosen->target);
        return;
      }
    }
  }

  void match_headers(const headers_index& index) {
    field_table headers;
    if (const auto scan = scan_properties(message_.properties); scan && scan->has_headers) {
      if (auto decoded = decode_table(scan->headers)) headers = std::move(*decoded);
    }
    index.match(headers, [this](const route_target& target) {
      take(target);
      ++sets_;
    });
  }

  /// The number that x-consistent-hash works on: of a header, a property or (default) the routing key.
  [[nodiscard]] std::uint64_t hash_for(const exchange_record& exchange) const {
    const auto argument = [&exchange](std::string_view name) -> const std::string* {
      const field_value* value = exchange.arguments.find(name);
      return value == nullptr ? nullptr : value->string();
    };
    const std::string* header = argument("hash-header");
    const std::string* property = argument("hash-property");
    if (header == nullptr && property == nullptr) return hash_bytes(message_.routing_key);
    const auto scan = scan_properties(message_.properties);
    if (!scan) return 0;
    if (property != nullptr) {
      if (*property == "message_id") return hash_bytes(scan->message_id);
      if (*property == "correlation_id") return hash_bytes(scan->correlation_id);
      return hash_of(static_cast<std::uint64_t>(scan->timestamp));
    }
    const std::optional<field_value> value = scan->has_headers ? find_header(scan->headers, *header) : std::nullopt;
    if (!value) return 0;  // all messages without the header go the same way
    if (const std::string* text = value->string()) return hash_bytes(*text);
    if (const std::int64_t* number = value->integer()) return hash_of(static_cast<std::uint64_t>(*number));
    field_table wrapped;
    wrapped.set("", *value);
    std::string bytes;
    encode_table(wrapped, bytes);
    return hash_bytes(bytes);
  }

  template <class Each>
  void each_key(Each&& each) const {
    each(message_.routing_key);
    for (const std::string& key : message_.extra_keys) each(std::string_view(key));
  }

  void take(const target_set& targets) {
    ++sets_;
    for (const auto& entry : targets) take(entry.target);
  }

  void take(const route_target& target) {
    routed_here_ = true;
    if (target.queue) {
      scratch_.queues.push_back(target.queue.get());
    } else {
      enter(target.exchange->name);
    }
  }

  void enter(std::string_view exchange) {
    const exchange_state* state = topology_.find_exchange(exchange);
    if (state == nullptr) return;
    if (std::find(scratch_.exchanges.begin(), scratch_.exchanges.end(), state) == scratch_.exchanges.end()) {
      scratch_.exchanges.push_back(state);
    }
  }

  void remove_repeats() {
    auto& queues = scratch_.queues;
    if (queues.size() < 2) return;
    if (queues.size() <= 16) {
      std::size_t kept = 1;
      for (std::size_t i = 1; i < queues.size(); ++i) {
        if (std::find(queues.begin(), queues.begin() + kept, queues[i]) == queues.begin() + kept)
          queues[kept++] = queues[i];
      }
      queues.resize(kept);
      return;
    }
    // By id, not by address: the order of deliveries must not depend on where records lie.
    std::sort(queues.begin(), queues.end(),
              [](const queue_record* a, const queue_record* b) { return a->id != b->id ? a->id < b->id : a < b; });
    queues.erase(std::unique(queues.begin(), queues.end()), queues.end());
  }

  const vhost_topology& topology_;
  const route_input& message_;
  route_scratch& scratch_;
  std::size_t sets_ = 0;  ///< sets of targets taken: within one set nothing repeats
  bool may_repeat_ = false;
  bool routed_here_ = false;
};

}  // namespace

const std::vector<const queue_record*>& route(const vhost_topology& topology, const exchange_state& first,
                                              const route_input& message, route_scratch& scratch) {
  router(topology, message, scratch).run(first);
  return scratch.queues;
}

const std::vector<const queue_record*>& route(const vhost_topology& topology, const exchange_state& first,
                                              const message& message, std::uint64_t random, route_scratch& scratch) {
  route_input input{message.routing_key(), {}, message.properties(), random};
  if (message.is(message::has_headers) && read_routing_headers(message.properties(), scratch.extra_keys).ok()) {
    input.extra_keys = scratch.extra_keys;
  }
  return route(topology, first, input, scratch);
}

std::uint32_t recent_history_length(const exchange_record& exchange) {
  const field_value* length = exchange.arguments.find("x-recent-history-length");
  const std::int64_t* value = length == nullptr ? nullptr : length->integer();
  return value == nullptr || *value < 0 || *value > 0xffffffff ? 20 : static_cast<std::uint32_t>(*value);
}

bool recent_history_no_store(bytes_view properties) {
  const auto scan = scan_properties(properties);
  if (!scan || !scan->has_headers) return false;
  const std::optional<field_value> value = find_header(scan->headers, "x-recent-history-no-store");
  return value && value->boolean() != nullptr && *value->boolean();
}

}  // namespace warren

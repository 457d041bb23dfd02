#include "core/routing/explain.hpp"

#include <algorithm>
#include <optional>
#include <tuple>

#include "core/routing/headers_index.hpp"
#include "core/routing/route.hpp"

namespace warren {
namespace {

std::string in_double_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }

std::vector<std::string_view> words_of(std::string_view key) {
  std::vector<std::string_view> words;
  if (key.empty()) return words;
  for (;;) {
    const std::size_t dot = key.find('.');
    words.push_back(key.substr(0, dot));
    if (dot == std::string_view::npos) return words;
    key.remove_prefix(dot + 1);
  }
}

/// Why the binding matches; nullopt when it does not. Exchanges that pick one of their bindings match all here.
std::optional<std::string> match(const exchange_record& exchange, const binding_record& b, std::string_view key) {
  switch (exchange.type) {
    case exchange_type::direct:
      if (b.routing_key != key) return std::nullopt;
      return "the routing key is equal to the binding key";
    case exchange_type::fanout:
    case exchange_type::recent_history: return "every binding matches, whatever the routing key";
    case exchange_type::topic:
      if (!topic_key_matches(b.routing_key, key)) return std::nullopt;
      return in_double_quotes(b.routing_key) + " matches the words of " + in_double_quotes(key);
    case exchange_type::headers:
      if (!headers_match(make_headers_pattern(b.arguments), {})) return std::nullopt;
      return "the binding asks for no header";
    case exchange_type::consistent_hash:
      return "takes its share of the hash space (weight " + in_double_quotes(b.routing_key) + ")";
    case exchange_type::random: return "may be picked at random";
  }
  return std::nullopt;
}

class teller {
 public:
  teller(const vhost_topology& topology, std::string_view key) : topology_(topology), key_(key) {}

  explanation run(const exchange_state& first) {
    enter(first, "published to it");
    for (std::size_t i = 0; i < states_.size(); ++i) visit(i);
    add_queues(first);
    return std::move(told_);
  }

 private:
  void enter(const exchange_state& x, std::string how) {
    if (std::find(states_.begin(), states_.end(), &x) != states_.end()) return;
    states_.push_back(&x);
    told_.exchanges.push_back({x.record, std::move(how), {}, {}});
  }

  void visit(std::size_t i) {
    const exchange_state& x = *states_[i];
    if (x.record->name.empty()) return visit_default(i);
    bool routed = false;
    std::vector<const binding_record*> bindings;
    for (const binding_ptr& b : x.bindings) bindings.push_back(b.get());
    std::sort(bindings.begin(), bindings.end(), [](const auto* a, const auto* b) {
      return std::tie(a->destination, a->kind, a->routing_key) < std::tie(b->destination, b->kind, b->routing_key);
    });
    for (const binding_record* b : bindings) {
      const auto why = match(*x.record, *b, key_);
      if (!why) continue;
      routed = true;
      told_.exchanges[i].matched.push_back({*b, *why});
      if (b->kind == destination_kind::exchange)
        if (const exchange_state* next = topology_.find_exchange(b->destination))
          enter(*next, "bound to exchange '" + x.record->name + "'");
    }
    if (x.record->type == exchange_type::consistent_hash && routed)
      told_.exchanges[i].note = "one of these is picked by a hash of the routing key";
    if (x.record->type == exchange_type::random && routed)
      told_.exchanges[i].note = "one of these is picked at random for each message";
    if (x.record->type == exchange_type::headers) told_.exchanges[i].note = "explained for a message without headers";
    if (!routed) visit_alternate(i);
  }

  void visit_default(std::size_t i) {
    if (topology_.find_queue(key_) == nullptr) {
      told_.exchanges[i].note = "no queue has the name " + in_double_quotes(key_);
      return;
    }
    told_.exchanges[i].matched.push_back({{"", destination_kind::queue, std::string(key_), std::string(key_), {}},
                                          "the routing key is the name of the queue"});
  }

  void visit_alternate(std::size_t i) {
    const exchange_state& x = *states_[i];
    if (!x.in_force->alternate_exchange) {
      told_.exchanges[i].note = "no binding matches, and the exchange has no alternate exchange";
      return;
    }
    const std::string& name = *x.in_force->alternate_exchange;
    const bool argument = x.record->arguments.find("alternate-exchange") != nullptr;
    const std::string source = argument ? "argument alternate-exchange" : "policy '" + x.in_force->policy + "'";
    const exchange_state* next = topology_.find_exchange(name);
    told_.exchanges[i].note = "no binding matches: the alternate exchange '" + name + "' gets the message (" + source +
                              ")" + (next == nullptr ? ", but it does not exist" : "");
    if (next != nullptr) enter(*next, "alternate exchange of '" + x.record->name + "' (" + source + ")");
  }

  void add_queues(const exchange_state& first) {
    route_scratch scratch;
    for (const queue_record* q : route(topology_, first, route_input{key_, {}, {}, 0}, scratch)) {
      const queue_state* state = topology_.find_queue(q->name);
      if (state == nullptr) continue;
      explained_queue out{state->record, state->in_force, {}};
      for (const explained_exchange& x : told_.exchanges)
        for (const explained_binding& b : x.matched)
          if (b.binding.kind == destination_kind::queue && b.binding.destination == q->name &&
              std::find(out.by.begin(), out.by.end(), x.exchange->name) == out.by.end())
            out.by.push_back(x.exchange->name);
      told_.queues.push_back(std::move(out));
    }
    std::sort(told_.queues.begin(), told_.queues.end(),
              [](const auto& a, const auto& b) { return a.queue->name < b.queue->name; });
  }

  const vhost_topology& topology_;
  std::string_view key_;
  std::vector<const exchange_state*> states_;
  explanation told_;
};

}  // namespace

bool topic_key_matches(std::string_view binding_key, std::string_view routing_key) {
  const auto pattern = words_of(binding_key);
  const auto words = words_of(routing_key);
  // possible[i]: the pattern up to here matches the first i words
  std::vector<bool> possible(words.size() + 1, false);
  possible[0] = true;
  for (const std::string_view part : pattern) {
    std::vector<bool> next(words.size() + 1, false);
    bool any = false;
    for (std::size_t i = 0; i <= words.size(); ++i) {
      any = any || possible[i];
      if (part == "#") {
        next[i] = any;
      } else if (i > 0 && possible[i - 1] && (part == "*" || part == words[i - 1])) {
        next[i] = true;
      }
    }
    possible = std::move(next);
  }
  return possible.back();
}

explanation explain_publish(const vhost_topology& topology, const exchange_state& first, std::string_view routing_key) {
  return teller(topology, routing_key).run(first);
}

}  // namespace warren

#include "core/routing/routing_index.hpp"

namespace warren {
namespace {

routing_index::form form_for(exchange_type type) {
  switch (type) {
    case exchange_type::direct: return direct_index{};
    case exchange_type::topic: return topic_trie{};
    case exchange_type::headers: return headers_index{};
    case exchange_type::consistent_hash: return weighted_targets{};
    case exchange_type::fanout:
    case exchange_type::random:
    case exchange_type::recent_history: break;
  }
  return target_set{};
}

template <class... F>
struct overloaded : F... {
  using F::operator()...;
};
template <class... F>
overloaded(F...) -> overloaded<F...>;

}  // namespace

routing_index::routing_index(exchange_type type) : form_(form_for(type)) {}

void routing_index::add(const binding_ptr& binding, const route_target& target) {
  const std::string& key = binding->routing_key;
  std::visit(overloaded{
                 [&](direct_index& index) {
                   const target_set* known = index.get(key);
                   target_set targets = known == nullptr ? target_set{} : *known;
                   targets.add(target);
                   index.set(key, std::move(targets));
                 },
                 [&](target_set& all) { all.add(target); },
                 [&](topic_trie& trie) { trie.add(key, target); },
                 [&](headers_index& headers) { headers.add(binding, target); },
                 [&](weighted_targets& weights) {
                   if (const auto weight = parse_weight(key)) weights.add(target, *weight);
                 },
             },
             form_);
}

void routing_index::remove(const binding_ptr& binding, const route_target& target) {
  const std::string& key = binding->routing_key;
  std::visit(overloaded{
                 [&](direct_index& index) {
                   const target_set* known = index.get(key);
                   if (known == nullptr) return;
                   target_set targets = *known;
                   targets.remove(target);
                   if (targets.empty()) {
                     index.erase(key);
                   } else {
                     index.set(key, std::move(targets));
                   }
                 },
                 [&](target_set& all) { all.remove(target); },
                 [&](topic_trie& trie) { trie.remove(key, target); },
                 [&](headers_index& headers) { headers.remove(binding); },
                 [&](weighted_targets& weights) {
                   if (const auto weight = parse_weight(key)) weights.remove(target, *weight);
                 },
             },
             form_);
}

}  // namespace warren

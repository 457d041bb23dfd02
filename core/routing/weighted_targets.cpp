#include "core/routing/weighted_targets.hpp"

#include <charconv>
#include <cmath>

#include "core/metadata/term_text.hpp"

namespace warren {

void weighted_targets::add(const route_target& target, std::uint64_t weight) {
  const entry* known = entries_.find(key_of(target));
  const std::uint64_t seed = hash_of(key_of(target));
  entries_.put({target, seed, weight + (known == nullptr ? 0 : known->weight)});
}

void weighted_targets::remove(const route_target& target, std::uint64_t weight) {
  const entry* known = entries_.find(key_of(target));
  if (known == nullptr) return;
  if (known->weight <= weight) {
    entries_.erase(key_of(target));
  } else {
    entries_.put({known->target, known->seed, known->weight - weight});
  }
}

const route_target* weighted_targets::pick(std::uint64_t hash) const {
  // Each destination draws u in (0,1); the largest ln(u)/weight wins: the chance is weight / sum of weights.
  const route_target* best = nullptr;
  double best_score = 0;
  for (const entry& e : entries_) {
    const std::uint64_t draw = hash_mix(hash ^ e.seed, 0xE7037ED1A0B428DBull ^ (hash << 1));
    const double u = (static_cast<double>(draw >> 11) + 0.5) * 0x1.0p-53;
    const double score = std::log(u) / static_cast<double>(e.weight);
    if (best == nullptr || score > best_score) {
      best = &e.target;
      best_score = score;
    }
  }
  return best;
}

result<std::uint64_t> parse_weight(std::string_view binding_key) {
  std::string_view digits = binding_key;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  std::int64_t weight = 0;
  const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), weight);
  if (problem != std::errc() || end != digits.data() + digits.size()) {
    return fail(reply_code::precondition_failed, "The binding key must be an integer: " + term_binary(binding_key));
  }
  if (weight < 1) return fail(reply_code::precondition_failed, "The binding key must be greater than 0");
  return static_cast<std::uint64_t>(weight);
}

}  // namespace warren

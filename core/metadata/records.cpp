#include "core/metadata/records.hpp"

#include <algorithm>

#include "core/base/hash.hpp"

namespace warren {

namespace {
constexpr std::pair<exchange_type, std::string_view> exchange_types[] = {
    {exchange_type::direct, "direct"},
    {exchange_type::fanout, "fanout"},
    {exchange_type::topic, "topic"},
    {exchange_type::headers, "headers"},
    {exchange_type::consistent_hash, "x-consistent-hash"},
    {exchange_type::random, "x-random"},
    {exchange_type::recent_history, "x-recent-history"},
};
}  // namespace

std::string_view to_string(exchange_type type) {
  for (const auto& [known, name] : exchange_types) {
    if (known == type) return name;
  }
  return "direct";
}

std::optional<exchange_type> exchange_type_named(std::string_view name) {
  for (const auto& [type, known] : exchange_types) {
    if (known == name) return type;
  }
  return std::nullopt;
}

std::uint64_t hash_of(const binding_record& binding) {
  std::uint64_t h = hash_bytes(binding.destination);
  h = hash_mix(h ^ hash_bytes(binding.source), 0xE7037ED1A0B428DBull);
  h = hash_mix(h ^ hash_bytes(binding.routing_key), 0x8EBC6AF09C88C6E3ull);
  if (!binding.arguments.empty()) {
    std::string encoded;
    encode_table(binding.arguments, encoded);
    h = hash_mix(h ^ hash_bytes(encoded), 0xA0761D6478BD642Full);
  }
  return h + static_cast<std::uint64_t>(binding.kind);
}

field_table sorted_fields(field_table table) {
  const auto by_name = [](const auto& a, const auto& b) { return a.first < b.first; };
  if (!std::is_sorted(table.fields.begin(), table.fields.end(), by_name)) {
    std::stable_sort(table.fields.begin(), table.fields.end(), by_name);
  }
  return table;
}

}  // namespace warren

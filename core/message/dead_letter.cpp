#include "core/message/dead_letter.hpp"

#include <algorithm>
#include <string>

#include "core/message/properties.hpp"
#include "core/metadata/records.hpp"

namespace warren {
namespace {

const std::string* text_of(const field_table& table, std::string_view key) {
  const field_value* value = table.find(key);
  return value == nullptr ? nullptr : value->string();
}

bool is_event(const field_value& entry, std::string_view queue, std::string_view reason) {
  const field_table* event = entry.table();
  if (event == nullptr) return false;
  const std::string* q = text_of(*event, "queue");
  const std::string* r = text_of(*event, "reason");
  return q != nullptr && r != nullptr && *q == queue && *r == reason;
}

/// Field tables that the broker changed come back sorted by name.
void sort_fields(field_table& table) { table = sorted_fields(std::move(table)); }

void count(field_table& event, std::int64_t already) {
  const field_value* known = event.find("count");
  const std::int64_t* n = known == nullptr ? nullptr : known->integer();
  event.set("count", field_value::int64((n == nullptr ? already : *n) + 1));
}

/// The entries by (queue, reason), each pair once, in their order; those of very old brokers, one an event, are
/// counted. A client may have put anything there: what is no event stays where it is.
field_array grouped(const field_array& entries) {
  field_array groups;
  for (const field_value& entry : entries) {
    const field_table* event = entry.table();
    const std::string* q = event == nullptr ? nullptr : text_of(*event, "queue");
    const std::string* r = event == nullptr ? nullptr : text_of(*event, "reason");
    if (q == nullptr || r == nullptr) {
      groups.push_back(entry);
      continue;
    }
    const auto same = [&](const field_value& other) { return is_event(other, *q, *r); };
    if (std::any_of(groups.begin(), groups.end(), same)) continue;
    field_value first = entry;
    auto& table = std::get<field_table>(first.value);
    if (table.find("count") == nullptr) {
      const auto events = std::count_if(entries.begin(), entries.end(), same);
      table.fields.insert(table.fields.begin(), {"count", field_value::int64(events)});
    }
    groups.push_back(std::move(first));
  }
  return groups;
}

/// Adds the event to the headers. A first death stands as it was made; later ones have sorted keys. A repeated one
/// keeps its time and keys and counts, and moves to the front.
void record_death(field_table& headers, field_table event, const std::string& exchange, std::string_view queue,
                  std::string_view reason) {
  const field_value* known = headers.find("x-death");
  field_table fresh;
  fresh.set("count", field_value::int64(1));
  fresh.fields.insert(fresh.fields.end(), event.fields.begin(), event.fields.end());
  field_array deaths;
  if (known == nullptr) {
    headers.set("x-first-death-reason", field_value::long_string(std::string(reason)));
    headers.set("x-first-death-queue", field_value::long_string(std::string(queue)));
    headers.set("x-first-death-exchange", field_value::long_string(exchange));
    deaths.push_back(field_value::table(std::move(fresh)));
  } else if (known->array() == nullptr) {  // a client copied the headers and made a text of it: start anew
    deaths.push_back(field_value::table(std::move(fresh)));
  } else {
    field_array others = grouped(*known->array());
    const auto same = std::find_if(others.begin(), others.end(),
                                   [&](const field_value& entry) { return is_event(entry, queue, reason); });
    if (same != others.end()) {
      fresh = *same->table();
      count(fresh, 0);
      others.erase(same);
    }
    sort_fields(fresh);
    deaths.push_back(field_value::table(std::move(fresh)));
    std::move(others.begin(), others.end(), std::back_inserter(deaths));
  }
  headers.set("x-death", field_value::array(std::move(deaths)));
  sort_fields(headers);
}

field_array routing_keys(std::string_view first, const field_table& headers) {
  field_array keys{field_value::long_string(std::string(first))};
  for (const std::string_view name : {"CC", "BCC"}) {
    const field_value* value = headers.find(name);
    if (value == nullptr || value->array() == nullptr) continue;
    for (const field_value& key : *value->array()) {
      if (key.string() != nullptr) keys.push_back(key);
    }
  }
  return keys;
}

/// Is there a way from the queue back to itself in which nobody rejected the message?
bool is_cycle(const field_array& deaths, std::string_view queue) {
  bool automatic = true;
  for (const field_value& entry : deaths) {
    const field_table* event = entry.table();
    if (event == nullptr) {  // a client put it there: not automatic
      automatic = false;
      continue;
    }
    const std::string* reason = text_of(*event, "reason");
    automatic = automatic && !(reason != nullptr && *reason == "rejected");
    const std::string* q = text_of(*event, "queue");
    if (q != nullptr && *q == queue) return automatic;
  }
  return false;
}

}  // namespace

std::string_view to_string(death_reason reason) {
  switch (reason) {
    case death_reason::rejected: break;
    case death_reason::expired: return "expired";
    case death_reason::maxlen: return "maxlen";
    case death_reason::delivery_limit: return "delivery_limit";
  }
  return "rejected";
}

message_ref make_dead_letter(const message& dead, death_reason reason, std::string_view queue_name,
                             std::string_view dead_letter_exchange, std::optional<std::string_view> new_routing_key,
                             time_ms now, block_builder& into) {
  auto properties = decode_properties(dead.properties());
  if (!properties) return {};
  if (!properties->headers) properties->headers.emplace();
  field_table& headers = *properties->headers;
  const std::string exchange(dead.exchange());

  field_table event;
  event.set("reason", field_value::long_string(std::string(to_string(reason))));
  event.set("queue", field_value::long_string(std::string(queue_name)));
  event.set("time", field_value::timestamp(now / 1000));
  event.set("exchange", field_value::long_string(exchange));
  event.set("routing-keys", field_value::array(routing_keys(dead.routing_key(), headers)));
  if (properties->expiration) event.set("original-expiration", field_value::long_string(*properties->expiration));
  record_death(headers, std::move(event), exchange, queue_name, to_string(reason));
  if (new_routing_key) headers.erase("CC");
  properties->expiration.reset();

  std::string raw;
  encode_properties(*properties, raw);
  message_parts parts;
  parts.exchange = dead_letter_exchange;
  parts.routing_key = new_routing_key.value_or(dead.routing_key());
  parts.properties = raw;
  parts.body = dead.body();
  parts.priority = dead.priority;
  parts.flags = static_cast<std::uint8_t>((dead.flags | message::has_headers) & ~message::has_expiration);
  return into.append(parts);
}

void remove_cycles(const message& dead_lettered, death_reason reason, std::vector<const queue_record*>& queues) {
  if (reason == death_reason::rejected || queues.empty()) return;
  const auto scan = scan_properties(dead_lettered.properties());
  if (!scan || !scan->has_headers) return;
  const std::optional<field_value> deaths = find_header(scan->headers, "x-death");
  if (!deaths || deaths->array() == nullptr) return;
  std::erase_if(queues, [&](const queue_record* queue) { return is_cycle(*deaths->array(), queue->name); });
}

}  // namespace warren

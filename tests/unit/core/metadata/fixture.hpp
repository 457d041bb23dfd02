#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "core/metadata/checks.hpp"
#include "core/metadata/metadata_machine.hpp"

namespace warren::testing {

inline field_value longstr(std::string s) { return field_value::long_string(std::move(s)); }
inline field_value integer(std::int64_t v) { return field_value::int32(static_cast<std::int32_t>(v)); }
inline field_value number(std::int64_t v) { return field_value::int64(v); }

inline field_table table(std::initializer_list<std::pair<std::string, field_value>> fields) {
  field_table t;
  for (const auto& [name, value] : fields) t.fields.emplace_back(name, value);
  return t;
}

/// A machine with the virtual host of the captured replies, and short words for what tests do to it.
struct broker {
  metadata_machine machine;
  std::string vhost = "amqp-ref";

  broker() { must(put_vhost{vhost, "", {}, "", false}); }

  applied must(const command& c) {
    applied done = machine.apply(c);
    INFO(command_name(c) << ": " << (done.result.ok() ? "ok" : reply_text(done.result.failure())));
    REQUIRE(done.result.ok());
    return done;
  }
  std::string refused(const command& c) {
    const auto before = machine.snapshot();
    const applied done = machine.apply(c);
    REQUIRE_FALSE(done.result.ok());
    CHECK(machine.snapshot() == before);
    CHECK(done.events.empty());
    CHECK(done.to_log.empty());
    return reply_text(done.result.failure());
  }

  [[nodiscard]] const vhost_topology& topology() const { return **machine.snapshot()->vhosts.find(vhost); }
  [[nodiscard]] const queue_state* find_queue(std::string_view name) const { return topology().find_queue(name); }
  [[nodiscard]] const exchange_state* find_exchange(std::string_view name) const {
    return topology().find_exchange(name);
  }

  [[nodiscard]] declare_queue queue(std::string name, bool durable = true, field_table arguments = {}) const {
    declare_queue c;
    c.vhost = vhost;
    c.name = std::move(name);
    c.durable = durable;
    c.arguments = std::move(arguments);
    c.node = "rabbit@test";
    return c;
  }
  [[nodiscard]] declare_exchange exchange(std::string name, std::string type, bool durable = true,
                                          field_table arguments = {}) const {
    declare_exchange c;
    c.vhost = vhost;
    c.name = std::move(name);
    c.type = std::move(type);
    c.durable = durable;
    c.arguments = std::move(arguments);
    return c;
  }
  [[nodiscard]] bind to_queue(std::string source, std::string queue, std::string key,
                              field_table arguments = {}) const {
    return {vhost,
            {std::move(source), destination_kind::queue, std::move(queue), std::move(key), std::move(arguments)}};
  }
  [[nodiscard]] bind to_exchange(std::string source, std::string exchange, std::string key,
                                 field_table arguments = {}) const {
    return {vhost,
            {std::move(source), destination_kind::exchange, std::move(exchange), std::move(key), std::move(arguments)}};
  }
};

/// The reply of a check: `ok`, or the reply text.
template <class T>
std::string reply(const result<T>& r) {
  return r.ok() ? "ok" : reply_text(r.failure());
}

template <class Event>
std::size_t count(const std::vector<metadata_event>& events) {
  std::size_t n = 0;
  for (const auto& e : events) n += std::holds_alternative<Event>(e);
  return n;
}

}  // namespace warren::testing

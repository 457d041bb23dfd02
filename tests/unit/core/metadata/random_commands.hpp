#pragma once

#include <rapidcheck.h>

#include <string>
#include <vector>

#include "tests/unit/core/metadata/fixture.hpp"

namespace warren::testing {

// Random declarations, deletions and bindings over a few names, so that they meet.

inline const std::string vhost = "v";
inline const std::vector<std::string> exchange_names = {"amq.direct", "amq.fanout", "x1", "x2", "x3"};
inline const std::vector<std::string> queue_names = {"q1", "q2", "q3", "q4"};
inline const std::vector<std::string> keys = {"", "a", "b"};

template <class T>
T one_of(const std::vector<T>& from) {
  return *rc::gen::elementOf(from);
}

inline binding_record any_binding() {
  binding_record b;
  b.source = one_of(exchange_names);
  b.kind = *rc::gen::inRange(0, 3) == 0 ? destination_kind::exchange : destination_kind::queue;
  b.destination = one_of(b.kind == destination_kind::queue ? queue_names : exchange_names);
  b.routing_key = one_of(keys);
  if (*rc::gen::inRange(0, 4) == 0) b.arguments.set("n", integer(1));
  return b;
}

inline command any_command() {
  switch (*rc::gen::inRange(0, 12)) {
    case 0:
    case 1: {
      declare_exchange c;
      c.vhost = vhost;
      c.name = one_of(exchange_names);
      c.type = one_of<std::string>({"direct", "fanout", "topic"});
      c.durable = *rc::gen::arbitrary<bool>();
      c.auto_delete = *rc::gen::arbitrary<bool>();
      return c;
    }
    case 2:
    case 3:
    case 4: {
      declare_queue c;
      c.vhost = vhost;
      c.name = one_of(queue_names);
      c.durable = *rc::gen::arbitrary<bool>();
      if (*rc::gen::inRange(0, 4) == 0) c.exclusive_owner = connection_id{1};
      return c;
    }
    case 5: return delete_exchange{vhost, one_of(exchange_names), false};
    case 6: return delete_queue{vhost, one_of(queue_names), {}};
    case 7: return unbind{vhost, any_binding()};
    case 8: return delete_exclusive_queues{connection_id{1}};
    default: return bind{vhost, any_binding()};
  }
}

}  // namespace warren::testing

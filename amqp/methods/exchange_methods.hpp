#pragma once

#include <cstdint>
#include <string>

#include "amqp/methods/method_id.hpp"
#include "core/message/field_table.hpp"

// Class exchange (40), with RabbitMQ's bind and unbind.
namespace warren::amqp {

struct exchange_declare {
  std::uint16_t ticket = 0;
  std::string exchange{}, type{};
  bool passive = false, durable = false, auto_delete = false, internal = false, nowait = false;
  field_table arguments{};
  WARREN_METHOD(exchange_declare, 40, 10, "exchange.declare") {
    return visit(m.ticket, m.exchange, m.type, m.passive, m.durable, m.auto_delete, m.internal, m.nowait, m.arguments);
  }
};

struct exchange_declare_ok {
  WARREN_METHOD(exchange_declare_ok, 40, 11, "exchange.declare-ok") { return visit(); }
};

struct exchange_delete {
  std::uint16_t ticket = 0;
  std::string exchange{};
  bool if_unused = false, nowait = false;
  WARREN_METHOD(exchange_delete, 40, 20, "exchange.delete") {
    return visit(m.ticket, m.exchange, m.if_unused, m.nowait);
  }
};

struct exchange_delete_ok {
  WARREN_METHOD(exchange_delete_ok, 40, 21, "exchange.delete-ok") { return visit(); }
};

struct exchange_bind {
  std::uint16_t ticket = 0;
  std::string destination{}, source{}, routing_key{};
  bool nowait = false;
  field_table arguments{};
  WARREN_METHOD(exchange_bind, 40, 30, "exchange.bind") {
    return visit(m.ticket, m.destination, m.source, m.routing_key, m.nowait, m.arguments);
  }
};

struct exchange_bind_ok {
  WARREN_METHOD(exchange_bind_ok, 40, 31, "exchange.bind-ok") { return visit(); }
};

struct exchange_unbind {
  std::uint16_t ticket = 0;
  std::string destination{}, source{}, routing_key{};
  bool nowait = false;
  field_table arguments{};
  WARREN_METHOD(exchange_unbind, 40, 40, "exchange.unbind") {
    return visit(m.ticket, m.destination, m.source, m.routing_key, m.nowait, m.arguments);
  }
};

struct exchange_unbind_ok {
  WARREN_METHOD(exchange_unbind_ok, 40, 51, "exchange.unbind-ok") { return visit(); }
};

}  // namespace warren::amqp

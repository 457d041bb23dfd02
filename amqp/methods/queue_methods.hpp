#pragma once

#include <cstdint>
#include <string>

#include "amqp/methods/method_id.hpp"
#include "core/message/field_table.hpp"

// Class queue (50).
namespace warren::amqp {

struct queue_declare {
  std::uint16_t ticket = 0;
  std::string queue{};
  bool passive = false, durable = false, exclusive = false, auto_delete = false, nowait = false;
  field_table arguments{};
  WARREN_METHOD(queue_declare, 50, 10, "queue.declare") {
    return visit(m.ticket, m.queue, m.passive, m.durable, m.exclusive, m.auto_delete, m.nowait, m.arguments);
  }
};

struct queue_declare_ok {
  std::string queue{};
  std::uint32_t message_count = 0, consumer_count = 0;
  WARREN_METHOD(queue_declare_ok, 50, 11, "queue.declare-ok") {
    return visit(m.queue, m.message_count, m.consumer_count);
  }
};

struct queue_bind {
  std::uint16_t ticket = 0;
  std::string queue{}, exchange{}, routing_key{};
  bool nowait = false;
  field_table arguments{};
  WARREN_METHOD(queue_bind, 50, 20, "queue.bind") {
    return visit(m.ticket, m.queue, m.exchange, m.routing_key, m.nowait, m.arguments);
  }
};

struct queue_bind_ok {
  WARREN_METHOD(queue_bind_ok, 50, 21, "queue.bind-ok") { return visit(); }
};

struct queue_purge {
  std::uint16_t ticket = 0;
  std::string queue{};
  bool nowait = false;
  WARREN_METHOD(queue_purge, 50, 30, "queue.purge") { return visit(m.ticket, m.queue, m.nowait); }
};

struct queue_purge_ok {
  std::uint32_t message_count = 0;
  WARREN_METHOD(queue_purge_ok, 50, 31, "queue.purge-ok") { return visit(m.message_count); }
};

struct queue_delete {
  std::uint16_t ticket = 0;
  std::string queue{};
  bool if_unused = false, if_empty = false, nowait = false;
  WARREN_METHOD(queue_delete, 50, 40, "queue.delete") {
    return visit(m.ticket, m.queue, m.if_unused, m.if_empty, m.nowait);
  }
};

struct queue_delete_ok {
  std::uint32_t message_count = 0;
  WARREN_METHOD(queue_delete_ok, 50, 41, "queue.delete-ok") { return visit(m.message_count); }
};

struct queue_unbind {
  std::uint16_t ticket = 0;
  std::string queue{}, exchange{}, routing_key{};
  field_table arguments{};
  WARREN_METHOD(queue_unbind, 50, 50, "queue.unbind") {
    return visit(m.ticket, m.queue, m.exchange, m.routing_key, m.arguments);
  }
};

struct queue_unbind_ok {
  WARREN_METHOD(queue_unbind_ok, 50, 51, "queue.unbind-ok") { return visit(); }
};

}  // namespace warren::amqp

#pragma once

#include <cstdint>
#include <string>

#include "amqp/methods/method_id.hpp"
#include "core/message/field_table.hpp"

// Class basic (60), with RabbitMQ's nack.
namespace warren::amqp {

struct basic_qos {
  std::uint32_t prefetch_size = 0;
  std::uint16_t prefetch_count = 0;
  bool global = false;
  WARREN_METHOD(basic_qos, 60, 10, "basic.qos") { return visit(m.prefetch_size, m.prefetch_count, m.global); }
};

struct basic_qos_ok {
  WARREN_METHOD(basic_qos_ok, 60, 11, "basic.qos-ok") { return visit(); }
};

struct basic_consume {
  std::uint16_t ticket = 0;
  std::string queue{}, consumer_tag{};
  bool no_local = false, no_ack = false, exclusive = false, nowait = false;
  field_table arguments{};
  WARREN_METHOD(basic_consume, 60, 20, "basic.consume") {
    return visit(m.ticket, m.queue, m.consumer_tag, m.no_local, m.no_ack, m.exclusive, m.nowait, m.arguments);
  }
};

struct basic_consume_ok {
  std::string consumer_tag{};
  WARREN_METHOD(basic_consume_ok, 60, 21, "basic.consume-ok") { return visit(m.consumer_tag); }
};

struct basic_cancel {
  std::string consumer_tag{};
  bool nowait = false;
  WARREN_METHOD(basic_cancel, 60, 30, "basic.cancel") { return visit(m.consumer_tag, m.nowait); }
};

struct basic_cancel_ok {
  std::string consumer_tag{};
  WARREN_METHOD(basic_cancel_ok, 60, 31, "basic.cancel-ok") { return visit(m.consumer_tag); }
};

struct basic_publish {
  std::uint16_t ticket = 0;
  std::string exchange{}, routing_key{};
  bool mandatory = false, immediate = false;
  WARREN_METHOD(basic_publish, 60, 40, "basic.publish") {
    return visit(m.ticket, m.exchange, m.routing_key, m.mandatory, m.immediate);
  }
};

struct basic_return {
  std::uint16_t reply_code = 0;
  std::string reply_text{}, exchange{}, routing_key{};
  WARREN_METHOD(basic_return, 60, 50, "basic.return") {
    return visit(m.reply_code, m.reply_text, m.exchange, m.routing_key);
  }
};

struct basic_deliver {
  std::string consumer_tag{};
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string exchange{}, routing_key{};
  WARREN_METHOD(basic_deliver, 60, 60, "basic.deliver") {
    return visit(m.consumer_tag, m.delivery_tag, m.redelivered, m.exchange, m.routing_key);
  }
};

struct basic_get {
  std::uint16_t ticket = 0;
  std::string queue{};
  bool no_ack = false;
  WARREN_METHOD(basic_get, 60, 70, "basic.get") { return visit(m.ticket, m.queue, m.no_ack); }
};

struct basic_get_ok {
  std::uint64_t delivery_tag = 0;
  bool redelivered = false;
  std::string exchange{}, routing_key{};
  std::uint32_t message_count = 0;
  WARREN_METHOD(basic_get_ok, 60, 71, "basic.get-ok") {
    return visit(m.delivery_tag, m.redelivered, m.exchange, m.routing_key, m.message_count);
  }
};

struct basic_get_empty {
  std::string cluster_id{};
  WARREN_METHOD(basic_get_empty, 60, 72, "basic.get-empty") { return visit(m.cluster_id); }
};

struct basic_ack {
  std::uint64_t delivery_tag = 0;
  bool multiple = false;
  WARREN_METHOD(basic_ack, 60, 80, "basic.ack") { return visit(m.delivery_tag, m.multiple); }
};

struct basic_reject {
  std::uint64_t delivery_tag = 0;
  bool requeue = false;
  WARREN_METHOD(basic_reject, 60, 90, "basic.reject") { return visit(m.delivery_tag, m.requeue); }
};

struct basic_recover_async {
  bool requeue = false;
  WARREN_METHOD(basic_recover_async, 60, 100, "basic.recover-async") { return visit(m.requeue); }
};

struct basic_recover {
  bool requeue = false;
  WARREN_METHOD(basic_recover, 60, 110, "basic.recover") { return visit(m.requeue); }
};

struct basic_recover_ok {
  WARREN_METHOD(basic_recover_ok, 60, 111, "basic.recover-ok") { return visit(); }
};

struct basic_nack {
  std::uint64_t delivery_tag = 0;
  bool multiple = false, requeue = false;
  WARREN_METHOD(basic_nack, 60, 120, "basic.nack") { return visit(m.delivery_tag, m.multiple, m.requeue); }
};

}  // namespace warren::amqp

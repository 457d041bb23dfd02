#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "amqp/content_assembler.hpp"
#include "amqp/methods/method.hpp"
#include "core/message/message.hpp"

namespace warren::actors {

/// One thing that a client asked of a channel. Publishes and settlements, the hot ones, stand in place; the rest is a method.
struct channel_item {
  enum class kind : std::uint8_t { publish, ack, reject, nack, other };
  kind what = kind::other;
  bool multiple = false, requeue = false;      ///< ack, reject, nack
  bool mandatory = false, immediate = false;   ///< publish
  std::uint64_t delivery_tag = 0;              ///< ack, reject, nack
  message_ref content;                         ///< publish
  std::unique_ptr<amqp::publish_fault> fault;  ///< publish; null for nearly all
  std::unique_ptr<amqp::method> other;

  static channel_item of(amqp::publish&& p);
  static channel_item of(amqp::method&& m);
};

struct input_batch {
  std::vector<channel_item> items;
  std::size_t next = 0;  ///< the first that is not done
};

}  // namespace warren::actors

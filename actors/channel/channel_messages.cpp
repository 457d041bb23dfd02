#include "actors/channel/channel_messages.hpp"

namespace warren::actors {

channel_item channel_item::of(amqp::publish&& p) {
  channel_item i;
  i.what = kind::publish;
  i.mandatory = p.mandatory;
  i.immediate = p.immediate;
  i.content = std::move(p.content);
  i.fault = std::move(p.fault);
  return i;
}

channel_item channel_item::of(amqp::method&& m) {
  channel_item i;
  if (const auto* ack = std::get_if<amqp::basic_ack>(&m)) {
    i.what = kind::ack;
    i.delivery_tag = ack->delivery_tag;
    i.multiple = ack->multiple;
  } else if (const auto* reject = std::get_if<amqp::basic_reject>(&m)) {
    i.what = kind::reject;
    i.delivery_tag = reject->delivery_tag;
    i.requeue = reject->requeue;
  } else if (const auto* nack = std::get_if<amqp::basic_nack>(&m)) {
    i.what = kind::nack;
    i.delivery_tag = nack->delivery_tag;
    i.multiple = nack->multiple;
    i.requeue = nack->requeue;
  } else {
    i.other = std::make_unique<amqp::method>(std::move(m));
  }
  return i;
}

}  // namespace warren::actors

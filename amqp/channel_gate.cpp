#include "amqp/channel_gate.hpp"

#include "amqp/methods/basic_methods.hpp"
#include "amqp/methods/channel_methods.hpp"
#include "amqp/methods/connection_methods.hpp"

namespace warren::amqp {

channel_gate::verdict channel_gate::refuse(reply_code code, const char* text, method_id m) {
  failure_ = {fail(code, text), m.class_id, m.method};
  return verdict::refuse;
}

channel_gate::verdict channel_gate::on_method(method_id m) {
  switch (state_) {
    case state::starting:
      if (m != channel_open::id) return refuse(reply_code::channel_error, "expected 'channel.open'", m);
      state_ = state::open;
      return verdict::opened;
    case state::open:
      if (m == channel_open::id) return refuse(reply_code::channel_error, "second 'channel.open' seen", m);
      if (m.class_id == connection_close::id.class_id)
        return refuse(reply_code::command_invalid, "unimplemented method", m);
      if (m != channel_close::id) return verdict::pass;
      state_ = state::ended;
      return verdict::closed;
    case state::closing:
      if (m == channel_close::id) return verdict::close_ok;
      if (m != channel_close_ok::id) return verdict::drop;
      state_ = state::ended;
      return verdict::ended;
    case state::ended: break;
  }
  return verdict::drop;
}

channel_gate::verdict channel_gate::on_publish() {
  if (state_ == state::starting) return refuse(reply_code::channel_error, "expected 'channel.open'", basic_publish::id);
  return state_ == state::open ? verdict::pass : verdict::drop;
}

}  // namespace warren::amqp

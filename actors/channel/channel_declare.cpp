#include <string>
#include <utility>

#include "actors/channel/channel_actor.hpp"

namespace warren::actors {

/// Has the metadata actor apply one command; input waits until it has answered.
void channel_actor::apply(command c, std::function<void(const metadata_answer&)> then) {
  busy_ = true;
  request(services_.metadata(), caf::infinite, metadata_apply{std::make_shared<const command>(std::move(c)), setup_.connection_number})
      .then(
          [this, then, generation = generation_, method = current_](const metadata_answer& answer) {
            if (generation != generation_) return;
            resume();
            begin(method);
            if (answer.failure) {
              fail(*answer.failure);
            } else {
              then(answer);
            }
            run();
          },
          [this, generation = generation_, method = current_](const caf::error&) {
            if (generation != generation_) return;
            resume();
            fail(error{reply_code::internal_error, ""}, method);
          });
}

void channel_actor::declare(amqp::queue_declare& m) {
  const std::string& asked = m.queue;
  if (asked == reply_queue) return m.nowait ? void() : reply(amqp::queue_declare_ok{asked, 0, 1});
  if (const auto address = reply_address::parse(asked)) {
    const caf::actor channel = services_.channels.find(address->channel);
    if (!channel) return fail(no_queue_error(asked, setup_.vhost));
    busy_ = true;
    const auto finish = [this, name = asked, nowait = m.nowait, method = current_, generation = generation_](bool there) {
      if (generation != generation_) return;
      resume();
      begin(method);
      if (!there) {
        fail(no_queue_error(name, setup_.vhost));
      } else if (!nowait) {
        reply(amqp::queue_declare_ok{name, 0, 1});
      }
      run();
    };
    request(channel, std::chrono::seconds(5), reply_probe{address->secret})
        .then([finish](bool there) { finish(there); }, [finish](const caf::error&) { finish(false); });
    return;
  }
  if (m.passive) {
    const auto name = queue_or_last(declared_name(asked));
    if (!name) return;
    const auto found = check_passive_queue(*vhost_, as_caller(), *name);
    if (!found) return fail(found.failure());
    return answer_declare(*name, (*found)->record->id, m.nowait, nullptr);
  }
  declare_queue c;
  c.vhost = setup_.vhost;
  c.name = declared_name(asked);
  c.server_named = c.name.empty();
  if (c.server_named) c.name = generated_name("amq.gen-");
  c.durable = m.durable;
  c.auto_delete = m.auto_delete;
  if (m.exclusive) c.exclusive_owner = setup_.connection_number;
  c.arguments = std::move(m.arguments);
  c.node = services_.options.node_name;
  const auto known = check_declare_queue(*vhost_, as_caller(), c);
  if (!known) return fail(known.failure());
  const auto shared = std::make_shared<const declare_queue>(std::move(c));
  if (*known != nullptr) return answer_declare(shared->name, (*known)->record->id, m.nowait, shared);
  apply(*shared, [this, shared, nowait = m.nowait](const metadata_answer& answer) { answer_declare(shared->name, answer.queue->id, nowait, shared); });
}

/// `again`: the declaration, to be repeated when somebody deleted the queue meanwhile; null when it was passive.
void channel_actor::answer_declare(const std::string& name, queue_id id, bool nowait, std::shared_ptr<const declare_queue> again) {
  last_queue_ = name;
  const caf::actor queue = services_.queues.find(id);
  const auto gone = [this, name, nowait, again] {
    if (!again) return fail(no_queue_error(name, setup_.vhost));
    apply(*again, [this, nowait, again](const metadata_answer& answer) { answer_declare(again->name, answer.queue->id, nowait, again); });
  };
  if (!queue) return gone();
  busy_ = true;
  request(queue, caf::infinite, queue_ask_counts{true})
      .then(
          [this, name, nowait, generation = generation_](const counts_answer& c) {
            if (generation != generation_) return;
            resume();
            if (!nowait)
              reply(amqp::queue_declare_ok{name, static_cast<std::uint32_t>(c.ready), static_cast<std::uint32_t>(c.consumers)});
            run();
          },
          [this, gone, generation = generation_, method = current_](const caf::error&) {
            if (generation != generation_) return;
            resume();
            begin(method);
            gone();
            run();
          });
}

void channel_actor::remove(amqp::queue_delete& m) {
  const auto name = queue_or_last(std::move(m.queue));
  if (!name) return;
  const auto found = check_delete_queue(*vhost_, as_caller(), *name);
  if (!found) return fail(found.failure());
  const auto answer = [this, nowait = m.nowait](std::uint64_t messages) {
    if (!nowait) reply(amqp::queue_delete_ok{static_cast<std::uint32_t>(messages)});
  };
  if (*found == nullptr) return answer(0);
  const queue_id id = (*found)->record->id;
  const auto finish = [this, name = *name, id, answer](std::uint64_t messages) {
    apply(delete_queue{setup_.vhost, name, id}, [answer, messages](const metadata_answer&) { answer(messages); });
  };
  const caf::actor queue = services_.queues.find(id);
  if (!queue) return finish(0);
  busy_ = true;
  request(queue, caf::infinite, queue_check_delete{m.if_unused, m.if_empty})
      .then(
          [this, finish, generation = generation_, method = current_](const delete_answer& checked) {
            if (generation != generation_) return;
            resume();
            begin(method);
            if (!checked.failure) return finish(checked.messages);
            fail(*checked.failure);
            run();
          },
          [this, finish, generation = generation_, method = current_](const caf::error&) {
            if (generation != generation_) return;
            resume();
            begin(method);
            finish(0);
          });
}

void channel_actor::purge(amqp::queue_purge& m) {
  const auto name = queue_or_last(std::move(m.queue));
  if (!name) return;
  const auto found = check_use_queue(*vhost_, as_caller(), *name);
  if (!found) return fail(found.failure());
  const caf::actor queue = services_.queues.find((*found)->record->id);
  if (!queue) return fail(no_queue_error(*name, setup_.vhost));
  busy_ = true;
  request(queue, caf::infinite, queue_purge{})
      .then(
          [this, nowait = m.nowait, generation = generation_](const purge_answer& purged) {
            if (generation != generation_) return;
            resume();
            if (!nowait) reply(amqp::queue_purge_ok{static_cast<std::uint32_t>(purged.messages)});
            run();
          },
          [this, name = *name, generation = generation_, method = current_](const caf::error&) {
            if (generation != generation_) return;
            resume();
            fail(no_queue_error(name, setup_.vhost), method);
            run();
          });
}

void channel_actor::declare(amqp::exchange_declare& m) {
  if (m.passive) {
    const auto found = check_passive_exchange(*vhost_, declared_name(m.exchange));
    if (!found) return fail(found.failure());
    return m.nowait ? void() : reply(amqp::exchange_declare_ok{});
  }
  declare_exchange c;
  c.vhost = setup_.vhost;
  c.name = declared_name(m.exchange);
  c.type = std::move(m.type);
  c.durable = m.durable;
  c.auto_delete = m.auto_delete;
  c.internal = m.internal;
  c.arguments = std::move(m.arguments);
  const auto known = check_declare_exchange(*vhost_, as_caller(), c);
  if (!known) return fail(known.failure());
  const auto answer = [this, nowait = m.nowait] {
    if (!nowait) reply(amqp::exchange_declare_ok{});
  };
  if (*known != nullptr) return answer();
  apply(std::move(c), [answer](const metadata_answer&) { answer(); });
}

void channel_actor::remove(amqp::exchange_delete& m) {
  delete_exchange c{setup_.vhost, std::move(m.exchange), m.if_unused};
  const auto found = check_delete_exchange(*vhost_, as_caller(), c);
  if (!found) return fail(found.failure());
  const auto answer = [this, nowait = m.nowait] {
    if (!nowait) reply(amqp::exchange_delete_ok{});
  };
  if (*found == nullptr) return answer();
  apply(std::move(c), [answer](const metadata_answer&) { answer(); });
}

void channel_actor::bind_queue(bool add, std::string queue, std::string exchange, std::string key, field_table arguments, bool nowait) {
  const bool last_declared = queue.empty();
  const auto name = queue_or_last(std::move(queue));
  if (!name) return;
  if (last_declared && key.empty()) key = *name;
  change_binding(add, {std::move(exchange), destination_kind::queue, *name, std::move(key), std::move(arguments)}, nowait,
                 add ? amqp::method(amqp::queue_bind_ok{}) : amqp::method(amqp::queue_unbind_ok{}));
}

void channel_actor::bind_exchange(bool add, std::string destination, std::string source, std::string key, field_table arguments,
                                  bool nowait) {
  change_binding(add, {std::move(source), destination_kind::exchange, std::move(destination), std::move(key), std::move(arguments)}, nowait,
                 add ? amqp::method(amqp::exchange_bind_ok{}) : amqp::method(amqp::exchange_unbind_ok{}));
}

void channel_actor::change_binding(bool add, binding_record binding, bool nowait, amqp::method answer) {
  const bind adding{setup_.vhost, std::move(binding)};
  const auto needed = add ? check_bind(*vhost_, as_caller(), adding)
                          : check_unbind(*vhost_, as_caller(), unbind{adding.vhost, adding.binding});
  if (!needed) return fail(needed.failure());
  const auto done = [this, nowait, answer = std::move(answer)] {
    if (!nowait) reply(answer);
  };
  if (!*needed) return done();
  command c = adding;
  if (!add) c = unbind{adding.vhost, adding.binding};
  apply(std::move(c), [done](const metadata_answer&) { done(); });
}

}  // namespace warren::actors

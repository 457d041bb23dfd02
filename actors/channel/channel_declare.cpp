#include <string>
#include <utility>

#include "actors/channel/channel_actor.hpp"
#include "core/cluster/placement.hpp"

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
  if (const auto address = reply_address::parse(asked)) return probe_reply_queue(asked, *address, m.nowait);
  if (m.passive) {
    const auto name = queue_or_last(declared_name(asked));
    if (!name) return;
    const auto found = check_passive_queue(*vhost_, as_caller(), *name);
    if (!found) return fail(found.failure());
    return answer_declare((*found)->record, m.nowait, nullptr);
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
  const auto known = check_declare_queue(*vhost_, as_caller(), c);
  if (!known) {
    const queue_state* there = vhost_->find_queue(c.name);  // out of reach comes before inequivalent
    const bool unequal = known.failure().code == reply_code::precondition_failed;
    return fail(unequal && there != nullptr && services_.is_unreachable(*there->record) ? no_queue(c.name) : known.failure());
  }
  if (*known == nullptr) c.node = home_for(c);
  const auto shared = std::make_shared<const declare_queue>(std::move(c));
  if (*known != nullptr) return answer_declare((*known)->record, m.nowait, shared);
  apply(*shared, [this, shared, nowait = m.nowait](const metadata_answer& answer) { answer_declare(answer.queue, nowait, shared); });
}

/// queue.declare of a direct reply's address asks whether its consumer is still there.
void channel_actor::probe_reply_queue(const std::string& name, const reply_address& address, bool nowait) {
  const std::string node = services_.node_of(address.channel);
  const bool here = node == services_.options.node_name;
  const caf::actor whom = here ? services_.channels.find(address.channel) : node.empty() ? caf::actor{} : services_.channel_gateway.get();
  if (!whom) return fail(no_queue_error(name, setup_.vhost));
  busy_ = true;
  const auto finish = [this, name, nowait, method = current_, generation = generation_](bool there) {
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
  const auto answered = [finish](bool there) { finish(there); };
  const auto failed = [finish](const caf::error&) { finish(false); };
  if (here) {
    request(whom, std::chrono::seconds(5), reply_probe{address.secret}).then(answered, failed);
  } else {
    request(whom, std::chrono::seconds(5), remote_probe{node, address.channel, address.secret}).then(answered, failed);
  }
}

/// The node for a new queue, as its argument, its policy or the configuration says. Exclusive queues stay with their connection.
std::string channel_actor::home_for(const declare_queue& d) {
  const std::string& here = services_.options.node_name;
  if (services_.transport == nullptr || d.exclusive_owner) return here;
  const auto text_of = [](const field_value* v) {
    const std::string* text = v == nullptr ? nullptr : v->string();
    return text == nullptr ? std::nullopt : std::optional<std::string_view>(*text);
  };
  const policy_record* policy = matching_policy(vhost_->policies, d.name, true);
  const queue_locator how = locator_in_force(text_of(d.arguments.find("x-queue-master-locator")),
                                             text_of(policy == nullptr ? nullptr : policy->definition.find("queue-master-locator")),
                                             services_.options.queue_locator);
  if (how == queue_locator::client_local) return here;
  std::vector<placement_candidate> nodes{{here, 0}};
  for (std::string& node : services_.remote.up()) nodes.push_back({std::move(node), 0});
  if (how == queue_locator::min_masters) {
    for (const vhost_ptr& vhost : state_->vhosts)
      for (const queue_state& q : vhost->queues)
        for (placement_candidate& c : nodes)
          if (c.name == q.record->node) ++c.queues;
  }
  random_ = random_ * 6364136223846793005ull + 1442695040888963407ull;
  return place_queue(how, nodes, here, random_ >> 16);
}

/// `again`: the declaration, to be repeated when somebody deleted the queue meanwhile; null when it was passive.
void channel_actor::answer_declare(queue_ptr queue, bool nowait, std::shared_ptr<const declare_queue> again) {
  last_queue_ = queue->name;
  const caf::actor actor = services_.find_queue(*queue);
  const auto gone = [this, queue, nowait, again] {
    if (!again || services_.is_unreachable(*queue)) return fail(no_queue(queue->name));
    declare_queue c = *again;
    if (c.node.empty()) c.node = home_for(c);
    apply(std::move(c), [this, nowait, again](const metadata_answer& answer) { answer_declare(answer.queue, nowait, again); });
  };
  if (!actor) return gone();
  busy_ = true;
  request(actor, caf::infinite, queue_ask_counts{true})
      .then(
          [this, queue, nowait, generation = generation_](const counts_answer& c) {
            if (generation != generation_) return;
            resume();
            if (!nowait)
              reply(amqp::queue_declare_ok{queue->name, static_cast<std::uint32_t>(c.ready), static_cast<std::uint32_t>(c.consumers)});
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
  const queue_ptr record = (*found)->record;
  const auto finish = [this, name = *name, id = record->id, answer](std::uint64_t messages) {
    apply(delete_queue{setup_.vhost, name, id}, [answer, messages](const metadata_answer&) { answer(messages); });
  };
  const caf::actor queue = services_.find_queue(*record);
  if (!queue) return services_.is_home_of(*record) ? finish(0) : fail(no_queue(*name));
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
          [this, finish, record, generation = generation_, method = current_](const caf::error&) {
            if (generation != generation_) return;
            resume();
            begin(method);
            if (services_.is_home_of(*record)) return finish(0);
            fail(no_queue(record->name));  // whether it may be deleted was not found out
            run();
          });
}

void channel_actor::purge(amqp::queue_purge& m) {
  const auto name = queue_or_last(std::move(m.queue));
  if (!name) return;
  const auto found = check_use_queue(*vhost_, as_caller(), *name);
  if (!found) return fail(found.failure());
  const caf::actor queue = services_.find_queue(*(*found)->record);
  if (!queue) return fail(no_queue(*name));
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
            fail(no_queue(name), method);
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
  const bool binding_to_queue = binding.kind == destination_kind::queue;
  const bind adding{setup_.vhost, std::move(binding)};
  const auto needed =
      add ? check_bind(*vhost_, as_caller(), adding) : check_unbind(*vhost_, as_caller(), unbind{adding.vhost, adding.binding});
  if (!needed) return fail(needed.failure());
  const queue_state* queue = binding_to_queue ? vhost_->find_queue(adding.binding.destination) : nullptr;
  if (queue != nullptr && services_.is_unreachable(*queue->record)) return fail(no_queue(queue->record->name));
  const auto done = [this, nowait, answer = std::move(answer)] {
    if (!nowait) reply(answer);
  };
  if (!*needed) return done();
  command c = adding;
  if (!add) c = unbind{adding.vhost, adding.binding};
  apply(std::move(c), [done](const metadata_answer&) { done(); });
}

}  // namespace warren::actors

#include "actors/vhost/vhost_tree.hpp"

#include "actors/logging/log.hpp"
#include "supervision/guarded.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

namespace {

using supervision::child_spec;
using supervision::start_context;

/// A queue's actor: new, recovered at the node's start, or read back from the log after a crash.
caf::actor start_queue(node_services& services, start_context& context) {
  const auto& wanted = *static_cast<const queue_start*>(context.args.get());
  const queue_id id = wanted.record->id;
  if (services.queues.find(id)) return {};  // it runs: the keeper and a declaration both saw to it
  queue_start start = wanted;
  if (wanted.record->durable && services.queue_was_started(id)) start.recover_first = true;
  if (auto found = services.take_recovered(id)) start.recovered = std::move(*found);
  caf::actor queue = spawn_on<queue_actor>(services.system, services.io.next(), std::move(context.where), services, std::move(start));
  services.queues.put(id, queue);
  return queue;
}

child_spec queue_template(node_services& services) {
  child_spec queue = supervision::worker("queue", "queue", [&services](start_context& c) { return start_queue(services, c); });
  queue.restart = supervision::restart_type::transient;
  return queue;
}

/// Starts every queue of this node that the metadata has in the vhost, then reports that it has started.
class keeper_actor : public supervision::guarded<> {
 public:
  keeper_actor(caf::actor_config& config, supervision::place where, node_services& services, std::string vhost)
      : guarded(config, std::move(where), "keeper"), services_(services), vhost_(std::move(vhost)) {}

 protected:
  caf::behavior make_behavior() override {
    const vhost_ptr vhost = services_.metadata_now.get()->find_vhost(vhost_);
    const caf::actor supervisor = services_.queue_supervisors.find(vhost_);
    if (vhost && supervisor) {
      for (const queue_state& q : vhost->queues) {
        if (!services_.is_home_of(*q.record)) continue;
        auto start = std::make_shared<queue_start>();
        start->record = q.record;
        start->in_force = q.in_force;
        ++waiting_;
        request(supervisor, caf::infinite, supervision::start_dynamic{q.record->name, std::move(start)})
            .then([this](const supervision::child_ref&) { one_started(); },
                  [this, name = q.record->name](const caf::error& failed) {
                    log_error(log_category::queue, "cannot start queue '{}' in vhost '{}': {}", name, vhost_, system().render(failed));
                    one_started();
                  });
      }
    }
    if (waiting_ == 0) report_started(this, where());
    return {[](caf::unit_t) {}};  // nobody talks to it; it lives as long as its vhost
  }

 private:
  void one_started() {
    if (--waiting_ == 0) report_started(this, where());
  }

  node_services& services_;
  std::string vhost_;
  std::size_t waiting_ = 0;
};

supervision::supervisor_spec vhost_spec(node_services& services, const std::string& name) {
  supervision::supervisor_spec queues{
      "queues", {.strategy = supervision::strategy::simple_one_for_one, .intensity = 5, .period_ms = 10'000, .delay_ms = 10'000},
      {queue_template(services)}};
  child_spec queues_child = supervision::supervisor_child(std::move(queues));
  queues_child.start = [&services, name, start = std::move(queues_child.start)](start_context& c) {
    caf::actor supervisor = start(c);
    services.queue_supervisors.put(name, supervisor);
    return supervisor;
  };
  child_spec keeper = supervision::worker(
      "keeper", "keeper",
      [&services, name](start_context& c) { return c.supervisor->spawn<keeper_actor>(std::move(c.where), services, name); },
      supervision::start_mode::handshake);
  return {name, {.strategy = supervision::strategy::one_for_all, .intensity = 2, .period_ms = 300'000},
          {std::move(queues_child), std::move(keeper)}};
}

}  // namespace

child_spec vhost_template(node_services& services) {
  child_spec vhost;
  vhost.name = "vhost";
  vhost.kind = "supervisor";
  vhost.type = supervision::child_type::supervisor;
  vhost.mode = supervision::start_mode::handshake;
  vhost.restart = services.options.vhost_failure_stops_node ? supervision::restart_type::permanent : supervision::restart_type::transient;
  vhost.start = [&services](start_context& c) {
    const std::string name = *static_cast<const std::string*>(c.args.get());
    return supervision::supervisor_child(vhost_spec(services, name)).start(c);
  };
  return vhost;
}

void stop_vhost(caf::event_based_actor& self, node_services& services, const std::string& name) {
  services.queue_supervisors.remove(name);
  if (const auto key = services.vhost_children.find(name)) {
    services.vhost_children.remove(name);
    // asked, not told: an answer that nobody waits for would come back to the supervisor as an error, and end it
    self.request(services.vhost_supervisor.get(), caf::infinite, supervision::terminate_child{{name, key}})
        .then([](const supervision::completed&) {}, [](const caf::error&) {});
  }
}

}  // namespace warren::actors

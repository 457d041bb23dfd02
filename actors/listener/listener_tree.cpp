#include "actors/listener/listener_tree.hpp"

#include <boost/json/parse.hpp>
#include <mutex>

#include "actors/connection/connection_actor.hpp"
#include "actors/listener/acceptor_actor.hpp"
#include "supervision/supervisor.hpp"

namespace warren::actors {

namespace {
using supervision::child_spec;
using supervision::start_context;

/// The settings with the name that set_cluster_name has given the cluster, made once per name: connections share them.
class settings_by_name {
 public:
  explicit settings_by_name(std::shared_ptr<const amqp::connection_settings> configured) : configured_(std::move(configured)) {}

  std::shared_ptr<const amqp::connection_settings> now(const node_services& services) {
    const broker_snapshot state = services.metadata_now.get();
    const std::string* set = state->global_parameters.get(std::string_view("cluster_name"));
    if (set == nullptr) return configured_;
    std::lock_guard lock(mutex_);
    if (named_ && json_ == *set) return named_;
    boost::system::error_code wrong;
    const boost::json::value name = boost::json::parse(*set, wrong);
    if (wrong || !name.is_string()) return configured_;
    auto made = std::make_shared<amqp::connection_settings>(*configured_);
    made->server_properties.set("cluster_name", field_value::long_string(std::string(name.get_string())));
    json_ = *set;
    return named_ = std::move(made);
  }

 private:
  std::shared_ptr<const amqp::connection_settings> configured_, named_;
  std::mutex mutex_;
  std::string json_;
};
}  // namespace

std::shared_ptr<const amqp::connection_settings> make_connection_settings(const broker_options& o, bool tls) {
  auto s = std::make_shared<amqp::connection_settings>();
  s->mechanisms.clear();
  for (const std::string& m : o.auth_mechanisms)
    if (m != "EXTERNAL" || tls) s->mechanisms.push_back(m);
  s->server_properties = amqp::make_server_properties(
      {o.cluster_name.empty() ? o.node_name : o.cluster_name, "Copyright (c) 2026 the Warren authors", "Warren, a RabbitMQ-compatible broker. Licensed under the Apache License 2.0",
       "Warren (C++20, CAF)", o.product_name, o.version});
  s->channel_max = o.channel_max;
  s->frame_max = o.frame_max;
  s->heartbeat_s = o.heartbeat_s;
  s->initial_frame_max = o.initial_frame_max;
  s->handshake_timeout_ms = static_cast<std::uint32_t>(o.handshake_timeout_ms);
  return s;
}

child_spec listener_child(node_services& services, listener_options options, std::shared_ptr<const amqp::connection_settings> settings) {
  auto shared = std::make_shared<const listener_options>(std::move(options));
  auto connections_handle = std::make_shared<caf::actor>();

  auto by_name = std::make_shared<settings_by_name>(std::move(settings));
  child_spec connection = supervision::worker("connection", "connection", [&services, by_name](start_context& c) {
    auto& accepted = *static_cast<accepted_socket*>(c.args.get());
    return spawn_on<connection_actor>(services.system, *accepted.thread, std::move(c.where), services, by_name->now(services),
                                      std::move(accepted.socket));
  });
  connection.restart = supervision::restart_type::temporary;

  child_spec connections = supervision::supervisor_child(
      {"connections", {.strategy = supervision::strategy::simple_one_for_one}, {std::move(connection)}});
  connections.start = [connections_handle, start = std::move(connections.start)](start_context& c) {
    return *connections_handle = start(c);
  };
  child_spec acceptor = supervision::worker(
      "acceptor", "acceptor",
      [&services, shared, connections_handle](start_context& c) {
        return spawn_on<acceptor_actor>(services.system, services.io.at(0), std::move(c.where), services, shared, *connections_handle);
      },
      supervision::start_mode::handshake);
  return supervision::supervisor_child(
      {shared->name, {.strategy = supervision::strategy::rest_for_one, .intensity = 5, .period_ms = 60'000}, {std::move(connections), std::move(acceptor)}});
}

}  // namespace warren::actors

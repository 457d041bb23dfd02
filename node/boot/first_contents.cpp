#include "node/boot/first_contents.hpp"

#include <string>

#include "actors/auth/password_hash.hpp"
#include "actors/channel/reply_address.hpp"
#include "actors/definitions/definition_files.hpp"
#include "actors/definitions/import_definitions.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_messages.hpp"

namespace warren::node {

namespace {

[[nodiscard]] std::string apply(actors::node_services& services, caf::scoped_actor& self, command c) {
  std::string failed;
  self->request(services.metadata(), caf::infinite, actors::metadata_apply{std::make_shared<const command>(std::move(c)), {}})
      .receive(
          [&](const actors::metadata_answer& a) {
            if (a.failure) failed = a.failure->text;
          },
          [&](const caf::error& e) { failed = self->system().render(e); });
  return failed;
}

/// Where RabbitMQ keeps the hash of what was imported at a boot.
constexpr const char* imported_hash_parameter = "imported_definition_hash_value";

[[nodiscard]] std::string import_file(const actors::definition_file& file, const node_config& config, actors::node_services& services,
                                      caf::scoped_actor& self) {
  actors::import_context context;
  context.state = services.metadata_now.get();
  context.node = config.node_name;
  context.hashing = config.hashing;
  context.credentials = config.credentials;
  auto plan = actors::plan_import(file.text, context);
  if (!plan) return file.path + ": " + plan.failure().text;
  for (const std::string& what : plan->left_out) actors::log_warning(actors::log_category::plain, "{}: {}", file.path, what);
  for (actors::import_step& step : plan->steps)
    if (const std::string failed = apply(services, self, std::move(step.what)); !failed.empty())
      return file.path + ": " + step.where + ": " + failed;
  actors::log_info(actors::log_category::plain, "loaded {} definitions from {}", plan->steps.size(), file.path);
  return "";
}

[[nodiscard]] std::string import_definitions(const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  const auto files = actors::read_definition_files(config.definitions_path);
  if (!files) return "load_definitions: " + files.failure().text;
  std::string hash;
  if (config.definitions_skip_if_unchanged) {
    hash = '"' + actors::definitions_hash(*files, config.definitions_hash) + '"';
    const broker_snapshot state = services.metadata_now.get();
    const std::string* before = state->global_parameters.get(std::string(imported_hash_parameter));
    if (before != nullptr && *before == hash) {
      actors::log_info(actors::log_category::plain, "definitions in {} are those of an earlier boot: skipped", config.definitions_path);
      return "";
    }
  }
  for (const actors::definition_file& file : *files)
    if (std::string wrong = import_file(file, config, services, self); !wrong.empty()) return wrong;
  return hash.empty() ? "" : apply(services, self, set_global_parameter{imported_hash_parameter, hash});
}

[[nodiscard]] std::string create_defaults(const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  const std::string hash = actors::hash_password(config.hashing, config.default_pass);
  put_user user{config.default_user, hash, std::string(actors::hashing_module(config.hashing)),
                config.default_user_tags, false};
  for (command c : {command(put_vhost{config.default_vhost, "Default virtual host", {}, "", false}), command(std::move(user)),
                    command(set_permission{config.default_user, config.default_vhost, config.default_configure, config.default_write,
                                           config.default_read})})
    if (std::string failed = apply(services, self, std::move(c)); !failed.empty()) return failed;
  actors::log_info(actors::log_category::plain, "a blank node: created vhost '{}' and user '{}'", config.default_vhost, config.default_user);
  return "";
}

}  // namespace

namespace {

/// Every cluster has an id of its own, as RabbitMQ's: who joins takes over the cluster's.
[[nodiscard]] std::string give_cluster_an_id(actors::node_services& services, caf::scoped_actor& self) {
  constexpr std::string_view name = "internal_cluster_id";
  if (services.metadata_now.get()->global_parameters.get(name) != nullptr) return "";
  return apply(services, self, set_global_parameter{std::string(name), '"' + actors::generated_name("rabbitmq-cluster-id-") + '"'});
}

}  // namespace

std::string load_first_contents(const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  const broker_snapshot now = services.metadata_now.get();
  const bool blank = now->vhosts.size() == 0 && now->users.size() == 0;
  std::string failed;
  if (config.loads_definitions()) {
    failed = import_definitions(config, services, self);
  } else if (blank) {
    failed = create_defaults(config, services, self);
  }
  return failed.empty() ? give_cluster_an_id(services, self) : failed;
}

}  // namespace warren::node

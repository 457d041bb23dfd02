#include "node/boot/first_contents.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "actors/auth/password_hash.hpp"
#include "actors/definitions/import_definitions.hpp"
#include "actors/logging/log.hpp"
#include "actors/metadata/metadata_messages.hpp"

namespace warren::node {

namespace {

namespace fs = std::filesystem;

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

[[nodiscard]] std::string import_file(const fs::path& file, const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return "cannot read the definitions file " + file.string();
  actors::import_context context;
  context.state = services.metadata_now.get();
  context.node = config.node_name;
  context.hashing = config.hashing;
  auto plan = actors::plan_import(text.str(), context);
  if (!plan) return file.string() + ": " + plan.failure().text;
  for (const std::string& what : plan->left_out) actors::log_warning(actors::log_category::plain, "{}: {}", file.string(), what);
  for (actors::import_step& step : plan->steps)
    if (const std::string failed = apply(services, self, std::move(step.what)); !failed.empty())
      return file.string() + ": " + step.where + ": " + failed;
  actors::log_info(actors::log_category::plain, "loaded {} definitions from {}", plan->steps.size(), file.string());
  return "";
}

[[nodiscard]] std::string import_definitions(const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  const fs::path path(config.definitions_path);
  std::error_code failed;
  if (!fs::exists(path, failed)) return "load_definitions: " + path.string() + " does not exist";
  std::vector<fs::path> files{path};
  if (fs::is_directory(path, failed)) {
    files.clear();
    for (const auto& entry : fs::directory_iterator(path, failed))
      if (entry.path().extension() == ".json") files.push_back(entry.path());
    std::sort(files.begin(), files.end());
  }
  for (const fs::path& file : files)
    if (std::string wrong = import_file(file, config, services, self); !wrong.empty()) return wrong;
  return "";
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

std::string load_first_contents(const node_config& config, actors::node_services& services, caf::scoped_actor& self) {
  if (config.loads_definitions()) return import_definitions(config, services, self);
  const broker_snapshot now = services.metadata_now.get();
  if (now->vhosts.size() > 0 || now->users.size() > 0) return "";
  return create_defaults(config, services, self);
}

}  // namespace warren::node

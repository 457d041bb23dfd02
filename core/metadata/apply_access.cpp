#include <algorithm>

#include "core/metadata/object_editor.hpp"
#include "core/metadata/transaction.hpp"

// Commands about virtual hosts, users and their rights.

namespace warren {
namespace {

std::string expanded(std::string text, std::string_view variable, std::string_view value) {
  for (std::size_t at = text.find(variable); at != std::string::npos; at = text.find(variable, at + value.size())) {
    text.replace(at, variable.size(), value);
  }
  return text;
}

error invalid_expression(const std::string& text, const error& why) {
  return fail(reply_code::precondition_failed, "regular expression '" + text + "' is invalid: " + why.text);
}

}  // namespace

void transaction::operator()(const put_vhost& c) {
  const vhost_ptr known = state.find_vhost(c.name);
  vhost_record record{c.name, c.description, c.tags, c.default_queue_type, c.tracing, {}};
  if (known == nullptr) {
    auto made = std::make_shared<vhost_topology>();
    made->record = std::make_shared<const vhost_record>(std::move(record));
    object_editor(*made, out.events).create_predeclared(c.name);
    state.vhosts.put(std::move(made));
    return happened(vhost_created{c.name});
  }
  record.limits = known->record->limits;
  auto changed = std::make_shared<vhost_topology>(*known);
  changed->record = std::make_shared<const vhost_record>(std::move(record));
  state.vhosts.put(std::move(changed));
  happened(vhost_changed{c.name});
}

void transaction::operator()(const delete_vhost& c) {
  const vhost_ptr gone = state.find_vhost(c.name);
  if (gone == nullptr) return refuse(reply_code::not_found, "Virtual host '" + c.name + "' does not exist");
  for (const queue_state& queue : gone->queues) happened(queue_deleted{queue.record});
  for (const exchange_state& exchange : gone->exchanges) happened(exchange_deleted{exchange.record});
  for (const permission_ptr& permission : gone->permissions) happened(permission_changed{permission->user, c.name});
  state.vhosts.erase(c.name);
  happened(vhost_deleted{c.name});
}

void transaction::operator()(const set_vhost_limits& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    vhost_record record = *vhost.record;
    record.limits = c.limits;
    vhost.record = std::make_shared<const vhost_record>(std::move(record));
    happened(vhost_changed{c.vhost});
  });
}

void transaction::operator()(const set_vhost_tracing& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    if (vhost.record->tracing == c.on) return;
    vhost_record record = *vhost.record;
    record.tracing = c.on;
    vhost.record = std::make_shared<const vhost_record>(std::move(record));
    happened(vhost_changed{c.vhost});
  });
}

void transaction::operator()(const put_user& c) {
  const user_record* known = state.find_user(c.name);
  if (known != nullptr && c.must_be_new) {
    return refuse(reply_code::precondition_failed, "User \"" + c.name + "\" already exists");
  }
  auto made = std::make_shared<user_record>(user_record{c.name, c.password_hash, c.hashing_algorithm, c.tags, {}});
  if (known != nullptr) {
    made->limits = known->limits;
    happened(user_changed{made});
  } else {
    happened(user_created{made});
  }
  state.users.put(std::move(made));
}

void transaction::operator()(const delete_user& c) {
  if (!user_exists(c.name)) return;
  const auto vhosts = state.vhosts;
  for (const vhost_ptr& vhost : vhosts) {
    if (vhost->permissions.find(c.name) == nullptr && vhost->topic_permissions.find(c.name) == nullptr) continue;
    auto changed = std::make_shared<vhost_topology>(*vhost);
    changed->permissions.erase(c.name);
    changed->topic_permissions.erase(c.name);
    happened(permission_changed{c.name, vhost->name()});
    state.vhosts.put(std::move(changed));
  }
  state.users.erase(c.name);
  happened(user_deleted{c.name});
}

void transaction::operator()(const set_password& c) {
  edit_user(c.name, [&](user_record& user) {
    user.password_hash = c.password_hash;
    user.hashing_algorithm = c.hashing_algorithm;
  });
}

void transaction::operator()(const set_user_tags& c) {
  edit_user(c.name, [&](user_record& user) { user.tags = c.tags; });
}

void transaction::operator()(const set_user_limits& c) {
  edit_user(c.name, [&](user_record& user) { user.limits = c.limits; });
}

void transaction::operator()(const set_permission& c) {
  if (!user_exists(c.user)) return;
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    auto made = std::make_shared<permission_record>();
    made->user = c.user;
    for (const auto& [text, into] : {std::pair{&c.configure, &made->configure}, std::pair{&c.write, &made->write},
                                     std::pair{&c.read, &made->read}}) {
      auto compiled = pattern::compile_right(*text);
      if (!compiled) return refuse(invalid_expression(*text, compiled.failure()));
      *into = std::move(*compiled);
    }
    vhost.permissions.put(std::move(made));
    happened(permission_changed{c.user, c.vhost});
  });
}

void transaction::operator()(const clear_permission& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    if (vhost.permissions.erase(c.user)) happened(permission_changed{c.user, c.vhost});
  });
}

void transaction::operator()(const set_topic_permission& c) {
  if (!user_exists(c.user)) return;
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    topic_permission_record made{c.exchange, c.write, c.read, {}, {}};
    for (const auto& [text, into] : {std::pair{&c.write, &made.write}, std::pair{&c.read, &made.read}}) {
      auto compiled = pattern::compile_right(expanded(expanded(*text, "{username}", c.user), "{vhost}", c.vhost));
      if (!compiled) return refuse(invalid_expression(*text, compiled.failure()));
      *into = std::move(*compiled);
    }
    const topic_permissions_ptr* known = vhost.topic_permissions.find(c.user);
    auto all = known == nullptr ? std::make_shared<topic_permissions>() : std::make_shared<topic_permissions>(**known);
    all->user = c.user;
    std::erase_if(all->exchanges, [&](const auto& old) { return old.exchange == c.exchange; });
    all->exchanges.push_back(std::move(made));
    vhost.topic_permissions.put(std::move(all));
    happened(permission_changed{c.user, c.vhost});
  });
}

void transaction::operator()(const clear_topic_permission& c) {
  edit_vhost(c.vhost, [&](vhost_topology& vhost) {
    const topic_permissions_ptr* known = vhost.topic_permissions.find(c.user);
    if (known == nullptr) return;
    auto left = std::make_shared<topic_permissions>(**known);
    std::erase_if(left->exchanges, [&](const auto& old) { return c.all_exchanges || old.exchange == c.exchange; });
    if (left->exchanges.size() == (*known)->exchanges.size()) return;
    if (left->exchanges.empty()) {
      vhost.topic_permissions.erase(c.user);
    } else {
      vhost.topic_permissions.put(std::move(left));
    }
    happened(permission_changed{c.user, c.vhost});
  });
}

}  // namespace warren

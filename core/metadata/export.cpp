#include "core/metadata/metadata_machine.hpp"
#include "core/metadata/object_editor.hpp"

// The state as commands. The order matters: what a command needs stands before it, and limits stand last, so that they
// do not refuse what exists already.

namespace warren {
namespace {

class exporter {
 public:
  exporter(const broker_state& state, bool durable_only) : state_(state), durable_only_(durable_only) {}

  std::vector<command> run() {
    out_.push_back(reserve_queue_ids{state_.next_queue_id});
    for (const auto& [name, node] : state_.nodes) out_.push_back(put_node{name, node.ram, node.version});
    for (const auto& [name, json] : state_.global_parameters) out_.push_back(set_global_parameter{name, json});
    for (const user_ptr& user : state_.users) {
      out_.push_back(put_user{user->name, user->password_hash, user->hashing_algorithm, user->tags, false});
      if (user->limits != user_limits{}) out_.push_back(set_user_limits{user->name, user->limits});
    }
    for (const vhost_ptr& vhost : state_.vhosts) {
      add_rights(*vhost);
      add_policies(*vhost);
      add_objects(*vhost);
      if (vhost->record->limits != vhost_limits{})
        out_.push_back(set_vhost_limits{vhost->name(), vhost->record->limits});
    }
    return std::move(out_);
  }

 private:
  void add_rights(const vhost_topology& vhost) {
    const vhost_record& r = *vhost.record;
    out_.push_back(put_vhost{r.name, r.description, r.tags, r.default_queue_type, r.tracing});
    for (const permission_ptr& p : vhost.permissions) {
      out_.push_back(set_permission{p->user, r.name, p->configure.text(), p->write.text(), p->read.text()});
    }
    for (const topic_permissions_ptr& user : vhost.topic_permissions) {
      for (const topic_permission_record& t : user->exchanges) {
        out_.push_back(set_topic_permission{user->user, r.name, t.exchange, t.write_text, t.read_text});
      }
    }
  }

  void add_policies(const vhost_topology& vhost) {
    for (const auto& [list, kind] :
         {std::pair{vhost.policies, policy_kind::user}, std::pair{vhost.operator_policies, policy_kind::operator_}}) {
      if (list == nullptr) continue;
      for (auto p = list->rbegin(); p != list->rend(); ++p) {  // oldest first: the newest of equal priority wins again
        out_.push_back(set_policy{vhost.name(), kind, (*p)->name, (*p)->names.text(),
                                  std::string(to_string((*p)->applies_to)), (*p)->priority, (*p)->definition});
      }
    }
    if (vhost.parameters == nullptr) return;
    for (const auto& [key, json] : *vhost.parameters) {
      out_.push_back(set_parameter{vhost.name(), key.component, key.name, json});
    }
  }

  void add_objects(const vhost_topology& vhost) {
    for (const exchange_state& x : vhost.exchanges) {
      const exchange_record& r = *x.record;
      if (object_editor::is_predeclared(r.name) || (durable_only_ && !r.durable)) continue;
      out_.push_back(declare_exchange{r.vhost, r.name, std::string(to_string(r.type)), r.durable, r.auto_delete,
                                      r.internal, r.arguments, r.name.starts_with("amq."), r.node});
    }
    for (const queue_state& q : vhost.queues) {
      const queue_record& r = *q.record;
      if (durable_only_ && !r.durable) continue;
      out_.push_back(declare_queue{r.vhost, r.name, r.durable, r.auto_delete, r.exclusive_owner, r.arguments, r.node,
                                   r.name.starts_with("amq."), r.id});
    }
    for (const exchange_state& x : vhost.exchanges) {
      for (const binding_ptr& b : x.bindings) {
        bind c{vhost.name(), *b};
        if (!durable_only_ || is_durable(command(c), state_)) out_.push_back(std::move(c));
      }
    }
  }

  const broker_state& state_;
  const bool durable_only_;
  std::vector<command> out_;
};

}  // namespace

std::vector<command> export_durable(const broker_state& state) { return exporter(state, true).run(); }
std::vector<command> export_all(const broker_state& state) { return exporter(state, false).run(); }

}  // namespace warren

#pragma once

#include <caf/all.hpp>
#include <string>
#include <utility>
#include <vector>

#include "supervision/crash_report.hpp"
#include "supervision/exit_reason.hpp"
#include "supervision/message_trace.hpp"
#include "supervision/place.hpp"
#include "supervision/test_crash.hpp"
#include "supervision/tree.hpp"

namespace warren::supervision {

namespace detail {
caf::error report_exception(const caf::scheduled_actor& self, const place& where, const char* kind,
                            std::vector<std::string> last_messages, const std::exception_ptr& failure);
void answer_tree_query(caf::local_actor* self, const tree_query& query, tree_report report);
void throw_if_enabled(const test_crash& crash);
}  // namespace detail

/// The base of every actor of the node: `class queue_actor : public guarded<asio_actor>`. It
///  - leaves a crash report and exits with exception_reason() when a handler, make_behavior() or initialize() throws;
///  - remembers the kinds of the last eight messages (see message_trace.hpp for the cost);
///  - answers tree queries, even while its mailbox is long (they travel ahead);
///  - throws on test_crash when that is enabled.
/// It does all this before the behaviour is asked, so neither become() nor a default handler disturbs it.
template <class Base = caf::event_based_actor>
class guarded : public Base, public tree_member {
 public:
  /// `kind` is a literal. `args` go to Base's constructor behind the config.
  template <class... Args>
  guarded(caf::actor_config& config, place where, const char* kind, Args&&... args)
      : Base(config, std::forward<Args>(args)...), where_(std::move(where)), kind_(kind) {
    this->set_exception_handler([](caf::scheduled_actor* actor, std::exception_ptr& failure) {
      auto* self = static_cast<guarded*>(actor);
      return detail::report_exception(*self, self->where_, self->kind_, self->trace_.kinds(), failure);
    });
  }

  [[nodiscard]] const place& where() const { return where_; }
  [[nodiscard]] const char* kind() const { return kind_; }
  const char* name() const override { return kind_; }

  /// The place of an actor that this one spawns itself (a connection its channels).
  [[nodiscard]] place place_below(std::string name) {
    if (!path_) path_ = std::make_shared<const std::string>(where_.path());
    return make_place(std::move(name), path_);
  }

  caf::invoke_message_result consume(caf::mailbox_element& element) override {
    const std::type_info* type = trace_.note(element);
    if (type == &typeid(tree_query) || type == &typeid(test_crash)) [[unlikely]] return consume_control(element, type);
    return Base::consume(element);
  }

 protected:
  /// Actors that own others (other than supervisors, which do this themselves) append them here.
  virtual void report_children(std::vector<child_info>&) {}

 private:
  caf::invoke_message_result consume_control(caf::mailbox_element& element, const std::type_info* type) {
    this->current_mailbox_element(&element);
    if (type == &typeid(test_crash)) {
      detail::throw_if_enabled(element.content().get_as<test_crash>(0));
    } else {
      tree_report report{0, where_.name, kind_, this->mailbox().size(), {}};
      report_children(report.children);
      detail::answer_tree_query(this, element.content().get_as<tree_query>(0), std::move(report));
    }
    return caf::invoke_message_result::consumed;
  }

  place where_;
  const char* kind_;
  std::shared_ptr<const std::string> path_;  // this actor's own, made when it has its first child
  message_trace trace_;
};

/// For actors that cannot derive from guarded<>, such as function-based ones: crash reports (with the message that
/// threw as the only kind) and test_crash, by the exception handler and the default handler, which it both sets.
void guard(caf::scheduled_actor* self, place where, const char* kind);

}  // namespace warren::supervision

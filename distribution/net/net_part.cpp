#include "distribution/net/net_part.hpp"

#include <caf/all.hpp>

#include "supervision/exit_reason.hpp"
#include "supervision/guarded.hpp"
#include "supervision/on_workers.hpp"

namespace warren::distribution {

struct part_started {
  std::string failure;
};

}  // namespace warren::distribution

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::distribution::part_started)

namespace warren::distribution {

namespace {

class net_part final : public supervision::guarded<supervision::on_workers<caf::event_based_actor>> {
 public:
  using super = supervision::guarded<supervision::on_workers<caf::event_based_actor>>;

  net_part(caf::actor_config& config, supervision::place where, const char* kind, net_part_functions functions)
      : super(config, std::move(where), kind), functions_(std::move(functions)) {}

  caf::behavior make_behavior() override {
    started_ = true;
    functions_.start([self = caf::actor_cast<caf::actor>(this)](std::string failure) {
      caf::anon_send(self, part_started{std::move(failure)});
    });
    return {[this](const part_started& m) {
      if (m.failure.empty())
        supervision::report_started(this, where());
      else
        quit(supervision::failure_reason(m.failure));
    }};
  }
  void on_exit() override {
    if (started_) functions_.stop();
    super::on_exit();
  }

 private:
  net_part_functions functions_;
  bool started_ = false;
};

}  // namespace

supervision::child_spec net_part_child(std::string name, const char* kind, net_part_functions functions) {
  return supervision::worker(
      std::move(name), kind,
      [kind, functions = std::move(functions)](supervision::start_context& c) -> caf::actor {
        return c.supervisor->spawn<net_part>(std::move(c.where), kind, functions);
      },
      supervision::start_mode::handshake);
}

}  // namespace warren::distribution

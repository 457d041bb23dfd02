// A supervised counter: it dies of a bad number, its supervisor starts it again, and it goes on from what it had saved.
// Run it: it prints what it counts, the crash report and the tree, and exits with 0.
#include <cstdio>

#include "supervision/guarded.hpp"
#include "supervision/supervisor.hpp"

using namespace warren::supervision;
using namespace std::chrono_literals;

struct add {
  int amount;
};
struct total {
  int value;
};
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(add)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(total)

/// What outlives the actor; a real one would keep it on disk.
struct ledger {
  int saved = 0;
};

class counter : public guarded<> {
 public:
  counter(caf::actor_config& config, place where, std::shared_ptr<ledger> saved)
      : guarded(config, std::move(where), "counter"), saved_(std::move(saved)), value_(saved_->saved) {}

  caf::behavior make_behavior() override {
    report_started(this, where());  // the next sibling may start
    return {[this](add a) {
      if (a.amount < 0) throw std::invalid_argument("cannot count backwards");
      value_ += a.amount;
      saved_->saved = value_;
      return total{value_};
    }};
  }

 private:
  std::shared_ptr<ledger> saved_;
  int value_;
};

int main() {
  caf::actor_system_config config;
  caf::actor_system system{config};
  set_crash_report_sink([](const crash_report& report) { std::printf("%s\n", render(report).c_str()); });

  auto saved = std::make_shared<ledger>();
  const auto start_counter = [saved](start_context& context) -> caf::actor {
    return context.supervisor->spawn<counter>(std::move(context.where), saved);
  };
  const auto root = spawn_supervisor(
      system, {"sample", {.intensity = 3, .period_ms = 1000}, {worker("counter", "counter", start_counter, start_mode::handshake)}});

  caf::scoped_actor self{system};
  self->request(root, 5s, await_started{}).receive([](const completed&) {}, [](const caf::error&) {});

  // The counter as it is now: after a restart it is another actor.
  const auto current = [&] {
    caf::actor handle;
    self->request(root, 5s, which_children{})
        .receive([&](const children_list& list) { handle = list.children.front().handle; }, [](const caf::error&) {});
    return handle;
  };
  int last = 0;
  const auto count = [&](int amount) {
    self->request(current(), 5s, add{amount})
        .receive([&](total t) { std::printf("total %d\n", last = t.value); },
                 [](const caf::error& why) { std::printf("no answer: %s\n", render(why).c_str()); });
  };

  count(40);
  const auto before = current();
  count(-1);  // dies
  while (!current() || current() == before) {
  }
  count(2);
  const auto tree = take_tree(system, root, 5s);
  std::printf("%s", render_text(tree).c_str());

  self->monitor(root);
  self->send_exit(root, caf::exit_reason::user_shutdown);
  self->receive([](const caf::down_msg&) {});
  set_crash_report_sink({});
  return last == 42 && tree.children.at(0).restarts == 1 ? 0 : 1;
}

#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "supervision/child_watch.hpp"
#include "supervision/guarded.hpp"
#include "supervision/machine/supervisor_machine.hpp"
#include "supervision/on_workers.hpp"
#include "supervision/supervisor.hpp"

namespace warren::supervision {

struct child_ready {  ///< report_started()
  child_key key = 0;
  supervision::incarnation incarnation = 0;
};
struct timer_fired {
  timer_token token;
};

/// The shell of supervisor_machine: messages become events, effects are performed in order. If it dies of anything but
/// the machine's `end`, it kills its children, as OTP's links do.
class supervisor_actor final : public guarded<on_workers<caf::event_based_actor>> {
 public:
  using super = guarded<on_workers<caf::event_based_actor>>;

  /// Throws std::invalid_argument when check(*spec) finds fault.
  supervisor_actor(caf::actor_config& config, place where, std::shared_ptr<const supervisor_spec> spec);

  caf::behavior make_behavior() override;
  void on_exit() override;

 protected:
  void report_children(std::vector<child_info>& into) override;

 private:
  struct entry {
    caf::strong_actor_ptr handle;
    std::string name;
    std::shared_ptr<const child_spec> spec;
    std::shared_ptr<void> args;
    std::unique_ptr<std::string> last_exit;
  };
  struct waiting {
    caf::response_promise promise;
    bool wants_child;
  };
  struct by_name {  // finds keys by the names of their entries, without a second copy of each
    using is_transparent = void;
    const std::unordered_map<child_key, entry>* entries;
    std::size_t operator()(std::string_view name) const { return std::hash<std::string_view>{}(name); }
    std::size_t operator()(child_key key) const { return (*this)(entries->at(key).name); }
    bool operator()(child_key a, child_key b) const { return a == b; }
    bool operator()(std::string_view a, child_key b) const { return a == entries->at(b).name; }
    bool operator()(child_key a, std::string_view b) const { return b == entries->at(a).name; }
  };

  /// Events that effects cause on the spot (a start function that returned) append to the list being worked off.
  template <class Event>
  void step(Event event) {
    event(effects_);
    if (!performing_) perform_all();
  }
  void perform_all();
  void perform(const effect& e);
  void do_start(const effects::start& e);
  void do_stop(const effects::stop& e);
  void do_reply(const effects::reply& e);
  void do_forget(child_key key);
  void do_end(const effects::end& e);
  void down(const child_down& down);

  caf::result<child_ref> add(child_spec spec);
  caf::result<child_ref> add_dynamic(start_dynamic& request);
  request_id wait(bool wants_child);
  child_key resolve(const child_name& name) const;
  child_info info(child_key key, const supervisor_machine::child& child) const;
  child_counts counts() const;
  entry* find(child_key key);
  void note_exit(entry& e, std::string text);
  void log(const char* what, child_key key, const std::string& reason);
  [[nodiscard]] bool simple() const { return spec_->flags.strategy == strategy::simple_one_for_one; }
  [[nodiscard]] time_ms now_ms() const;

  std::shared_ptr<const supervisor_spec> spec_;
  std::shared_ptr<const child_spec> template_;  // simple_one_for_one
  supervisor_machine machine_;
  std::unordered_map<child_key, entry> entries_;
  std::unordered_set<child_key, by_name, by_name> names_;
  std::unordered_map<request_id, waiting> waiting_;
  std::vector<caf::response_promise> boot_waiters_;
  effect_list effects_;
  bool performing_ = false;
  bool booted_ = false;
  request_id last_request_ = 0;
  std::pair<child_key, std::string> last_forgotten_;  // for the reason of our own end
};

}  // namespace warren::supervision

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::child_ready)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(warren::supervision::timer_fired)
